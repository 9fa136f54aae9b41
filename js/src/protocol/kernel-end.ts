/** Tells when the kernel behind a panel has ended, where the front end lets it be seen: JupyterLab, Notebook 7. */

interface Kernel {
  statusChanged?: {
    connect(heard: (kernel: unknown, status: string) => void): void;
    disconnect(heard: (kernel: unknown, status: string) => void): void;
  };
}

/** A kernel that was killed starts again by itself; its widgets are not told, and none of them is in the new one. */
const ENDS = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** Calls back once the kernel of a widget manager ends; gives what stops the watch. */
export function watchKernelEnd(manager: unknown, tell: () => void): () => void {
  const changed = (manager as { kernel?: Kernel | null } | undefined)?.kernel?.statusChanged;
  if (!changed) return () => undefined;
  const heard = (_: unknown, status: string) => {
    if (ENDS.has(status)) tell();
  };
  changed.connect(heard);
  return () => changed.disconnect(heard);
}

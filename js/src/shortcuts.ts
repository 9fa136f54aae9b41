/** Keeps a notebook's one-key shortcuts (b: insert a cell) away from what has the focus in a panel. */

/** Jupyter hears a key on the document and looks for this on its target, so it is set before, on the window. */
const MARK = "data-lm-suppress-shortcuts";

/** All keys but the one that saves the notebook; gives what ends that. */
export function keepShortcutsAway(root: HTMLElement): () => void {
  const before = (event: KeyboardEvent) => {
    const { target } = event;
    if (!(target instanceof Element) || !root.contains(target)) return;
    const isSave = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (isSave) target.removeAttribute(MARK);
    else target.setAttribute(MARK, "true");
  };
  addEventListener("keydown", before, true);
  return () => removeEventListener("keydown", before, true);
}

/** A file from the kernel into the browser's downloads. */
import type { Client } from "../../../protocol/client";
import type { DownloadPlan } from "../../../protocol/types";

export interface FetchOptions {
  signal?: AbortSignal;
  /** Share of 1 that has arrived. */
  onProgress?: (share: number) => void;
}

/** A file the kernel has ready, piece by piece; what has arrived is the browser's to keep. */
export async function fetchFile(
  client: Client,
  plan: DownloadPlan,
  options: FetchOptions = {},
): Promise<Blob> {
  const parts: BlobPart[] = [];
  for (let index = 0; index < plan.pieces; index += 1) {
    const { data } = await client.ask(
      "predict.piece",
      { download: plan.download, index },
      { signal: options.signal },
    );
    parts.push(bytes(data));
    options.onProgress?.((index + 1) / plan.pieces);
  }
  const file = new Blob(parts);
  if (file.size !== plan.size) throw new Error(`${file.size} bytes of ${plan.size}`);
  return file;
}

/** Has the browser save a file. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) out[at] = text.charCodeAt(at);
  return out;
}

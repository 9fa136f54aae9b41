/** A dropped file on its way to the kernel: pieces of text under the message limit, two under way at a time. */
import type { Client } from "../../protocol/client";

const UNDER_WAY = 2;

export interface UploadOptions {
  signal?: AbortSignal;
  /** Share of 1 that has arrived. */
  onProgress?: (share: number) => void;
}

/** Sends a file; its id in the kernel. A file that was given up is forgotten there too. */
export async function upload(client: Client, file: File, options: UploadOptions = {}): Promise<string> {
  const { signal, onProgress } = options;
  const { upload_id, chunk_bytes, chunks } = await client.ask("data.upload", {
    name: file.name,
    size: file.size,
  });
  let next = 0;
  let arrived = 0;
  const send = async () => {
    while (next < chunks) {
      signal?.throwIfAborted();
      const index = next;
      next += 1;
      const data = await base64(file.slice(index * chunk_bytes, (index + 1) * chunk_bytes));
      await client.ask("data.upload_chunk", { upload_id, index, data });
      arrived += 1;
      onProgress?.(arrived / chunks);
    }
  };
  try {
    await Promise.all(Array.from({ length: UNDER_WAY }, send));
    signal?.throwIfAborted();
  } catch (error) {
    next = chunks;
    client.ask("data.upload_drop", { upload_id }).catch(() => undefined);
    throw error;
  }
  return upload_id;
}

/** Bytes as base64, by the browser's own reader. */
export function base64(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(part);
  });
}

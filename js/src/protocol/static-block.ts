/** Renews what a saved notebook shows of a panel: a page that was reloaded has forgotten which output that is. */
import type { Client } from "./client";

interface Output {
  toJSON(): { data?: Record<string, unknown> };
}

/** The part of JupyterLab's notebook model that is used, where a widget manager belongs to a notebook. */
interface Cells {
  length: number;
  get(place: number): {
    outputs?: { length: number; get(place: number): Output; set(place: number, output: unknown): void };
  };
}

/** Asks the kernel for the block as it is now, and writes it where an older one stands. */
export async function renewStaticBlock(manager: unknown, client: Client): Promise<void> {
  const cells = (manager as { context?: { model?: { cells?: Cells } } } | undefined)?.context?.model?.cells;
  if (!cells?.get) return;
  const { token, html, text } = await client.ask("static_view", {});
  for (let place = 0; place < cells.length; place++) {
    const outputs = cells.get(place).outputs;
    for (let at = 0; outputs && at < outputs.length; at++) {
      const output = outputs.get(at).toJSON();
      const before = [output.data?.["text/html"] ?? ""].flat().join("");
      if (!before.includes(`nbml-static-${token}`) || before === html) continue;
      outputs.set(at, { ...output, data: { ...output.data, "text/html": html, "text/plain": text } });
    }
  }
}

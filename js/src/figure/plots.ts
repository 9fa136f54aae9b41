/** The module that draws figures: asked of the kernel once a page, shared by all its panels. */
import { page } from "../page";
import type { Client } from "../protocol/client";
import type { Plotly } from "./plotly";

export interface Plots {
  /** The module; asked for again after a failure. */
  load(): Promise<Plotly>;
}

export function plotsFrom(client: Client): Plots {
  return {
    async load() {
      const shared = page();
      const others = await shared.plots?.catch(() => null);
      if (others) return others;
      // Whoever asked before has failed, perhaps because its panel was closed.
      const own = fetchModule(client);
      shared.plots = own;
      return own;
    },
  };
}

async function fetchModule(client: Client): Promise<Plotly> {
  const chunks: string[] = [];
  await client.ask("figure_module", {}, { chunks });
  const packed = Uint8Array.from(atob(chunks.join("")), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = new Blob([await new Response(stream).arrayBuffer()], { type: "text/javascript" });
  const url = URL.createObjectURL(script);
  try {
    const module = (await import(/* @vite-ignore */ url)) as { default: Plotly };
    return module.default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

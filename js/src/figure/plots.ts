/** The module that draws figures: asked of the kernel once a page, shared by all its panels. */
import { page } from "../page";
import type { Client } from "../protocol/client";
import type { Plotly } from "./plotly";

export interface Plots {
  /** The module; asked for again after a failure. */
  load(): Promise<Plotly>;
}

export function plotsFrom(client: Client): Plots {
  const shared = page();
  const ask = () => {
    shared.plots = fetchModule(client);
    return shared.plots;
  };
  return {
    load() {
      const { plots } = shared;
      // Whoever asked before may have failed because its panel was closed.
      return plots ? plots.catch(() => (shared.plots === plots ? ask() : this.load())) : ask();
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

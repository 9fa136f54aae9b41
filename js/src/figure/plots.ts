/** The module that draws figures: asked of the kernel once a page, kept on globalThis for all panels. */
import type { Client } from "../protocol/client";
import type { Plotly } from "./plotly";

/** Loads Plotly, once a page. */
export interface Plots {
  load(): Promise<Plotly>;
}

const KEY = Symbol.for("nbml.plots/1");
type Page = typeof globalThis & { [KEY]?: Promise<Plotly> };

export function plotsFrom(client: Client): Plots {
  const page = globalThis as Page;
  return {
    load() {
      const known = page[KEY];
      if (known) return known;
      const loading = fetchModule(client);
      page[KEY] = loading;
      loading.catch(() => {
        delete page[KEY];
      });
      return loading;
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

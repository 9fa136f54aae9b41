/** What all panels of a page share, whichever copy of the module drew them. */
import type { Plotly } from "./figure/plotly";

interface Page {
  /** The module's entry, for panels that carry only a relay. */
  panel?: Promise<unknown>;
  /** The module that draws figures, asked for once. */
  plots?: Promise<Plotly>;
  /** Ids given so far. */
  ids?: number;
}

export function page(): Page {
  const here = globalThis as { nbmlPage?: Page };
  here.nbmlPage ??= {};
  return here.nbmlPage;
}

/** Ids that nothing else on the page has. Every view is a root of its own, in which Preact would count from 0. */
import { useState } from "preact/hooks";
import { page } from "../page";

export function useId(): string {
  const [id] = useState(() => {
    const here = page();
    here.ids = (here.ids ?? 0) + 1;
    return `nbml-${here.ids}`;
  });
  return id;
}

/** Which rows of a long list are in sight. */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

export interface Sight {
  first: number;
  last: number;
}

const AHEAD = 8;

/** Looks at a box now, and whenever it is scrolled or changes its size. */
export function useScrolled(
  box: RefObject<HTMLElement | null>,
  look: (el: HTMLElement) => void,
  inputs: readonly unknown[],
): void {
  useLayoutEffect(() => {
    const { current: el } = box;
    if (!el) return;
    const lookAgain = () => look(el);
    lookAgain();
    const sized = new ResizeObserver(lookAgain);
    sized.observe(el);
    el.addEventListener("scroll", lookAgain, { passive: true });
    return () => {
      sized.disconnect();
      el.removeEventListener("scroll", lookAgain);
    };
  }, inputs);
}

/** First row and one past the last to draw, of rows of one height in a box that scrolls. */
export function useVirtualRows(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  above: number,
): Sight {
  const [sight, setSight] = useState<Sight>({ first: 0, last: 40 });
  useScrolled(
    box,
    el => {
      const first = Math.max(0, Math.floor(el.scrollTop / rowHeight) - AHEAD);
      const rows = Math.ceil((el.clientHeight || 600) / rowHeight) + 2 * AHEAD;
      const last = Math.min(count, first + rows);
      setSight(seen => (seen.first === first && seen.last === last ? seen : { first, last }));
    },
    [count, rowHeight, above],
  );
  return { first: Math.min(sight.first, count), last: Math.min(sight.last, count) };
}

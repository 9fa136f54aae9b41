/** Places for a lineage graph: a column a step from the data, things under each other. Pure. */
import type { Lineage } from "../../protocol/types";

export const BOX = { width: 200, height: 44, across: 48, down: 8 };

export interface Place {
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  places: ReadonlyMap<string, Place>;
  /** SVG paths, from the right side of what was used to the left side of what was made. */
  lines: readonly { key: string; path: string; isFocus: boolean }[];
}

/** The focus stands first in its column, so that its line from the data is straight. */
export function layOut({ nodes, edges, focus }: Lineage): Layout {
  const step = new Map(nodes.map(node => [node.id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    let isSettled = true;
    for (const { used: from, made: to } of edges) {
      const next = (step.get(from) ?? 0) + 1;
      if (step.has(from) && step.has(to) && next > (step.get(to) ?? 0)) {
        step.set(to, next);
        isSettled = false;
      }
    }
    if (isSettled) break;
  }
  const places = new Map<string, Place>();
  const filled: number[] = [];
  const inOrder = [...nodes].sort((a, b) => Number(b.id === focus) - Number(a.id === focus));
  for (const node of inOrder) {
    const column = step.get(node.id) ?? 0;
    const row = filled[column] ?? 0;
    filled[column] = row + 1;
    places.set(node.id, { x: column * (BOX.width + BOX.across), y: row * (BOX.height + BOX.down) });
  }
  const lines = edges.flatMap(({ used: from, made: to }) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (!a || !b) return [];
    const [x1, y1] = [a.x + BOX.width, a.y + BOX.height / 2];
    const [x2, y2] = [b.x, b.y + BOX.height / 2];
    const bend = (x1 + x2) / 2;
    return [
      {
        key: `${from}>${to}`,
        path: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`,
        isFocus: from === focus || to === focus,
      },
    ];
  });
  return {
    width: filled.length * (BOX.width + BOX.across) - BOX.across,
    height: Math.max(...filled, 0) * (BOX.height + BOX.down) - BOX.down,
    places,
    lines,
  };
}

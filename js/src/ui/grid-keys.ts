/** Where a key leads in a grid of cells; row -1 is the head. */

export interface GridShape {
  rows: number;
  columns: number;
  /** Rows that PageUp and PageDown move. */
  page: number;
}

/** Row and column, which may lie outside of the grid; undefined for a key that does not move. */
export function gridMove(
  event: KeyboardEvent,
  row: number,
  column: number,
  { rows, columns, page }: GridShape,
): [number, number] | undefined {
  const all = event.ctrlKey || event.metaKey;
  const moves: Record<string, [number, number]> = {
    ArrowDown: [row + 1, column],
    ArrowUp: [row - 1, column],
    ArrowRight: [row, column + 1],
    ArrowLeft: [row, column - 1],
    PageDown: [row + page, column],
    PageUp: [Math.max(0, row - page), column],
    Home: [all ? 0 : row, 0],
    End: [all ? rows - 1 : row, columns - 1],
  };
  return moves[event.key];
}

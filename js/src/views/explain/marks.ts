/** The chosen row drawn over a figure that the kernel made without it, so that a click moves one mark and nothing else. */
import type { PlotlyFigure } from "../../figure/plotly";
import type { RowView } from "../../protocol/types";

const MARK = "#d55e00";
const QUIET = { hoverinfo: "skip", showlegend: false, mode: "markers", type: "scatter" };

/** A stroke through each swarm. */
export function strokes(
  figure: PlotlyFigure | null,
  row: RowView | null,
  features: readonly string[],
): PlotlyFigure | null {
  if (!figure || !row) return figure;
  const effects = new Map(row.cells.map(cell => [cell.name, cell.effect]));
  const at = features.map((name, y) => ({ x: effects.get(name), y })).filter(({ x }) => x !== undefined);
  const marker = { symbol: "line-ns", size: 18, line: { width: 2.5, color: MARK } };
  return over(figure, { ...QUIET, x: at.map(({ x }) => x), y: at.map(({ y }) => y), marker });
}

/** A ring around the row's point in a dependence plot. */
export function ringAt(
  figure: PlotlyFigure | null,
  row: RowView | null,
  feature: string,
): PlotlyFigure | null {
  const cell = row?.cells.find(one => one.name === feature);
  return figure && cell && cell.x !== null ? over(figure, ring(cell.x, cell.effect)) : figure;
}

/** A ring around the row's point in a plot of residuals. */
export function ringOnResidual(figure: PlotlyFigure | null, row: RowView | null): PlotlyFigure | null {
  return figure && row && row.residual !== null ? over(figure, ring(row.predicted, row.residual)) : figure;
}

function ring(x: number, y: number): Record<string, unknown> {
  const marker = { symbol: "circle-open", size: 15, color: MARK, line: { width: 3 } };
  return { ...QUIET, x: [x], y: [y], marker };
}

function over(figure: PlotlyFigure, trace: Record<string, unknown>): PlotlyFigure {
  return { ...figure, data: [...figure.data, trace] };
}

/** A front as every view of it takes it: columns with names people read, whether it still grows or stands. */
import type { Translate } from "../../../i18n/translate";
import type { FrontTable, FrontView, MeasuredRows, OptimizeDraft } from "../../../protocol/types";

export interface Axis {
  key: string;
  label: string;
  /** The input or target it speaks of: where training rows are found. */
  of: string;
  role: "input" | "predicted" | "formula" | "score" | "trust";
  cells: readonly (string | number | null)[];
  isNumber: boolean;
}

export interface Front {
  axes: readonly Axis[];
  /** Keys of the axes that goals are on: those that are traded before those that are only kept. */
  goals: readonly string[];
  rows: number;
  /** Of the goals, what shall be as small as possible. */
  costs: readonly string[];
  knee: number | null;
}

const SHOWN_TRUST = new Set(["distance"]);

/** What a finished search has found. */
export function ofTable(table: FrontTable, t: Translate): Front {
  const axes: Axis[] = [];
  for (const { key, role, of, cells } of table.columns) {
    if (role === "trust" ? !SHOWN_TRUST.has(of) : !["input", "predicted", "formula", "score"].includes(role))
      continue;
    const label =
      role === "predicted"
        ? t("optimize_room.predicted", { name: of })
        : role === "score" || role === "trust"
          ? t(`optimize_room.column.${of}`)
          : of;
    const isNumber = cells.some(cell => typeof cell === "number");
    const plain = cells.map(cell => (typeof cell === "boolean" ? String(cell) : cell));
    axes.push({ key, label, of, role: role as Axis["role"], cells: plain, isNumber });
  }
  const known = new Set(axes.map(axis => axis.key));
  const places = table.goals.map((_, at) => at);
  const order = [
    ...places.filter(at => !table.goals[at]?.is_limit),
    ...places.filter(at => table.goals[at]?.is_limit),
  ];
  const keys = (list: number[]) =>
    [...new Set(list.map(at => table.goal_columns[at] ?? ""))].filter(key => known.has(key));
  const costs = keys(order.filter(at => table.goals[at]?.kind === "minimize"));
  return { axes, goals: keys(order), costs, rows: axes[0]?.cells.length ?? 0, knee: table.knee };
}

/** What a search under way has found so far: the values of its goals; `kept` are those that only must hold. */
export function ofLive(view: FrontView, kept: ReadonlySet<string> = new Set()): Front {
  const axes = view.names.map((name, at): Axis => {
    const cells = view.points.map(point => point[at] ?? null);
    return { key: `goal ${at}`, label: name, of: name, role: "predicted", cells, isNumber: true };
  });
  const goals = [...axes.filter(axis => !kept.has(axis.of)), ...axes.filter(axis => kept.has(axis.of))];
  return { axes, goals: goals.map(axis => axis.key), costs: [], rows: view.points.length, knee: null };
}

/** Where a front will be looked for: the goals of a form, before any row is there. */
export function ofDraft({ form, inputs, targets }: OptimizeDraft): Front {
  const axis = (of: string, role: "input" | "predicted"): Axis => {
    return { key: `${role} ${of}`, label: of, of, role, cells: [], isNumber: true };
  };
  const axes = [
    ...targets.map(target => axis(target.name, "predicted")),
    ...inputs.filter(input => input.kind !== "category").map(input => axis(input.name, "input")),
  ];
  const wanted = form.goals.filter(goal => goal.goal && goal.on !== "formula");
  const keys = wanted.map(goal => `${goal.on === "input" ? "input" : "predicted"} ${goal.of}`);
  return { axes, goals: keys, costs: [], rows: 0, knee: null };
}

export const axisOf = (front: Front, key: string | null) => front.axes.find(axis => axis.key === key);

/** The axes a scatter begins with: the first two goals, else whatever says most. */
export function usualAxes(front: Front): { x: string | null; y: string | null } {
  const numbers = front.axes.filter(axis => axis.isNumber);
  const spread = numbers.filter(axis => new Set(axis.cells).size > 1);
  const rest = front.rows ? spread : numbers;
  const order = [...front.goals, "desirability", ...rest.map(axis => axis.key)];
  const there = order.filter(key => numbers.some(axis => axis.key === key));
  const x = there[0] ?? null;
  return { x, y: there.find(key => key !== x) ?? null };
}

export interface Limit {
  key: string;
  low: number | null;
  high: number | null;
  /** Of a category: those that pass; all where none is named. */
  levels?: readonly string[];
}

/** Rows that pass every limit. */
export function passing(front: Front, limits: readonly Limit[]): number[] {
  const held = limits.map(limit => ({ ...limit, axis: axisOf(front, limit.key) }));
  return Array.from({ length: front.rows }, (_, row) => row).filter(row =>
    held.every(({ axis, low, high, levels }) => {
      if (!axis) return true;
      const value = axis.cells[row];
      if (!axis.isNumber) return !levels?.length || levels.includes(String(value));
      if (low === null && high === null) return true;
      return typeof value === "number" && value >= (low ?? -Infinity) && value <= (high ?? Infinity);
    }),
  );
}

/** The row with the least of one axis among those that reach a value on another; else the nearest to it. */
export function cheapest(
  front: Front,
  need: { key: string; sense: "at_least" | "at_most"; value: number },
  cost: string,
): { row: number; isReached: boolean } | null {
  const wanted = axisOf(front, need.key);
  const price = axisOf(front, cost);
  if (!wanted || !price) return null;
  const sign = need.sense === "at_least" ? 1 : -1;
  let best: { row: number; isReached: boolean; by: number } | null = null;
  for (let row = 0; row < front.rows; row += 1) {
    const [value, paid] = [wanted.cells[row], price.cells[row]];
    if (typeof value !== "number" || typeof paid !== "number") continue;
    const isReached = sign * (value - need.value) >= 0;
    const by = isReached ? paid : sign * (need.value - value);
    if (!best || (isReached && !best.isReached) || (isReached === best.isReached && by < best.by))
      best = { row, isReached, by };
  }
  return best && { row: best.row, isReached: best.isReached };
}

/** Training rows on some axes, a list an axis; null where one of them was not measured. */
export function behind(measured: MeasuredRows | null, ...axes: readonly Axis[]): number[][] | null {
  const columns = axes.map(axis =>
    axis.role === "input" || axis.role === "predicted"
      ? measured?.columns.find(column => column.name === axis.of)?.cells
      : undefined,
  );
  const rows = columns[0]?.map((_, row) => columns.map(cells => cells?.[row]));
  if (!rows || columns.includes(undefined)) return null;
  const whole = rows.filter((cells): cells is number[] => cells.every(cell => typeof cell === "number"));
  return axes.map((_, place) => whole.map(cells => cells[place] as number));
}

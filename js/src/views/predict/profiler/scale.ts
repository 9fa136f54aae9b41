/** From values to places in a cell and back. Cells are 100 wide and 60 high, whatever their size on the screen. */
import type { CurveView, InputLine, ProfileView } from "../../../protocol/types";

export const WIDTH = 100;
export const HEIGHT = 60;
/** Under the curves, where the rug stands. */
const FOOT = 5;

export type Cell = number | string | null;
export interface Span {
  low: number;
  high: number;
}

/** The span of an input's axis: the training range, with the current value in it. */
export function spanOf(input: InputLine, value: Cell): Span {
  const now = typeof value === "number" ? [value] : [];
  const known = [...(input.low === null ? [] : [input.low]), ...(input.high === null ? [] : [input.high])];
  const low = Math.min(...known, ...now);
  const high = Math.max(...known, ...now);
  if (!Number.isFinite(low)) return { low: 0, high: 1 };
  return low < high ? { low, high } : { low: low - 1, high: high + 1 };
}

/** What stands side by side instead of along an axis: levels, and both sides of a boolean. */
export function levelsOf(input: InputLine): readonly Cell[] | null {
  if (input.kind === "category") return input.levels;
  return input.kind === "boolean" ? [0, 1] : null;
}

/** Half the width of a level's bar; nothing for a quantity. */
function halfOf(input: InputLine): number {
  const levels = levelsOf(input);
  return levels ? (0.42 / Math.max(levels.length, 1)) * WIDTH : 0;
}

/** Place of a value along an input; null for a missing one. Levels stand side by side. */
export function across(input: InputLine, span: Span, value: Cell): number | null {
  if (value === null) return null;
  const levels = levelsOf(input);
  if (levels) {
    const place = levels.indexOf(value);
    return place < 0 ? null : ((place + 0.5) / Math.max(levels.length, 1)) * WIDTH;
  }
  return typeof value === "number" ? ((value - span.low) / (span.high - span.low)) * WIDTH : null;
}

/** The value at a share of an input's axis, on its step. */
export function valueAt(input: InputLine, span: Span, share: number): Cell {
  const held = Math.min(Math.max(share, 0), 1);
  const levels = levelsOf(input);
  if (levels) return levels[Math.min(Math.floor(held * levels.length), levels.length - 1)] ?? null;
  return onStep(input, span, span.low + held * (span.high - span.low));
}

/** A number on the input's step; the ends of the range stay exact. */
export function onStep(input: InputLine, span: Span, value: number): number {
  const near = input.step / 2;
  if (value - span.low < near) return span.low;
  if (span.high - value < near) return span.high;
  const digits = Math.max(0, -Math.floor(Math.log10(input.step))) + 1;
  return Number((Math.round(value / input.step) * input.step).toFixed(Math.min(digits, 20)));
}

/** Place of an answer, from the top. */
export function down(span: Span, value: number): number {
  return (1 - (value - span.low) / (span.high - span.low)) * (HEIGHT - FOOT);
}

const at = (x: number, y: number) => `${x.toFixed(2)} ${y.toFixed(2)}`;

/** A line through the values of a number; bars over the levels of a category. */
export function linePath(input: InputLine, x: Span, y: Span, curve: CurveView, values: readonly number[]) {
  const half = halfOf(input);
  let path = "";
  curve.values.forEach((value, place) => {
    const spot = across(input, x, value);
    const answer = values[place];
    if (spot === null || answer === undefined) return;
    const height = down(y, answer);
    path += half
      ? `M${at(spot - half, height)}H${(spot + half).toFixed(2)}`
      : `${path ? "L" : "M"}${at(spot, height)}`;
  });
  return path;
}

/** The interval as an area; null where it is not finite anywhere. */
export function bandPath(
  input: InputLine,
  x: Span,
  y: Span,
  curve: CurveView,
  lower: readonly (number | null)[],
  upper: readonly (number | null)[],
): string | null {
  const half = halfOf(input);
  let bars = "";
  const above: string[] = [];
  const below: string[] = [];
  curve.values.forEach((value, place) => {
    const spot = across(input, x, value);
    const [low, high] = [lower[place], upper[place]];
    if (spot === null || low === null || high === null || low === undefined || high === undefined) return;
    if (half) {
      const ends = [(spot - half).toFixed(2), (spot + half).toFixed(2)];
      bars += `M${ends[0]} ${down(y, high).toFixed(2)}H${ends[1]}V${down(y, low).toFixed(2)}H${ends[0]}Z`;
    } else {
      above.push(at(spot, down(y, high)));
      below.unshift(at(spot, down(y, low)));
    }
  });
  return bars || (above.length ? `M${above.join("L")}L${below.join("L")}Z` : null);
}

/** Training values as ticks at the foot; of a category, a bar as long as its share. */
export function rugPath(input: InputLine, x: Span): string {
  const levels = levelsOf(input);
  if (levels) {
    const width = WIDTH / Math.max(levels.length, 1);
    return input.rug
      .map((share, place) =>
        share
          ? `M${at((place + 0.5 - share * 0.42) * width, HEIGHT - 1)}h${(share * 0.84 * width).toFixed(2)}`
          : "",
      )
      .join("");
  }
  return input.rug
    .map(value => across(input, x, value))
    .filter(spot => spot !== null)
    .map(spot => `M${at(spot, HEIGHT)}v-4`)
    .join("");
}

/** The span of each target over all that was answered; it grows, so that nothing jumps, until it is begun anew. */
export function grown(before: readonly (Span | undefined)[], view: ProfileView): Span[] {
  return view.here.map((here, target) => {
    const known = before[target];
    let low = known?.low ?? here.predicted;
    let high = known?.high ?? here.predicted;
    const take = (value: number | null | undefined) => {
      if (value === null || value === undefined) return;
      if (value < low) low = value;
      if (value > high) high = value;
    };
    for (const { lines } of view.curves) {
      const line = lines[target];
      for (const values of [line?.predicted, line?.lower, line?.upper])
        for (const one of values ?? []) take(one);
    }
    if (known && low === known.low && high === known.high) return known;
    const pad = (high - low) * 0.04 || Math.abs(high) * 0.05 || 1;
    return { low: low - pad, high: high + pad };
  });
}

/** Decimal places in which an input's values differ. */
export function placesOfStep(input: InputLine): number {
  return Math.max(0, -Math.floor(Math.log10(input.step)));
}

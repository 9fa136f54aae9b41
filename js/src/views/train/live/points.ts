/** What a search plot draws, from a snapshot: pure, so that thousands of trials cost one pass. */
import type { StudyView, TrialView } from "../../../protocol/types";

export interface Point {
  study: StudyView;
  /** Place of its study, for the colour. */
  series: number;
  trial: TrialView;
  x: number;
  y: number;
  /** Scored worse than the picture reaches; drawn at its upper edge. */
  isFar: boolean;
}

export interface Drawing {
  points: Point[];
  /** One path a series: dots of scored trials, open dots beyond the edge, marks of failed and pruned ones. */
  series: {
    study: StudyView;
    index: number;
    dots: string;
    far: string;
    failed: string;
    pruned: string;
    best: string;
  }[];
  xTicks: { at: number; value: number }[];
  yTicks: { at: number; value: number }[];
  /** Decimal places that tell the values of the y axis apart. */
  places: number;
}

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Height of the strip under the axis where trials without a score lie. */
  strip: number;
}

const TOLERATED = 3;

/** From the best to three times as far as the median lies off it; wholly seen where nothing is farther. */
export function extent(values: readonly number[]): [number, number] {
  if (!values.length) return [0, 1];
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[0] ?? 0;
  const median = sorted[sorted.length >> 1] ?? low;
  const most = sorted.at(-1) ?? low;
  const reach = TOLERATED * (median - low);
  const high = reach > 0 ? Math.min(most, low + reach) : most;
  const room = (high - low) * 0.08 || Math.abs(low) * 0.05 || 1;
  return [low - room, high + room];
}

/** Numbers at which an axis is labelled: 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number, integer = false): number[] {
  const rough = (high - low) / Math.max(count, 1);
  if (!(rough > Math.abs(high) * 1e-12) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(([1, 2, 5].find(one => one * power >= rough) ?? 10) * power, integer ? 1 : 0);
  const made: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at++)
    made.push(Number((at * step).toPrecision(12)));
  return made;
}

/** Trials there will be, as far as known; space is kept for them. */
export function span(studies: readonly StudyView[]): number {
  const seen = Math.max(0, ...studies.map(study => (study.trials.at(-1)?.number ?? -1) + 1));
  if (studies.every(study => study.planned !== null))
    return Math.max(seen, ...studies.map(study => study.planned ?? 0), 1);
  return Math.max(10, 10 * Math.ceil((seen * 1.1) / 10));
}

export function drawing(studies: readonly { study: StudyView; index: number }[], frame: Frame): Drawing {
  const { width, height, left, right, top, bottom, strip } = frame;
  const count = span(studies.map(({ study }) => study));
  const values = studies.flatMap(({ study }) => study.trials.flatMap(trial => trial.value ?? []));
  const bests = studies.flatMap(({ study }) => study.best?.value ?? []);
  const [low, high] = extent([...values, ...bests]);
  const floor = height - bottom - strip;
  const x = (number: number) => left + ((number + 0.5) / count) * (width - left - right);
  const y = (value: number) => Math.max(top, top + (1 - (value - low) / (high - low)) * (floor - top));
  const points: Point[] = [];
  const series = studies.map(({ study, index }) => {
    const made = { study, index, dots: "", far: "", failed: "", pruned: "", best: "" };
    let best = study.best && study.best.number < (study.trials[0]?.number ?? 0) ? study.best.value : null;
    for (const trial of study.trials) {
      const px = x(trial.number);
      if (trial.state === "running") continue;
      const isFar = trial.value !== null && trial.value > high;
      const py = trial.value === null ? floor + strip / 2 : isFar ? top : y(trial.value);
      points.push({ study, series: index, trial, x: px, y: py, isFar });
      const at = `${px.toFixed(1)} ${py.toFixed(1)}`;
      if (trial.value === null) {
        if (trial.state === "pruned") made.pruned += `M${at}m0-4v8`;
        else made.failed += `M${at}m-3.5-3.5l7 7m0-7l-7 7`;
        continue;
      }
      if (isFar) made.far += `M${at}m-3 4l3-5l3 5z`;
      else made.dots += `M${at}h0`;
      if (best === null || trial.value < best) {
        const level = y(trial.value).toFixed(1);
        made.best += made.best ? `H${px.toFixed(1)}V${level}` : `M${at}`;
        best = trial.value;
      }
    }
    const last = study.trials.at(-1);
    if (best !== null && best !== undefined && last) {
      if (!made.best) made.best = `M${x(study.trials[0]?.number ?? 0).toFixed(1)} ${y(best).toFixed(1)}`;
      made.best += `H${x(last.number).toFixed(1)}`;
    }
    return made;
  });
  const xTicks = ticks(0, count - 1, Math.max(2, Math.floor(width / 110)), true).map(value => ({
    at: x(value),
    value,
  }));
  const yTicks = ticks(low, high, Math.max(2, Math.floor(floor / 48))).map(value => ({
    at: y(value),
    value,
  }));
  const step = (yTicks[1]?.value ?? 1) - (yTicks[0]?.value ?? 0);
  const places = Math.min(Math.max(0, -Math.floor(Math.log10(Math.abs(step) || 1) + 1e-9)), 12);
  return { points, series, xTicks, yTicks, places };
}

/** The point nearest to a place, within a finger's width. */
export function nearest(points: readonly Point[], x: number, y: number, reach = 24): Point | null {
  let found: Point | null = null;
  let least = reach * reach;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance <= least) {
      least = distance;
      found = point;
    }
  }
  return found;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Snapshot, StudyView, TrialView } from "../../../src/protocol/types";
import { drawing, extent, nearest, span, ticks } from "../../../src/views/train/live/points";

const FRAME = { width: 600, height: 250, left: 58, right: 12, top: 12, bottom: 34, strip: 20 };
const FLOOR = FRAME.height - FRAME.bottom - FRAME.strip;

function trial(number: number, value: number | null, state: TrialView["state"] = "complete"): TrialView {
  return { number, state, value, folds: [], folds_done: 5, params: {}, error: null };
}

function study(trials: TrialView[], more: Partial<StudyView> = {}): StudyView {
  const scored = trials.filter(one => one.value !== null);
  const best = scored.reduce<TrialView | null>(
    (least, one) => (least === null || (one.value ?? 0) < (least.value ?? 0) ? one : least),
    null,
  );
  const complete = scored.length;
  const id = "t0-lightgbm";
  return { id, target: "y", family: "lightgbm", planned: 30, complete, failed: 0, trials, best, ...more };
}

const draw = (...studies: StudyView[]) =>
  drawing(
    studies.map((one, index) => ({ study: one, index })),
    FRAME,
  );

describe("the search plot", () => {
  it("keeps space for all trials that were asked for", () => {
    expect(span([study([trial(0, 1)])])).toBe(30);
    expect(span([study([trial(41, 1)], { planned: null })])).toBeGreaterThanOrEqual(42);
    expect(span([])).toBeGreaterThan(0);
  });

  it("draws every trial that ended, failed and pruned ones apart and by shape", () => {
    const { points, series } = draw(
      study([
        trial(0, 5),
        trial(1, null, "failed"),
        trial(2, null, "pruned"),
        trial(3, 4),
        trial(4, null, "running"),
      ]),
    );
    expect(points.map(point => point.trial.number)).toEqual([0, 1, 2, 3]);
    expect(series[0]?.dots.match(/h0/g)).toHaveLength(2);
    expect(series[0]?.failed).toContain("l7 7");
    expect(series[0]?.pruned).toContain("v8");
    for (const point of points.filter(one => one.trial.value === null))
      expect(point.y).toBeGreaterThan(FLOOR);
  });

  it("lets the best line fall only, and go on to the latest trial", () => {
    const { series, points } = draw(study([trial(0, 5), trial(1, 7), trial(2, 4), trial(3, 6)]));
    const levels = [...(series[0]?.best ?? "").matchAll(/V([\d.]+)/g)].map(found => Number(found[1]));
    expect(levels).toHaveLength(1);
    expect(series[0]?.best.endsWith(`H${points.at(-1)?.x.toFixed(1)}`)).toBe(true);
  });

  it("starts the line at the known best when early trials are no longer kept", () => {
    const late = study([trial(900, 5), trial(901, 4.5)], { planned: 1000, best: trial(12, 4) });
    const { series, yTicks } = draw(late);
    expect(series[0]?.best.startsWith("M")).toBe(true);
    expect(series[0]?.best).not.toContain("V");
    expect(Math.min(...yTicks.map(tick => tick.value))).toBeLessThanOrEqual(4.5);
  });

  it("does not let one bad trial flatten the picture", () => {
    const trials = Array.from({ length: 20 }, (_, number) => trial(number, 4 + number / 100));
    const { points } = draw(study([...trials, trial(20, 1e6)]));
    const worst = points.at(-1);
    expect(worst?.isFar).toBe(true);
    expect(worst?.y).toBe(FRAME.top);
    expect((points[0]?.y ?? 0) - (points[19]?.y ?? 0)).toBeGreaterThan(40);
  });

  it.each([
    [[]],
    [[3]],
    [[3, 3]],
    [[0, 0]],
    [[1e-300, 2e-300]],
    [[-5, 1e12]],
    [[2, 1, 1]],
    [[1, 1, 1 + 2e-16]],
    [[0, 1e300]],
  ])("has a range for %j", values => {
    const [low, high] = extent(values);
    expect(high).toBeGreaterThan(low);
    for (const tick of ticks(low, high, 4)) expect(Number.isFinite(tick)).toBe(true);
  });

  it("labels trials with whole numbers", () => {
    expect(ticks(0, 2, 8, true)).toEqual([0, 1, 2]);
  });

  it("finds the nearest dot, and none far away", () => {
    const { points } = draw(study([trial(0, 5), trial(1, 4)]));
    const [first] = points;
    expect(nearest(points, (first?.x ?? 0) + 3, first?.y ?? 0)?.trial.number).toBe(0);
    expect(nearest(points, 590, 5)).toBeNull();
  });

  it.each(["succeeded", "running", "failed", "cancelled", "resumed"])("draws the golden log %s", name => {
    const file = join(import.meta.dirname, "../../../../tests/fixtures/events", `${name}.snapshot.json`);
    const job = JSON.parse(readFileSync(file, "utf8")) as Snapshot;
    const { points, series } = draw(...job.studies);
    const ended = job.studies.flatMap(one => one.trials).filter(one => one.state !== "running");
    expect(points.length).toBe(ended.length);
    expect(JSON.stringify(series)).not.toMatch(/NaN|Infinity/);
  });
});

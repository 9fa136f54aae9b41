/** Values to places in a cell and back; flags of a row taken apart as they were put together. */
import { describe, expect, it } from "vitest";
import type { InputLine, ProfileView } from "../../../src/protocol/types";
import { splitFlags } from "../../../src/views/predict/batch/flags";
import {
  across,
  bandPath,
  grown,
  linePath,
  onStep,
  spanOf,
  valueAt,
} from "../../../src/views/predict/profiler/scale";

const NUMBER: InputLine = {
  name: "x",
  label: "x",
  unit: null,
  kind: "number",
  low: 0.25,
  high: 10.13,
  step: 0.1,
  levels: [],
  had_missing: false,
  is_needed: true,
  rug: [],
};
const LEVELS: InputLine = {
  ...NUMBER,
  kind: "category",
  low: null,
  high: null,
  levels: ["a", "b"],
  rug: [0.5, 0.5],
};
const curve = (values: (number | string | null)[]) => ({ input: 0, values, at: 0, lines: [] });

describe("an axis", () => {
  it("spans the training range and the current value", () => {
    expect(spanOf(NUMBER, 5)).toEqual({ low: 0.25, high: 10.13 });
    expect(spanOf(NUMBER, 12)).toEqual({ low: 0.25, high: 12 });
    expect(spanOf({ ...NUMBER, low: 3, high: 3 }, 3)).toEqual({ low: 2, high: 4 });
    expect(spanOf({ ...NUMBER, low: null, high: null }, null)).toEqual({ low: 0, high: 1 });
  });

  it("snaps to steps and keeps both ends exact", () => {
    const span = spanOf(NUMBER, null);
    expect(valueAt(NUMBER, span, 0)).toBe(0.25);
    expect(valueAt(NUMBER, span, 1.5)).toBe(10.13);
    expect(onStep(NUMBER, span, Math.PI)).toBe(3.1);
  });

  it("sets levels side by side and leaves out what is no level", () => {
    const span = spanOf(LEVELS, "a");
    expect(across(LEVELS, span, "b")).toBe(75);
    expect(across(LEVELS, span, "c")).toBeNull();
    expect(valueAt(LEVELS, span, 0.99)).toBe("b");
    expect(across({ ...NUMBER, kind: "boolean", low: 0, high: 1 }, span, 1)).toBe(75);
  });
});

describe("a curve", () => {
  const y = { low: 0, high: 10 };
  it("goes through numbers, skips a missing one, and draws levels as bars", () => {
    const span = { low: 0, high: 10 };
    expect(linePath(NUMBER, span, y, curve([0, 10, null]), [0, 10, 3])).toBe("M0.00 55.00L100.00 0.00");
    expect(linePath(LEVELS, span, y, curve(["a", "b"]), [0, 10]).match(/M/g)).toHaveLength(2);
  });

  it("has no band where bounds are infinite", () => {
    const span = { low: 0, high: 10 };
    expect(bandPath(NUMBER, span, y, curve([0, 10]), [null, null], [null, null])).toBeNull();
    expect(bandPath(NUMBER, span, y, curve([0, 10]), [1, null], [2, null])).toContain("Z");
  });

  it("never shrinks its scale while one looks on", () => {
    const view = (predicted: number[]): ProfileView => ({
      here: [{ predicted: predicted[0] ?? 0, lower: null, upper: null }],
      distance: null,
      flags: [],
      curves: [{ ...curve([0, 1]), lines: [{ predicted, lower: [], upper: [] }] }],
      ms: 1,
    });
    const first = grown([], view([0, 100]));
    expect(grown(first, view([40, 60]))).toEqual(first);
    expect(grown(first, view([0, 200]))[0]?.high).toBeGreaterThan(200);
  });
});

it("takes flags apart whatever the names hold", () => {
  expect(splitFlags("")).toEqual([]);
  expect(splitFlags("outside:age; unseen:a\\;b; missing:x\\n\\\\:y")).toEqual([
    { word: "outside", input: "age" },
    { word: "unseen", input: "a;b" },
    { word: "missing", input: "x\n\\:y" },
  ]);
});

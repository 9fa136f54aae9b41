/** What every view of a front shares: axes, filters, the cheapest row, safe text. */
import { describe, expect, it } from "vitest";
import made from "../../../dev/rooms/optimize-answers.json";
import type { FrontTable, MeasuredRows, OptimizeDraft } from "../../../src/protocol/types";
import { over } from "../../../src/views/optimize/form/combinations";
import { completions, quoted } from "../../../src/views/optimize/form/formula-box";
import { readLevels } from "../../../src/views/optimize/form/inputs";
import { asText } from "../../../src/views/optimize/front/chosen";
import {
  axisOf,
  behind,
  cheapest,
  ofDraft,
  ofLive,
  ofTable,
  passing,
  usualAxes,
} from "../../../src/views/optimize/front/front";
import { draw, plain } from "../../../src/views/optimize/front/pictures";
import { spaceOf } from "../../../src/views/optimize/front/space";
import { changedPlace } from "../../../src/views/optimize/setting";

const table = made.result as unknown as FrontTable;
const t = (key: string, fields?: Record<string, string | number>) => `${key} ${fields?.name ?? ""}`.trim();
const front = ofTable(table, t);
const STRENGTH = "predicted_強度 [MPa]";

describe("a front", () => {
  it("begins with the goals that are traded", () => {
    expect(front.rows).toBe(35);
    expect(usualAxes(front).x).toBe(STRENGTH);
    expect(usualAxes(front).y).toBe(front.costs[0]);
    expect(front.goals.at(-1)).toBe("predicted_slump [cm]");
  });

  it("of one goal goes up against desirability", () => {
    const single = { ...front, goals: [STRENGTH] };
    expect(usualAxes(single)).toEqual({ x: STRENGTH, y: "desirability" });
  });

  it("is narrowed by limits, a bound included", () => {
    const values = axisOf(front, STRENGTH)?.cells as number[];
    const low = values[3] as number;
    const rows = passing(front, [{ key: STRENGTH, low, high: null }]);
    expect(rows).toContain(3);
    expect(rows.every(row => (values[row] as number) >= low)).toBe(true);
    const kinds = axisOf(front, "種類")?.cells ?? [];
    const limit = { key: "種類", low: null, high: null };
    expect(passing(front, [{ ...limit, levels: ["普通"] }])).toHaveLength(
      kinds.filter(kind => kind === "普通").length,
    );
    expect(passing(front, [{ ...limit, levels: ["早強"] }])).toEqual(
      passing(front, [{ ...limit, levels: ["x"] }]),
    );
    expect(passing(front, [{ ...limit, levels: [] }])).toHaveLength(35);
    expect(passing(front, [{ key: "gone", low: 1, high: 2 }])).toHaveLength(35);
  });

  it("finds the cheapest row that reaches a value, else the nearest", () => {
    const cost = front.costs[0] as string;
    const found = cheapest(front, { key: STRENGTH, sense: "at_least", value: 50 }, cost);
    const [values, paid] = [axisOf(front, STRENGTH)?.cells, axisOf(front, cost)?.cells] as [
      number[],
      number[],
    ];
    const least = Math.min(...paid.filter((_, row) => (values[row] as number) >= 50));
    expect(found).toEqual({ row: paid.indexOf(least), isReached: true });
    const out = cheapest(front, { key: STRENGTH, sense: "at_least", value: 999 }, cost);
    expect(out).toEqual({ row: values.indexOf(Math.max(...values)), isReached: false });
  });

  it("has training rows behind it where both axes were measured", () => {
    const measured = made.measured as unknown as MeasuredRows;
    const axes = ["predicted_slump [cm]", STRENGTH].map(key => axisOf(front, key));
    const [x, y] = axes as [NonNullable<(typeof axes)[0]>, NonNullable<(typeof axes)[0]>];
    expect(behind(measured, x, y)?.[0]).toHaveLength(103);
    const formula = front.axes.find(axis => axis.role === "formula");
    expect(formula && behind(measured, x, formula)).toBeNull();
  });

  it("to be looked for shows training rows on the goals of the form", () => {
    const draft = ofDraft(made.draft.en as unknown as OptimizeDraft);
    expect(usualAxes(draft)).toEqual({ x: "predicted slump [cm]", y: "predicted 強度 [MPa]" });
    expect(draft.axes.some(axis => axis.of === "種類")).toBe(false);
  });

  it("under way puts goals that only must hold last", () => {
    const view = {
      names: ["a", "b"],
      points: [
        [1, 2],
        [3, null],
      ],
    } as never;
    expect(ofLive(view, new Set(["a"])).goals).toEqual(["goal 1", "goal 0"]);
  });
});

describe("steps back", () => {
  it("are told apart by where two forms differ", () => {
    const form = { goals: [{ value: 1 }, { value: 2 }], seed: 1 };
    const typed = { ...form, goals: [form.goals[0], { value: 3 }] };
    expect(changedPlace(form, typed)).toBe(".goals.1.value");
    expect(changedPlace(form, { ...typed, seed: 2 })).toBe("");
    expect(changedPlace(form, { ...form, goals: [...form.goals, { value: 9 }] })).toBe(".goals.2");
    expect(changedPlace(form, form)).toBe("");
  });
});

describe("combinations", () => {
  it("stay with their inputs where others come or go", () => {
    const row = { kind: "combinations" as const, of: ["a", "b"], mode: "only" as const, rows: [["x", 1]] };
    expect(over(row, ["b", "c"])).toEqual({ ...row, of: ["b", "c"], rows: [[1, null]] });
    expect(over({ ...row, rows: [] }, ["a"]).rows).toEqual([[null]]);
    expect(over({ ...row, mode: "seen", rows: [] }, ["a"]).rows).toEqual([]);
  });
});

describe("text of the user's", () => {
  it("is drawn letter by letter", () => {
    expect(plain("<b>a</b> & $x$ %{y}")).toBe("&lt;b&gt;a&lt;/b&gt; &amp; &#36;x&#36; %&#123;y&#125;");
    const [x, y] = [axisOf(front, "<b>slag</b>"), axisOf(front, STRENGTH)] as never[];
    const words = { measured: "m", front: "f", knee: "k", selected: "s" };
    const figure = draw(
      front,
      { x: x as never, y: y as never, colour: undefined },
      null,
      undefined,
      0,
      words,
    );
    expect(JSON.stringify(figure)).not.toContain("<b>");
  });

  it("is drawn letter by letter in space, too, with training rows behind where all three were measured", () => {
    const [x, y, z] = ["predicted_slump [cm]", STRENGTH, "<b>slag</b>"].map(key =>
      axisOf(front, key),
    ) as never[];
    const words = { measured: "m", front: "f", knee: "k", selected: "s" };
    const training = behind(made.measured as unknown as MeasuredRows, x as never, y as never, z as never);
    expect(training).toHaveLength(3);
    const figure = draw(front, { x, y, z, colour: undefined } as never, training, [0, 1, 2], 0, words);
    const [edges, , behindIt, points] = figure.data;
    expect((edges as { x: (number | null)[] }).x.filter(at => at !== null)).toHaveLength(24);
    expect(behindIt?.x).toHaveLength(103);
    expect(points?.customdata).toEqual([0, 1, 2]);
    expect(JSON.stringify(figure)).not.toContain("<b>");
  });

  it("looks the same from above as the plane of its first two axes, and from the side as the third", () => {
    const columns = [
      [0, 10, 5],
      [0, 5, 10],
      [1, 2, 3],
    ];
    const above = spaceOf(["a", "b", "c"], columns, { turn: 0, tilt: 90 }).flat(columns);
    expect(above.x).toEqual([-1, 1, 0]);
    expect(above.y.map(at => Math.round((at ?? 9) * 1e9) / 1e9)).toEqual([-1, 0, 1]);
    const side = spaceOf(["a", "b", "c"], columns, { turn: 0, tilt: 0 }).flat(columns);
    expect(side).toEqual({ x: [-1, 1, 0], y: [-1, 0, 1] });
    const lost = spaceOf(["a", "b", "c"], columns, { turn: 10, tilt: 10 }).flat([[5], [null], [2]]);
    expect(lost).toEqual({ x: [null], y: [null] });
  });

  it("does not run in a spreadsheet it is pasted into", () => {
    const hostile = { ...table, columns: [{ key: "=1+1", role: "input", of: "", cells: ["@SUM(A1)", "x"] }] };
    expect(asText(hostile as unknown as FrontTable, 0)).toBe("'=1+1\n'@SUM(A1)\n");
  });

  it("is completed as a formula takes it", () => {
    expect(quoted("Water")).toBe("Water");
    expect(quoted("水_1")).toBe("水_1");
    expect(quoted("a,b")).toBe("`a,b`");
    expect(completions("2 * `fly", ["Fly ash", "Water"])).toEqual({ from: 4, found: ["Fly ash"] });
    expect(completions("2 + ", ["Water"]).found).toEqual([]);
  });

  it("is read as numbers, full-width ones too", () => {
    expect(readLevels("1, 2.5、３ x")).toEqual([1, 2.5, 3, "x"]);
  });
});

/** Numbers as people read them; the same digits as on the command line. */
import { signal } from "@preact/signals";
import { expect, it } from "vitest";
import { decimals, formats } from "../../src/i18n/format";
import { translator } from "../../src/i18n/translate";

const language = signal<"en" | "ja">("en");
const t = translator(language);
const fmt = formats(language, t);

it("takes decimals from the spread's first digit, two if that is a 1, else four digits in all", () => {
  expect([decimals(3.8971, 0.31), decimals(3.8971, 0.14), decimals(53.81), decimals(12345.6, 678)]).toEqual([
    1, 2, 2, -2,
  ]);
});

it.each([
  [3.8971, 0.31, "MPa", "3.9 ± 0.3 MPa"],
  [0.8712, 0.0234, null, "0.87 ± 0.02"],
  [53.8, null, "", "53.80"],
  [null, null, "MPa", "–"],
  [12345.6, 678, "g", "12,300 ± 700 g"],
  [3.9, 0, "", "3.900 ± 0.000"],
])("shows %s ± %s %s as %s", (value, spread, unit, words) => {
  expect(fmt.spread(value, spread, unit)).toBe(words);
});

it.each([
  [0.000012345, "1.23E-5"],
  [-2.5e9, "-2.5E9"],
  [0, "0.0"],
  [Number.NaN, "–"],
  [Number.POSITIVE_INFINITY, "–"],
])("shows %s as %s", (value, words) => {
  expect(fmt.number(value)).toBe(words);
});

it("shows counts, shares and sizes", () => {
  expect([
    fmt.count(1030),
    fmt.percent(0.025),
    fmt.percent(0.4),
    fmt.percent(0),
    fmt.bytes(999),
    fmt.bytes(1_570_000),
    fmt.bytes(512 * 1024 ** 2),
  ]).toEqual(["1,030", "2.5 %", "40 %", "0 %", "999 B", "1.5 MB", "512 MB"]);
});

it("shows times coarser as they grow", () => {
  expect([fmt.seconds(8.21), fmt.seconds(42), fmt.seconds(185), fmt.seconds(7860)]).toEqual([
    "8.2 s",
    "42 s",
    "3 min 5 s",
    "2 h 11 min",
  ]);
  expect([fmt.about(0.2), fmt.about(42), fmt.about(170), fmt.about(5400)]).toEqual([
    "1 s",
    "40 s",
    "3 min",
    "1.5 h",
  ]);
});

it("speaks the language in force, without being made again", () => {
  language.value = "ja";
  expect(fmt.seconds(185)).toBe("3 分 5 秒");
  expect(t("panel.job.trials_of", { done: 3, planned: 30 })).toBe("試行 3 / 30");
  expect(fmt.date("2026-01-05T09:00:00Z")).toMatch(/2026/);
  language.value = "en";
  expect(t("panel.job.trials_of", { done: 3, planned: 30 })).toBe("trial 3 / 30");
});

it("puts text in its place as text, and shows what is missing", () => {
  expect(t("panel.list.remove", { name: "$& {n} <b>" })).toBe("Take out $& {n} <b>");
  expect(t("panel.list.remove")).toBe("Take out ?");
  expect(t("panel.absent")).toBe("panel.absent");
});

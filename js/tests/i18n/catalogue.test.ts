// @vitest-environment node
/** Every sentence that the panels speak is there in both languages, and none is left over. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sentences } from "../../scripts/catalogue.mjs";

const SRC = join(import.meta.dirname, "../../src");
const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter(name => /\.tsx?$/.test(name) && !name.endsWith(".d.ts") && !name.endsWith("types.ts"))
  .map(name => readFileSync(join(SRC, name), "utf8"));
const PYTHON = join(SRC, "../../src/nbml");
const kernel = readdirSync(PYTHON, { recursive: true, encoding: "utf8" })
  .filter(name => name.endsWith(".py"))
  .map(name => readFileSync(join(PYTHON, name), "utf8"));
const en: Record<string, string> = sentences("en");
const ja: Record<string, string> = sentences("ja");
const keys = Object.keys(en);

const hits = (texts: string[], pattern: RegExp) =>
  new Set(texts.flatMap(text => [...text.matchAll(pattern)].map(hit => hit[1] ?? "")));
/** Words in quotes that look like a key, and beginnings of keys that are made: `panel.state.${state}`. */
const KEY = /["'`]((?:panel|[a-z]+_room)\.[\w.]+)["'`]/g;
const BEGINNING = /["`]((?:panel|[a-z]+_room)\.[\w.]*)\$?\{/g;
const said = hits(sources, KEY);
const begun = hits(sources, BEGINNING);
const saidByKernel = hits(kernel, KEY);
const begunByKernel = hits(kernel, BEGINNING);
const isKnown = (key: string) => key in en || `${key}.other` in en;
const places = (sentence: string | undefined) =>
  [...(sentence ?? "").matchAll(/\{(\w+)\}/g)].map(hit => hit[1]).sort();

it("has the same keys in both languages", () => {
  expect(Object.keys(ja).sort()).toEqual([...keys].sort());
});

it("has the same places in both languages", () => {
  const differing = keys.filter(key => String(places(en[key])) !== String(places(ja[key])));
  expect(differing).toEqual([]);
});

it("has every key that is used", () => {
  expect([...said].filter(key => !isKnown(key))).toEqual([]);
  expect([...begun].filter(start => !keys.some(key => key.startsWith(start)))).toEqual([]);
});

it("has no key that nobody uses, of rooms that are there", () => {
  const starts = [...begun, ...begunByKernel].filter(
    start => start.split(".").length > 2 || start.endsWith("."),
  );
  const isUsed = (key: string) =>
    said.has(key) || said.has(key.replace(/\.(one|other)$/, "")) || saidByKernel.has(key);
  const isThere = (key: string) =>
    existsSync(join(SRC, "views", key.split(/_room\.|\./)[0] ?? "")) || key.startsWith("panel.");
  const unused = keys.filter(
    key => isThere(key) && !isUsed(key) && !starts.some(start => key.startsWith(start)),
  );
  expect(unused).toEqual([]);
});

it("leaves no sentence empty or untranslated", () => {
  expect(keys.filter(key => !en[key]?.trim() || !ja[key]?.trim())).toEqual([]);
  const plain = keys.filter(key => /^panel\./.test(key) && en[key] === ja[key]);
  expect(plain.filter(key => /[a-z]{4,} [a-z]{4,}/i.test(en[key] ?? ""))).toEqual([]);
});

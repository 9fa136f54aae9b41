// The module "nbml:catalogue": the areas of src/nbml/i18n that panels speak from, both languages, flat keys.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/nbml/i18n", import.meta.url));
export const LANGUAGES = ["en", "ja"];
export const isArea = name => name === "panel.json" || name.endsWith("_room.json");

const isSpoken = key => /^(panel|[a-z]+_room)\./.test(key);

/** Sentences of panels by key, without the codes that only the kernel says; `{"a": {"b": ".."}}` is the key `a.b`. */
export function sentences(language) {
  const flat = {};
  for (const file of readdirSync(join(folder, language)).filter(isArea).sort()) {
    for (const [key, value] of Object.entries(
      JSON.parse(readFileSync(join(folder, language, file), "utf8")),
    )) {
      if (typeof value === "string") flat[key] = value;
      else for (const [part, words] of Object.entries(value)) flat[`${key}.${part}`] = words;
    }
  }
  return Object.fromEntries(Object.entries(flat).filter(([key]) => isSpoken(key)));
}

/** Every key once, with its sentences by language: keys are a third of the text. */
function source() {
  const spoken = LANGUAGES.map(sentences);
  const keys = [...new Set(spoken.flatMap(Object.keys))];
  const table = Object.fromEntries(keys.map(key => [key, spoken.map(words => words[key] ?? null)]));
  return `const table = Object.entries(${JSON.stringify(table)});
const of = at => Object.fromEntries(table.filter(([, words]) => words[at] !== null).map(([key, words]) => [key, words[at]]));
export default { ${LANGUAGES.map((lang, at) => `${lang}: of(${at})`).join(", ")} };`;
}

export const forEsbuild = {
  name: "nbml-catalogue",
  setup(build) {
    build.onResolve({ filter: /^nbml:catalogue$/ }, ({ path }) => ({ path, namespace: "nbml" }));
    build.onLoad({ filter: /.*/, namespace: "nbml" }, () => ({
      contents: source(),
      loader: "js",
      watchDirs: LANGUAGES.map(lang => join(folder, lang)),
      watchFiles: LANGUAGES.flatMap(lang =>
        readdirSync(join(folder, lang))
          .filter(isArea)
          .map(f => join(folder, lang, f)),
      ),
    }));
  },
};

export const forVite = {
  name: "nbml-catalogue",
  resolveId: id => (id === "nbml:catalogue" ? `\0${id}` : null),
  load: id => (id === "\0nbml:catalogue" ? source() : null),
};

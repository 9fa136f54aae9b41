// What the bundles are made from, as one hash; hatch_build.py computes the same in Python.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isArea, LANGUAGES } from "./catalogue.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

export function fingerprint() {
  const files = [
    ...readdirSync(`${root}js/src`, { recursive: true }).map(name => `js/src/${name.replaceAll("\\", "/")}`),
    ...readdirSync(`${root}js/scripts`).map(name => `js/scripts/${name}`),
    ...LANGUAGES.flatMap(lang =>
      readdirSync(`${root}src/nbml/i18n/${lang}`)
        .filter(isArea)
        .map(name => `src/nbml/i18n/${lang}/${name}`),
    ),
    "js/build.mjs",
    "js/package-lock.json",
  ];
  const hash = createHash("sha256");
  for (const file of files.filter(name => statSync(root + name).isFile()).sort()) {
    hash.update(`${file}\0`);
    hash.update(readFileSync(root + file));
    hash.update("\0");
  }
  return hash.digest("hex");
}

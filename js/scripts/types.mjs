// Writes src/protocol/types.ts from the schema that scripts/dump_wire_schema.py prints; with --check, only compares.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = fileURLToPath(new URL("../src/protocol/types.ts", import.meta.url));
const python =
  process.env.PYTHON ?? [`${root}.venv/bin/python`, "python3"].find(p => p === "python3" || existsSync(p));
const schema = JSON.parse(
  execFileSync(python, [`${root}scripts/dump_wire_schema.py`], {
    cwd: root,
    env: { ...process.env, PYTHONPATH: `${root}src` },
    maxBuffer: 64e6,
  }),
);
const types = await compile(schema, "Wire", {
  bannerComment: "// Made by `npm run types` from src/nbml/spec. Do not edit.",
  additionalProperties: false,
  maxItems: -1,
  style: { printWidth: 110 },
  unknownAny: true,
});
if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== types) {
    console.error(
      "js/src/protocol/types.ts is older than src/nbml/spec: run `npm run types` in js/ and commit it.",
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, types);
}

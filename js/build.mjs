// Bundles for src/nbml/widgets/static: panel.js and panel.css for every panel, plots.js.gz for pages that draw figures.
//   node build.mjs            what has changed since they were made
//   node build.mjs --all      all of it, in any case
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { forEsbuild } from "./scripts/catalogue.mjs";
import { fingerprint } from "./scripts/fingerprint.mjs";
import { forPlotly } from "./scripts/plotly.mjs";

const here = path => fileURLToPath(new URL(path, import.meta.url));
const target = here("../src/nbml/widgets/static/");
/** anywidget sends the module with a panel: bytes of panel.js at most. */
const PANEL_MOST = 400_000;
const FILES = ["panel.js", "panel.css", "plots.js.gz"];

const shared = {
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  write: false,
  outdir: target,
};

export const panel = {
  ...shared,
  entryPoints: { panel: here("src/panel.ts") },
  target: "es2022",
  plugins: [forEsbuild],
};

const plots = {
  ...shared,
  entryPoints: { plots: here("src/figure/bundle.js") },
  target: "es2020",
  plugins: [forPlotly],
  define: { global: "globalThis", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
};

async function bundles() {
  const [drawn, drawing] = await Promise.all([build(panel), build(plots)]);
  const made = Object.fromEntries(
    drawn.outputFiles.map(file => [file.path.endsWith(".css") ? "panel.css" : "panel.js", file.contents]),
  );
  if (made["panel.js"].length > PANEL_MOST) {
    throw new Error(`panel.js has ${made["panel.js"].length} bytes, more than ${PANEL_MOST}.`);
  }
  return { ...made, "plots.js.gz": gzipSync(drawing.outputFiles[0].contents, { level: 9 }) };
}

function isCurrent(made) {
  const note = `${target}built.json`;
  if (!existsSync(note) || !FILES.every(name => existsSync(target + name))) return false;
  return JSON.parse(readFileSync(note, "utf8")).made_from === made;
}

async function main() {
  const made = fingerprint();
  if (!process.argv.includes("--all") && isCurrent(made)) return;
  const files = await bundles();
  mkdirSync(target, { recursive: true });
  rmSync(`${target}built.json`, { force: true });
  for (const name of FILES) {
    writeFileSync(target + name, files[name]);
    console.log(`${name.padEnd(12)} ${(files[name].length / 1000).toFixed(1).padStart(7)} kB`);
  }
  writeFileSync(`${target}built.json`, `${JSON.stringify({ made_from: made })}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

// Bundles for src/nbml/widgets/static: panel.js and panel.css for every panel, plots.js.gz for pages that draw figures.
//   node build.mjs            both
//   node build.mjs panel      the panel only, for a quick look
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { forEsbuild } from "./scripts/catalogue.mjs";
import { forPlotly } from "./scripts/plotly.mjs";

const here = path => fileURLToPath(new URL(path, import.meta.url));
const target = here("../src/nbml/widgets/static/");
export const PANEL_MOST = 400_000;

export const panel = {
  entryPoints: { panel: here("src/panel.ts") },
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  loader: { ".svg": "dataurl" },
  plugins: [forEsbuild],
  logLevel: "warning",
};

export const plots = {
  entryPoints: { plots: here("src/figure/bundle.js") },
  bundle: true,
  format: "esm",
  target: "es2020",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  plugins: [forPlotly],
  define: { global: "globalThis", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
  logLevel: "warning",
};

async function buildPanel() {
  await build({ ...panel, outdir: target });
  const { size } = statSync(`${target}panel.js`);
  if (size > PANEL_MOST) throw new Error(`panel.js has ${size} bytes, more than ${PANEL_MOST}`);
  return [
    ["panel.js", size],
    ["panel.css", statSync(`${target}panel.css`).size],
  ];
}

async function buildPlots() {
  const { outputFiles } = await build({ ...plots, write: false, outdir: target });
  const script = outputFiles[0].contents;
  const packed = gzipSync(script, { level: 9 });
  writeFileSync(`${target}plots.js.gz`, packed);
  return [
    ["plots.js.gz", packed.length],
    ["plots.js, unpacked", script.length],
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(target, { recursive: true });
  const sizes = [...(await buildPanel()), ...(process.argv[2] === "panel" ? [] : await buildPlots())];
  for (const [name, size] of sizes)
    console.log(`${name.padEnd(20)} ${(size / 1000).toFixed(1).padStart(8)} kB`);
}

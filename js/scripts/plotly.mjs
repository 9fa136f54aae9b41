// What Plotly's sources need beside esbuild: shaders as text, one copy of regl, no Node buffer.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const NO_BUFFER = "exports.Buffer = { isBuffer: () => false };";

export const forPlotly = {
  name: "plotly",
  setup(build) {
    build.onLoad({ filter: /\.glsl$/ }, ({ path }) => ({
      contents: `module.exports = ${JSON.stringify(readFileSync(path, "utf8"))}`,
      loader: "js",
    }));
    build.onLoad({ filter: /\.css$/ }, () => ({ contents: "", loader: "js" }));
    build.onResolve({ filter: /^buffer$/ }, ({ path }) => ({ path, namespace: "none" }));
    build.onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: NO_BUFFER, loader: "js" }));
    build.onResolve({ filter: /^regl$/ }, () => ({ path: require.resolve("@plotly/regl") }));
  },
};

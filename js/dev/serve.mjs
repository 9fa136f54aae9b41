// `npm run dev`: the dev page on 127.0.0.1, made anew at every load. `npm run dev -- 8123` takes that port.

import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { panel } from "../build.mjs";

const here = path => fileURLToPath(new URL(path, import.meta.url));
const plots = here("../../src/nbml/widgets/static/plots.js.gz");
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };

async function made() {
  const { outputFiles } = await build({
    ...panel,
    entryPoints: { page: here("page.tsx") },
    outdir: here("."),
    write: false,
    minify: false,
    sourcemap: "inline",
  });
  return Object.fromEntries(
    outputFiles.map(file => [file.path.endsWith(".css") ? "page.css" : "page.js", file.text]),
  );
}

let page = {};
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const send = (status, type, text) =>
    response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(text);
  try {
    if (pathname === "/") {
      page = await made();
      return send(200, TYPES.html, readFileSync(here("index.html"), "utf8"));
    }
    if (pathname === "/plots.js.gz" && existsSync(plots)) {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      return createReadStream(plots).pipe(response);
    }
    const name = pathname.slice(1);
    if (page[name]) return send(200, TYPES[name.split(".").at(-1)], page[name]);
    return send(404, "text/plain", "not here");
  } catch (error) {
    return send(500, "text/plain", String(error));
  }
});
server.listen(Number(process.argv[2] ?? 8123), "127.0.0.1", () => {
  const { port } = server.address();
  console.log(`http://127.0.0.1:${port}/?room=train&job=live        http://127.0.0.1:${port}/?page=kit`);
});

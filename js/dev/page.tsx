/**
 * The panel, or every component, without a notebook. What is shown is said in the address:
 * ?room=train&job=running|done|all|none&lang=ja&theme=dark&width=480&page=kit&lost&busy
 */
import "../src/style/index.css";
import "./jupyter.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { plotsFrom } from "../src/figure/plots";
import { formats } from "../src/i18n/format";
import { translator } from "../src/i18n/translate";
import { mount } from "../src/mount";
import { Client } from "../src/protocol/client";
import type { SessionState } from "../src/protocol/types";
import { Store } from "../src/state/store";
import { watchTheme } from "../src/theme";
import { LocaleContext } from "../src/ui/locale";
import { FakeKernel } from "./fake-kernel";
import { Kit } from "./kit";
import { answers } from "./rooms/index";
import { frontLog } from "./rooms/optimize";
import { searchLog } from "./search-log";

const asked = new URLSearchParams(location.search);
const language = asked.get("lang") === "ja" ? "ja" : "en";
document.body.dataset.jpThemeLight = String(asked.get("theme") !== "dark");
const place = document.getElementById("panel") as HTMLElement;
if (asked.has("width")) place.style.width = `${asked.get("width")}px`;

const kernel = new FakeKernel(answers);
const room = (asked.get("room") ?? "data") as SessionState["room"];
kernel.state = {
  ...kernel.state,
  language,
  room,
  rooms: ["data", "train", "explain", "predict", "optimize", "runs"],
};
const client = new Client(kernel, "dev");
const store = new Store(client);

if (asked.get("page") === "kit") {
  const root = document.createElement("div");
  root.className = "nbml";
  place.append(root);
  watchTheme(root, theme => {
    root.dataset.theme = theme;
  });
  const spoken = signal<"en" | "ja">(language);
  const t = translator(spoken);
  const locale = { t, fmt: formats(spoken, t), plots: plotsFrom(client) };
  render(
    <LocaleContext.Provider value={locale}>
      <Kit />
    </LocaleContext.Provider>,
    root,
  );
} else {
  const job = asked.get("job") ?? "running";
  const log =
    room === "optimize" ? frontLog() : searchLog(30, asked.get("title") ?? "strength v3", job === "done");
  if (job === "live") kernel.play(log, room === "optimize" ? 10 : 40);
  else if (job === "done") kernel.play(log, Infinity);
  else if (job === "running") kernel.play(log.slice(0, Math.round(log.length * 0.6)), Infinity);
  await store.ask();
  mount(place, { client, store });
  if (asked.has("lost")) store.lose(true);
  if (asked.has("busy")) kernel.isDeaf = true;
}
Object.assign(globalThis, { kernel, store, client });

/** Puts a panel into an element: one App a view, over a client and a store that views of one model share. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import type { App, HandedRow, RoomName } from "./app";
import { plotsFrom } from "./figure/plots";
import { formats } from "./i18n/format";
import { translator } from "./i18n/translate";
import type { Client } from "./protocol/client";
import { keepShortcutsAway } from "./shortcuts";
import type { Store } from "./state/store";
import { watchTheme } from "./theme";
import { LocaleContext } from "./ui/locale";
import { rooms } from "./views/rooms";
import { Shell } from "./views/shell/shell";

export interface Session {
  client: Client;
  store: Store;
}

/** Draws a panel; gives what takes it away again. */
export function mount(el: HTMLElement, { client, store }: Session): () => void {
  const t = translator(store.language);
  const room = signal<RoomName | null>(null);
  const handed = signal<{ room: RoomName; row: HandedRow } | null>(null);
  const app: App = {
    client,
    store,
    t,
    fmt: formats(store.language, t),
    plots: plotsFrom(client),
    room,
    handed,
    open(name, row) {
      if (row) handed.value = { room: name, row };
      if (room.value === name) return;
      room.value = name;
      client.ask("set_room", { room: name }).catch(() => undefined);
    },
  };
  const root = document.createElement("div");
  root.className = "nbml";
  el.append(root);
  const ends = [
    keepShortcutsAway(root),
    watchTheme(root, theme => {
      root.dataset.theme = theme;
    }),
    effect(() => {
      root.lang = store.language.value;
    }),
    effect(() => {
      const { rooms: known, room: front } = store.state.value;
      const shown = known.filter(name => rooms[name]);
      if (front && shown.includes(front) && room.peek() === null) room.value = front;
      else if (room.peek() === null || !shown.includes(room.peek() as RoomName))
        room.value = shown[0] ?? null;
    }),
  ];
  render(
    <LocaleContext.Provider value={app}>
      <Shell app={app} />
    </LocaleContext.Provider>,
    root,
  );
  return () => {
    for (const end of ends) end();
    render(null, root);
    root.remove();
  };
}

/** The widget's module: what a notebook's page calls to begin a model and to draw a view of it. */
import "./style/index.css";
import { mount, type Session } from "./mount";
import { Client, type Connection } from "./protocol/client";
import type { Outgoing, PanelSnapshot } from "./protocol/types";
import { Store } from "./state/store";

/** The part of a widget's model that panels use; anywidget gives it. */
export interface Model {
  get(name: "snapshot"): Partial<PanelSnapshot> | undefined;
  on(name: string, heard: (this: unknown, ...told: never[]) => void): void;
  off(name: string, heard: (this: unknown, ...told: never[]) => void): void;
  send(message: unknown): void;
}

interface Given {
  model: Model;
  signal?: AbortSignal;
}

/** One for each model: views of a model share a client and a store, and messages are heard once. */
export default function panel() {
  let session: Session | null = null;
  return {
    initialize({ model }: Given): () => void {
      const client = new Client(over(model), crypto.randomUUID().slice(0, 8));
      const store = new Store(client);
      session = { client, store };
      const adopt = () => store.adopt(model.get("snapshot") ?? {});
      adopt();
      model.on("change:snapshot", adopt);
      // Not waited for: a busy kernel answers when it can, and the trait has what is drawn until then.
      store.ask().catch(() => undefined);
      return () => {
        model.off("change:snapshot", adopt);
        store.close();
        client.close();
        session = null;
      };
    },
    render({ model, el }: Given & { el: HTMLElement }): (() => void) | undefined {
      if (!session) return undefined;
      const { client, store } = session;
      // In a view's listener `this` is the view, whose model knows whether the kernel's end is there.
      function onComm(this: unknown) {
        const isLive = (this as { model?: { comm_live?: boolean } } | null)?.model?.comm_live;
        if (isLive === undefined) return;
        store.lose(!isLive);
        if (!isLive) return;
        client.resend();
        store.ask().catch(() => undefined);
      }
      model.on("comm_live_update", onComm);
      const remove = mount(el, session);
      return () => {
        model.off("comm_live_update", onComm);
        remove();
      };
    },
  };
}

function over(model: Model): Connection {
  return {
    send: message => model.send(message),
    listen(heard) {
      const listener = (message: never) => heard(message as Outgoing);
      model.on("msg:custom", listener);
      return () => model.off("msg:custom", listener);
    },
  };
}

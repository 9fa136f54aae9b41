/** The widget's module: what a notebook's page calls to begin a model and to draw a view of it. */
import "./style/index.css";
import { effect } from "@preact/signals";
import { mount, type Session } from "./mount";
import { page } from "./page";
import { Client, type Connection } from "./protocol/client";
import { watchKernelEnd } from "./protocol/kernel-end";
import { renewStaticBlock } from "./protocol/static-block";
import type { Outgoing, PanelSnapshot } from "./protocol/types";
import { isFinished } from "./state/job";
import { Store } from "./state/store";

/** The part of a widget's model that panels use; anywidget gives it. */
export interface Model {
  get(name: "snapshot"): Partial<PanelSnapshot> | undefined;
  on(name: string, heard: (this: unknown, told: never) => void): void;
  off(name: string, heard: (this: unknown, told: never) => void): void;
  send(message: unknown): void;
  widget_manager?: unknown;
}

interface Given {
  model: Model;
  /** Aborted with the model, or with the view where a relay calls. */
  signal?: AbortSignal;
}

/** Jupyter marks a view so when it is made without the kernel's end of its model: a notebook without a kernel. */
const GONE = "jupyter-widgets-disconnected";

/** One for each model: its views share a client and a store, and messages are heard once. */
export default function panel() {
  let session: Session | null = null;
  return {
    initialize({ model, signal }: Given): () => void {
      const client = new Client(over(model), viewId());
      const store = new Store(client);
      const adopt = () => store.adopt(model.get("snapshot") ?? {});
      session = { client, store };
      adopt();
      model.on("change:snapshot", adopt);
      // Not waited for: a busy kernel answers when it can, and the trait has what is drawn until then.
      store.ask().catch(() => undefined);
      const unwatch = watchKernelEnd(model.widget_manager, () => store.lose(true));
      let ended: string | undefined;
      const unrenew = effect(() => {
        const job = store.job.value;
        const id = job && isFinished(job.snapshot) ? job.job_id : undefined;
        if (id === ended) return;
        ended = id;
        if (id) renewStaticBlock(model.widget_manager, client).catch(() => undefined);
      });
      const close = () => {
        unwatch();
        unrenew();
        model.off("change:snapshot", adopt);
        store.close();
        client.close();
        session = null;
      };
      signal?.addEventListener("abort", close, { once: true });
      return close;
    },
    render({ model, el }: Given & { el: HTMLElement }): (() => void) | undefined {
      if (!session) return undefined;
      const { store } = session;
      // The listener of a view is called on it, and its model knows whether the kernel's end is there.
      function onComm(this: unknown) {
        const isLive = (this as { model?: { comm_live?: boolean } } | undefined)?.model?.comm_live;
        if (isLive !== undefined) store.lose(!isLive);
      }
      model.on("comm_live_update", onComm);
      store.lose(el.classList.contains(GONE));
      const remove = mount(el, session);
      return () => {
        model.off("comm_live_update", onComm);
        remove();
      };
    },
  };
}

page().panel = Promise.resolve(panel);

function viewId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), byte =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function over(model: Model): Connection {
  return {
    send: message => model.send(message),
    listen(heard) {
      const listener = (message: Outgoing) => heard(message);
      model.on("msg:custom", listener);
      return () => model.off("msg:custom", listener);
    },
  };
}

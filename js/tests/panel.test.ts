/** The widget's module as a notebook calls it: a model, views of it, their end. */
import { act, fireEvent, screen, waitFor } from "@testing-library/preact";
import { expect, it, vi } from "vitest";
import { FakeKernel } from "../dev/fake-kernel";
import { searchLog } from "../dev/search-log";
import panel, { type Model } from "../src/panel";
import type { PanelSnapshot, Request } from "../src/protocol/types";

class FakeModel implements Model {
  readonly kernel = new FakeKernel();
  readonly listeners = new Map<string, Set<(told: never) => void>>();
  snapshot: PanelSnapshot = this.kernel.panel();

  constructor() {
    this.kernel.listen(message => this.tell("msg:custom", message));
  }

  get() {
    return this.snapshot;
  }

  on(name: string, heard: (told: never) => void) {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(heard));
  }

  off(name: string, heard: (told: never) => void) {
    this.listeners.get(name)?.delete(heard);
  }

  send(message: Request) {
    this.kernel.send(message);
  }

  /** As Backbone does: listeners of a view are called on it. */
  tell(name: string, told: unknown, view?: unknown) {
    for (const heard of this.listeners.get(name) ?? []) heard.call(view, told as never);
  }

  get heard() {
    return [...this.listeners.values()].reduce((sum, all) => sum + all.size, 0);
  }
}

function place(): HTMLElement {
  const el = document.createElement("div");
  document.body.append(el);
  return el;
}

it("draws what the trait holds before the kernel has said a word", () => {
  const model = new FakeModel();
  model.kernel.isDeaf = true;
  model.kernel.say(searchLog(5).slice(0, 40));
  model.snapshot = model.kernel.panel();
  const entry = panel();
  const close = entry.initialize({ model });
  const remove = entry.render({ model, el: place() });
  expect(screen.getByText("strength v3")).toBeTruthy();
  expect(screen.getByText("mix.csv")).toBeTruthy();
  remove?.();
  close();
});

it("is registered on the page for panels that carry a relay", async () => {
  vi.resetModules();
  const again = await import("../src/panel");
  expect(await (globalThis as { nbmlPage?: { panel: unknown } }).nbmlPage?.panel).toBe(again.default);
});

it("follows events in every view, over one client", async () => {
  const model = new FakeModel();
  const entry = panel();
  const close = entry.initialize({ model });
  const removals = [entry.render({ model, el: place() }), entry.render({ model, el: place() })];
  const log = searchLog(10);
  await act(async () => model.kernel.say(log.slice(0, 60)));
  await waitFor(() => expect(screen.getAllByText("strength v3").length).toBe(2));
  expect(model.listeners.get("msg:custom")?.size).toBe(1);
  expect(model.kernel.heard.filter(request => request.kind === "hello").length).toBe(1);
  for (const remove of removals) remove?.();
  close();
});

it("leaves no listener, no element and no timer behind", async () => {
  const model = new FakeModel();
  const before = model.heard;
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  const remove = entry.render({ model, el });
  await act(async () => model.kernel.say(searchLog(3)));
  remove?.();
  close();
  expect(el.childElementCount).toBe(0);
  expect(model.heard).toBe(before);
  const again = entry.render({ model, el });
  expect(again).toBeUndefined();
});

it("ends with the model's signal where nobody calls the end", () => {
  const model = new FakeModel();
  const before = model.heard;
  const end = new AbortController();
  panel().initialize({ model, signal: end.signal });
  expect(model.heard).toBeGreaterThan(before);
  end.abort();
  expect(model.heard).toBe(before);
});

it("can be drawn again after its view was taken away (a cell scrolled out and in)", () => {
  const model = new FakeModel();
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  entry.render({ model, el })?.();
  const remove = entry.render({ model, el });
  expect(el.querySelectorAll(".nbml").length).toBe(1);
  expect(screen.getByText("mix.csv")).toBeTruthy();
  remove?.();
  close();
});

it("says how to come back when the kernel was restarted, and shows the last state (F2)", async () => {
  const model = new FakeModel();
  model.kernel.say(searchLog(5).slice(0, 40));
  model.snapshot = model.kernel.panel();
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  const remove = entry.render({ model, el });
  await act(async () => model.tell("comm_live_update", undefined, { model: { comm_live: false } }));
  await screen.findByText(/nbml\.open\("01JDEMO"\)\.panel\(\)/);
  expect(screen.getByText("strength v3")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Stop" }).hasAttribute("disabled")).toBe(true);
  await act(async () => model.tell("comm_live_update", undefined, { model: { comm_live: true } }));
  await waitFor(() => expect(screen.queryByText(/lost its kernel/)).toBeNull());
  remove?.();
  close();
});

it.each(["autorestarting", "dead"])(
  "says so when the kernel was killed (%s), which no widget is told",
  async status => {
    const model = new FakeModel();
    const watchers = new Set<(kernel: unknown, status: string) => void>();
    const statusChanged = {
      connect: watchers.add.bind(watchers),
      disconnect: watchers.delete.bind(watchers),
    };
    const entry = panel();
    const close = entry.initialize({
      model: Object.assign(model, { widget_manager: { kernel: { statusChanged } } }),
    });
    const remove = entry.render({ model, el: place() });
    await act(async () => {
      for (const heard of watchers) heard(null, "busy");
    });
    expect(screen.queryByText(/lost its kernel/)).toBeNull();
    await act(async () => {
      for (const heard of watchers) heard(null, status);
    });
    expect(screen.getByText(/lost its kernel/)).toBeTruthy();
    remove?.();
    close();
    expect(watchers.size).toBe(0);
  },
);

it("says so from the first where a saved notebook has no kernel", () => {
  const model = new FakeModel();
  model.kernel.isDeaf = true;
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  el.classList.add("jupyter-widgets-disconnected");
  const remove = entry.render({ model, el });
  expect(screen.getByText(/Run the cell again/)).toBeTruthy();
  remove?.();
  close();
});

it("shows names as text (S1)", async () => {
  const model = new FakeModel();
  const name = "<img src=x onerror=alert(1)>.csv";
  model.kernel.state.table = {
    ...(model.kernel.state.table as NonNullable<typeof model.kernel.state.table>),
    name,
  };
  model.kernel.say(searchLog(2, "<script>alert(1)</script>"));
  model.snapshot = model.kernel.panel();
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  const remove = entry.render({ model, el });
  expect(el.querySelector("img, script")).toBeNull();
  expect(screen.getByText(name)).toBeTruthy();
  expect(screen.getByText("<script>alert(1)</script>")).toBeTruthy();
  remove?.();
  close();
});

it("keeps Jupyter's one-key shortcuts away from what has the focus in it, and lets it save", () => {
  const model = new FakeModel();
  const entry = panel();
  const close = entry.initialize({ model });
  const el = place();
  const remove = entry.render({ model, el });
  const seen: boolean[] = [];
  const lumino = (event: KeyboardEvent) => {
    seen.push((event.target as Element).hasAttribute("data-lm-suppress-shortcuts"));
  };
  document.addEventListener("keydown", lumino, true);
  const tab = screen.getByRole("tab", { name: "Data" });
  fireEvent.keyDown(tab, { key: "b" });
  fireEvent.keyDown(tab, { key: "s", ctrlKey: true });
  fireEvent.keyDown(el, { key: "b" });
  remove?.();
  document.removeEventListener("keydown", lumino, true);
  expect(seen).toEqual([true, false, false]);
  close();
});

/** An App on a made-up kernel, for tests of rooms and components. */
import { signal } from "@preact/signals";
import { render } from "@testing-library/preact";
import axe from "axe-core";
import type { ComponentChildren } from "preact";
import { expect } from "vitest";
import { type Answer, FakeKernel } from "../dev/fake-kernel";
import type { App, HandedRow, RoomName } from "../src/app";
import { formats } from "../src/i18n/format";
import { translator } from "../src/i18n/translate";
import { Client } from "../src/protocol/client";
import { Store } from "../src/state/store";
import { LocaleContext } from "../src/ui/locale";

export interface TestApp extends App {
  kernel: FakeKernel;
}

/** An App whose kernel answers as told; `await app.store.ask()` has been done. */
export async function makeApp(
  answers: Record<string, Answer> = {},
  language: "en" | "ja" = "en",
): Promise<TestApp> {
  const kernel = new FakeKernel(answers);
  kernel.state = { ...kernel.state, language };
  const client = new Client(kernel, "test");
  const store = new Store(client);
  const t = translator(store.language);
  const room = signal<RoomName | null>("data");
  const handed = signal<{ room: RoomName; row: HandedRow } | null>(null);
  await store.ask();
  return {
    kernel,
    client,
    store,
    t,
    room,
    fmt: formats(store.language, t),
    plots: { load: () => new Promise(() => undefined) },
    handed,
    open(name, row) {
      if (row) handed.value = { room: name, row };
      room.value = name;
    },
  };
}

/** Draws components as a panel does: in its root, in its language. */
export function draw(children: ComponentChildren, app?: App) {
  const host = document.createElement("div");
  host.className = "nbml";
  document.body.append(host);
  return render(
    app ? <LocaleContext.Provider value={app}>{children}</LocaleContext.Provider> : <>{children}</>,
    {
      container: host,
    },
  );
}

/** What axe finds wrong; colours are looked at in a browser. */
export async function expectAccessible(el: Element = document.body): Promise<void> {
  const { violations } = await axe.run(el as HTMLElement, {
    rules: {
      "color-contrast": { enabled: false },
      region: { enabled: false },
      "page-has-heading-one": { enabled: false },
    },
  });
  expect(violations.map(found => `${found.id}: ${found.nodes.map(node => node.html).join(" ")}`)).toEqual([]);
}

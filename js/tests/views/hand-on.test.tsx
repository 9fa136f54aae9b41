/** A finished job handed on: the file that comes in pieces, progress, failure, and where the buttons stand. */
import { gzipSync } from "node:zlib";
import { act, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { answers as runs } from "../../dev/rooms/runs";
import { answers as train } from "../../dev/rooms/train";
import { searchLog } from "../../dev/search-log";
import { HandOn } from "../../src/views/hand-on";
import { RunsRoom } from "../../src/views/runs/room";
import { TrainRoom } from "../../src/views/train/room";
import { draw, expectAccessible, makeApp } from "../kit";

const saved: { name: string; file: Blob }[] = [];
vi.mock("../../src/views/predict/batch/download", () => ({
  save: (file: Blob, name: string) => saved.push({ file, name }),
}));
afterEach(() => saved.splice(0));

it("puts the pieces together, in whatever order they come, and tells how far it is", async () => {
  const text = gzipSync("<!doctype html>強度").toString("base64");
  let finish = () => {};
  const app = await makeApp({
    async hand_on({ request_id }: { request_id: string }, kernel) {
      kernel.tell({ v: 1, kind: "progress", request_id, done: 1, total: 4, text: "Drawing the report" });
      await new Promise<void>(resolve => (finish = resolve));
      const pieces = [text.slice(0, 10), text.slice(10)];
      for (const index of [1, 0])
        kernel.tell({ v: 1, kind: "chunk", request_id, index, count: 2, text: pieces[index] ?? "" });
      return { name: "強度.html", chunks: 2 };
    },
  });
  draw(<HandOn app={app} jobId="J6" />, app);
  await userEvent.click(screen.getByRole("button", { name: "Save report" }));
  const bar = await screen.findByRole("progressbar", { name: "Drawing the report" });
  expect(bar.getAttribute("aria-valuenow")).toBe("25");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save notebook" }).disabled).toBe(true);
  await expectAccessible();
  await act(async () => finish());
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]?.name).toBe("強度.html");
  expect(await saved[0]?.file.text()).toBe("<!doctype html>強度");
  expect(screen.queryByRole("progressbar")).toBeNull();
});

it("says in Japanese why there is no notebook, and saves nothing", async () => {
  const fault = { code: "NBML-V08", message: "大きすぎます。", next_step: "コードで。", field: null };
  const refuse = () => {
    throw fault;
  };
  const app = await makeApp({ hand_on: refuse }, "ja");
  draw(<HandOn app={app} jobId="J6" />, app);
  await userEvent.click(screen.getByRole("button", { name: "ノートブックを保存" }));
  expect((await screen.findByRole("alert")).textContent).toContain("大きすぎます。");
  expect(app.kernel.heard.filter(one => one.kind === "hand_on")).toMatchObject([
    { job_id: "J6", what: "notebook", theme: "light" },
  ]);
  expect(saved).toEqual([]);
});

it("stands at a finished run in Train and in Runs, and at no other", async () => {
  const app = await makeApp({ ...train, ...runs });
  app.open("runs");
  draw(<RunsRoom app={app} />, app);
  await userEvent.click(await screen.findByText("冬の配合"));
  await screen.findByRole("button", { name: "Save notebook" });
  await userEvent.click(screen.getByText("strength v3"));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Save notebook" })).toBeNull());
  document.body.replaceChildren();
  draw(<TrainRoom app={app} />, app);
  await act(async () => app.kernel.play(searchLog(5), Number.POSITIVE_INFINITY));
  await screen.findByRole("button", { name: "Save report" });
});

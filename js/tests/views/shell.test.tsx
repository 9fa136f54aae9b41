/** The frame: only rooms that are there, the job line, language, help, and a fault in one room stays there. */
import { act, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { searchLog } from "../../dev/search-log";
import { rooms } from "../../src/views/rooms";
import { Shell } from "../../src/views/shell/shell";
import { draw, expectAccessible, makeApp, type TestApp } from "../kit";

const LOG = searchLog(10);
let app: TestApp;

beforeEach(async () => {
  for (const name of ["data", "train", "runs"] as const) rooms[name] = () => <p>room {name}</p>;
  app = await makeApp();
});

async function running(events = LOG.slice(0, 60)) {
  await act(async () => app.kernel.say(events));
  await waitFor(() => expect(app.store.job.value?.seq).toBe(events.at(-1)?.seq));
}

it("shows the table, the rooms that are there and the one in front", async () => {
  app.kernel.change({ rooms: ["data", "train", "absent" as never, "runs"] });
  draw(<Shell app={app} />, app);
  expect(screen.getAllByRole("tab").map(tab => tab.textContent)).toEqual(["Data", "Train", "Runs"]);
  expect(screen.getByText("mix.csv")).toBeTruthy();
  expect(screen.getByText("1,030 × 10")).toBeTruthy();
  expect(screen.getByText("room data")).toBeTruthy();
  expect(screen.queryByText("room train")).toBeNull();
  await expectAccessible();
});

it("keeps a room drawn, out of sight, while another is in front", async () => {
  draw(<Shell app={app} />, app);
  await userEvent.click(screen.getByRole("tab", { name: "Runs" }));
  expect(screen.getByText("room data").closest("[hidden]")).toBeTruthy();
  expect(screen.getByText("room runs").closest("[hidden]")).toBeNull();
});

it("has no tabs where there is one room", () => {
  app.kernel.change({ rooms: ["data"] });
  draw(<Shell app={app} />, app);
  expect(screen.queryByRole("tablist")).toBeNull();
  expect(screen.getByText("room data")).toBeTruthy();
});

it("tells at its foot how far, how good and how long, in every room", async () => {
  draw(<Shell app={app} />, app);
  await running();
  const foot = screen.getByRole("region", { name: "Job in hand" });
  expect(foot.textContent).toMatch(
    /Running.*strength v3.*trial \d+ \/ 20.*best \d\.\d+ ± 0\.\d+.*about .* left/,
  );
  await userEvent.click(screen.getByRole("button", { name: "Show in Train" }));
  expect(app.room.value).toBe("train");
  expect(screen.queryByRole("button", { name: "Show in Train" })).toBeNull();
  await expectAccessible();
});

it("stops at one click: at once disabled, then says how it ended", async () => {
  draw(<Shell app={app} />, app);
  await running();
  const stop = screen.getByRole("button", { name: "Stop" });
  await userEvent.dblClick(stop);
  expect(screen.getByRole("button", { name: "Stopping" }).hasAttribute("disabled")).toBe(true);
  await screen.findByText("Stopped", undefined, { timeout: 3000 });
  expect(app.kernel.heard.filter(request => request.kind === "stop_job").length).toBe(1);
  expect(screen.queryByRole("button", { name: /Stop/ })).toBeNull();
});

it("shows why Stop failed, at the job line", async () => {
  const failing = await makeApp({
    stop_job: () =>
      Promise.reject({
        code: "NBML-J02",
        message: "The supervisor does not answer.",
        next_step: "",
        field: null,
      }),
  });
  app = failing;
  draw(<Shell app={failing} />, failing);
  await running();
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/does not answer/);
  expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
});

it("says at its foot why a job failed", async () => {
  draw(<Shell app={app} />, app);
  const error = {
    code: "NBML-J10",
    message: "No trial succeeded.",
    next_step: "Look at the log.",
    fields: {},
  };
  const end = {
    ...LOG[59],
    seq: 61,
    type: "job.finished",
    state: "failed",
    scores: {},
    error,
  } as (typeof LOG)[number];
  await running([...LOG.slice(0, 60), end]);
  expect(screen.getByRole("region", { name: "Job in hand" }).textContent).toMatch(
    /Failed.*No trial succeeded. Look at the log./,
  );
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
});

it("says what ails the panel as a whole", async () => {
  draw(<Shell app={app} />, app);
  const fault = { code: "NBML-W40", message: "The job's folder is gone.", next_step: "", field: null };
  await act(async () => app.kernel.change({ fault }));
  expect(screen.getByRole("alert").textContent).toMatch(/folder is gone.*NBML-W40/);
  await act(async () => app.kernel.change({ fault: null, home_ok: false }));
  expect(screen.getByRole("alert").textContent).toMatch(/cannot write/);
});

it("says that a job is interrupted and how to take it up", async () => {
  draw(<Shell app={app} />, app);
  await running();
  await act(async () =>
    app.kernel.change({
      job: {
        id: "01JDEMO",
        title: "strength v3",
        state: "interrupted",
        targets: [],
        units: {},
        models: [],
        task: "train",
      },
    }),
  );
  expect(screen.getByText("Interrupted")).toBeTruthy();
  expect(screen.getByText(/nbml resume 01JDEMO/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
});

it("speaks the other language at once, numbers and all", async () => {
  draw(<Shell app={app} />, app);
  await running();
  await userEvent.click(screen.getByRole("button", { name: "日本語で表示" }));
  expect(screen.getByRole("tab", { name: "学習" })).toBeTruthy();
  expect(screen.getByRole("region", { name: "現在のジョブ" }).textContent).toMatch(/実行中.*試行/);
  await userEvent.click(screen.getByRole("button", { name: "Show in English" }));
  await screen.findByRole("tab", { name: "Train" });
});

it("has help on rooms and keys", async () => {
  draw(<Shell app={app} />, app);
  await userEvent.click(screen.getByRole("button", { name: "Help" }));
  expect(screen.getByRole("dialog", { name: "Help" }).textContent).toMatch(
    /Choose a table.*Find, open and compare/s,
  );
  await expectAccessible();
});

it("keeps a fault in one room from the others, and draws it again when asked", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  let isBroken = true;
  rooms.data = () => {
    if (isBroken) throw new Error("no such column");
    return <p>room data</p>;
  };
  draw(<Shell app={app} />, app);
  expect(screen.getByRole("alert").textContent).toMatch(/no such column/);
  await userEvent.click(screen.getByRole("tab", { name: "Train" }));
  expect(screen.getByText("room train")).toBeTruthy();
  isBroken = false;
  await userEvent.click(screen.getByRole("tab", { name: "Data" }));
  await userEvent.click(screen.getByRole("button", { name: "Draw it again" }));
  expect(screen.getByText("room data")).toBeTruthy();
  vi.restoreAllMocks();
});

it("says that a click waits when the kernel is busy, and how to come back when it is lost", async () => {
  draw(<Shell app={app} />, app);
  await act(async () => app.store.lose(true));
  expect(screen.getByText(/Run the cell again/)).toBeTruthy();
  await act(async () => app.store.lose(false));
  expect(screen.queryByText(/Run the cell again/)).toBeNull();
});

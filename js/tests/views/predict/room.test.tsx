/** The Predict room: choose models, move a point, pin, start from a row; map, predict, filter, download (P1, P7, S1). */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answers as data } from "../../../dev/rooms/data";
import { answers } from "../../../dev/rooms/predict";
import type { DrawProfile, Request } from "../../../src/protocol/types";
import { PredictRoom } from "../../../src/views/predict/room";
import { draw, expectAccessible, makeApp, type TestApp } from "../../kit";

let app: TestApp;
const asked = <K extends Request["kind"]>(kind: K) =>
  app.kernel.heard.filter((one): one is Extract<Request, { kind: K }> => one.kind === kind);

async function show(more: Parameters<typeof makeApp>[0] = {}, language: "en" | "ja" = "en") {
  app = await makeApp({ ...data, ...answers, ...more }, language);
  app.open("predict");
  draw(<PredictRoom app={app} />, app);
}

const head = (name: string) => screen.getByRole("group", { name });
const answerOf = (target: string) => screen.getByRole("status", { name: target }).textContent;

beforeEach(() => {
  document.body.innerHTML = "";
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, value: 260 });
  HTMLAnchorElement.prototype.click = vi.fn();
  URL.createObjectURL = vi.fn(() => "blob:x");
  URL.revokeObjectURL = vi.fn();
});
afterEach(cleanup);

describe("before there is anything", () => {
  it("sends one to Train", async () => {
    await show({ "predict.models": () => ({ models: [], more: 0 }) });
    await userEvent.click(await screen.findByRole("button", { name: "Go to Train" }));
    expect(app.room.value).toBe("train");
    await expectAccessible();
  });

  it("says why models cannot be opened, and tries again", async () => {
    let isBroken = true;
    const fault = {
      code: "NBML-M52",
      message: "The model file differs.",
      next_step: "Train again.",
      field: null,
    };
    await show({
      "predict.open": () => {
        if (isBroken) throw fault;
        return (answers["predict.open"] as (request: object) => unknown)({ job_id: "01JDEMO" });
      },
    });
    expect((await screen.findByRole("alert")).textContent).toContain("NBML-M52");
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByRole("group", { name: "cement [kg/m³]" });
  });
});

describe("the profiler", () => {
  it("draws every target along every input, with names as text", async () => {
    await show();
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50\.3/));
    expect(screen.getAllByRole("img")).toHaveLength(12);
    expect(document.querySelectorAll(".nbml-predict-band")).toHaveLength(12);
    expect(head("<img src=x onerror=alert(1)>")).toBeTruthy();
    expect(document.querySelector("img")).toBeNull();
    expect(screen.getByText("Inside the data")).toBeTruthy();
    await expectAccessible();
  });

  it("answers to a typed number and flags what lies outside", async () => {
    await show();
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    const box = within(head("cement [kg/m³]")).getByRole("spinbutton");
    await userEvent.clear(box);
    await userEvent.type(box, "900");
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^10/));
    expect(within(head("cement [kg/m³]")).getByText("outside 102 – 540")).toBeTruthy();
    expect(document.querySelector(".nbml-predict-outside rect")).toBeTruthy();
  });

  it("asks for the newest point only, one question at a time", async () => {
    const waiting: (() => void)[] = [];
    let isHeld = false;
    const profile = answers["predict.profile"] as (request: DrawProfile) => unknown;
    await show({
      "predict.profile": async (request: DrawProfile) => {
        if (isHeld) await new Promise<void>(done => waiting.push(done));
        return profile(request);
      },
    });
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    const before = asked("predict.profile").length;
    isHeld = true;
    const slider = within(head("cement [kg/m³]")).getByRole("slider");
    for (const value of [300, 320, 340, 360, 380]) fireEvent.input(slider, { target: { value } });
    await waitFor(() => expect(waiting).toHaveLength(1));
    expect(asked("predict.profile")).toHaveLength(before + 1);
    isHeld = false;
    waiting[0]?.();
    await waitFor(() => expect(asked("predict.profile")).toHaveLength(before + 2));
    expect(asked("predict.profile").at(-1)?.row[0]).toBe(380);
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^59/));
  });

  it("follows a line that is dragged", async () => {
    await show();
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    const cell = screen.getByRole("img", { name: "強度 along cement" });
    cell.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
    fireEvent.pointerDown(cell, { button: 0, buttons: 1, clientX: 50 });
    fireEvent.pointerMove(cell, { buttons: 1, clientX: 100 });
    fireEvent.pointerUp(cell);
    await waitFor(() => expect(asked("predict.profile").at(-1)?.row[0]).toBe(540));
  });

  it("keeps pins as ghosts and compares them", async () => {
    await show();
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    await userEvent.click(screen.getByRole("button", { name: "Pin this point" }));
    await userEvent.selectOptions(
      screen.getByRole("combobox", { name: "<img src=x onerror=alert(1)>" }),
      "B",
    );
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^46/));
    const row = screen.getByRole("row", { name: /^<img/ });
    expect(
      within(row)
        .getAllByRole("cell")
        .map(one => one.textContent),
    ).toEqual(["B", "A"]);
    expect(document.querySelectorAll("svg.nbml-predict-cell .nbml-predict-ghost")).toHaveLength(12);
    await userEvent.click(screen.getByRole("button", { name: "Go to A" }));
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    await userEvent.click(screen.getByRole("button", { name: "Unpin A" }));
    expect(screen.queryByText("Compare")).toBeNull();
  });

  it("starts from a training row, and goes back", async () => {
    await show();
    await userEvent.click(await screen.findByRole("button", { name: "Start from a row…" }));
    await userEvent.click(screen.getByRole("radio", { name: "Highest" }));
    await waitFor(() => expect(asked("predict.rows").at(-1)).toMatchObject({ how: "highest", target: 0 }));
    await expectAccessible(screen.getByRole("dialog"));
    await userEvent.click(await screen.findByRole("button", { name: "Start from row 4" }));
    await screen.findByText("Row 4 of the training data");
    await userEvent.click(screen.getByRole("button", { name: "Reset" }));
    await waitFor(() => expect(asked("predict.profile").at(-1)?.row[0]).toBe(281));
  });

  it("lets another family and another level answer", async () => {
    await show();
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Model for 強度" }), "mlp");
    await waitFor(() => expect(asked("predict.profile").at(-1)?.families).toEqual(["mlp", ""]));
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Interval" }), "none");
    await waitFor(() => expect(asked("predict.profile").at(-1)?.interval).toBeNull());
    await waitFor(() => expect(document.querySelector(".nbml-predict-band")).toBeNull());
  });

  it("puts a fault at its input", async () => {
    await show();
    await waitFor(() => expect(answerOf("強度 [MPa]")).toMatch(/^50/));
    const box = within(head("cement [kg/m³]")).getByRole("spinbutton");
    await userEvent.clear(box);
    await userEvent.type(box, "100000");
    expect(await within(head("cement [kg/m³]")).findByText("NBML-P07")).toBeTruthy();
  });
});

describe("a table", () => {
  async function choose() {
    await show();
    await userEvent.click(await screen.findByRole("tab", { name: "Table" }));
    await userEvent.click(await screen.findByRole("button", { name: /^df/ }));
    await screen.findByText("new mixes <b>.csv");
  }

  it("says all that is missing, offers similar names, never takes them by itself (P1, P4)", async () => {
    await choose();
    expect(screen.getByText("NBML-P01")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Predict 1,200 rows" })).toHaveProperty("disabled", true);
    await userEvent.click(screen.getByRole("button", { name: "Take Cement [kg/m³]" }));
    await waitFor(() => expect(asked("predict.map")[0]?.columns).toEqual([1, 2, 3, 4, 5, 6]));
    await waitFor(() => expect(screen.queryByText("NBML-P01")).toBeNull());
    expect(screen.getByText("12 rows with a level not seen")).toBeTruthy();
    await expectAccessible();
  });

  it("predicts, filters, sorts, and saves a file", async () => {
    await choose();
    await userEvent.click(screen.getByRole("button", { name: "Take Cement [kg/m³]" }));
    await waitFor(() => expect(screen.queryByText("NBML-P01")).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Predict 1,200 rows" }));
    await screen.findByText(/1,200 rows of new mixes <b>.csv/);
    expect((await screen.findAllByText(/a;b: level not seen in training/)).length).toBeGreaterThan(1);
    await userEvent.click(screen.getByRole("radio", { name: "Flagged (150)" }));
    await waitFor(() => expect(asked("predict.table").at(-1)).toMatchObject({ only: "flagged", start: 0 }));
    await userEvent.click(screen.getByText("Distance"));
    await waitFor(() => expect(asked("predict.table").at(-1)).toMatchObject({ sort: 11, descending: false }));
    await userEvent.click(screen.getByRole("button", { name: "Download" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Excel (.xlsx)" }));
    await waitFor(() => expect(HTMLAnchorElement.prototype.click).toHaveBeenCalled());
    expect(asked("predict.download")[0]).toMatchObject({ format: "xlsx", excel: false });
    expect(asked("predict.piece").map(one => one.index)).toEqual([0, 1]);
    expect(vi.mocked(URL.createObjectURL).mock.calls[0]?.[0]).toHaveProperty("size", 6);
  });

  it("shows and deletes earlier runs", async () => {
    await choose();
    await userEvent.click(screen.getByText("2 earlier predictions"));
    const line = (await screen.findByText("older.csv")).closest("li") as HTMLElement;
    await userEvent.click(within(line).getByRole("button", { name: "Delete" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(asked("predict.drop")).toHaveLength(1));
  });

  it("stops a run that is under way", async () => {
    await choose();
    await userEvent.click(screen.getByRole("button", { name: "Take Cement [kg/m³]" }));
    await waitFor(() => expect(screen.queryByText("NBML-P01")).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Predict 1,200 rows" }));
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    const [started] = asked("predict.start");
    await waitFor(() => expect(asked("cancel")).toMatchObject([{ target_request_id: started?.request_id }]));
    expect(await screen.findByRole("button", { name: "Predict 1,200 rows" })).toBeTruthy();
  });
});

it("speaks Japanese", async () => {
  await show({}, "ja");
  await screen.findByText("データの範囲内");
  expect(screen.getByRole("tab", { name: "表の一括予測" })).toBeTruthy();
});

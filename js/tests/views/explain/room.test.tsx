/** Explain: what it says before there is a model, one row in all figures, features found, long work said first. */
import { act, cleanup, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it } from "vitest";
import { answers } from "../../../dev/rooms/explain";
import { searchLog } from "../../../dev/search-log";
import type { ExplainView, RowView } from "../../../src/protocol/types";
import { matching } from "../../../src/views/explain/choices";
import { ringAt, ringOnResidual, strokes } from "../../../src/views/explain/marks";
import { ExplainRoom } from "../../../src/views/explain/room";
import { draw, expectAccessible, makeApp, type TestApp } from "../../kit";

let app: TestApp;

async function show(
  more: Parameters<typeof makeApp>[0] = {},
  language: "en" | "ja" = "en",
  log = searchLog(30, "strength v3", true),
) {
  app = await makeApp({ ...answers, ...more }, language);
  if (log.length) await act(async () => app.kernel.play(log, Number.POSITIVE_INFINITY));
  app.open("explain");
  draw(<ExplainRoom app={app} />, app);
}

type Heard = Record<string, unknown>;
const asked = (kind: string, name?: string) =>
  (app.kernel.heard as unknown as Heard[]).filter(
    request => request.kind === kind && (name === undefined || request.name === name),
  );

beforeEach(() => {
  document.body.innerHTML = "";
});
afterEach(cleanup);

it("says what the room is for while there is no job", async () => {
  await show({}, "en", []);
  expect(screen.getByText("Explain shows what a model has learnt")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Go to Train" }));
  expect(app.room.value).toBe("train");
  expect(asked("explain.open")).toEqual([]);
});

it("waits for a running job, and asks nothing", async () => {
  const log = searchLog(30, "strength v3", true);
  await show({}, "en", log.slice(0, log.length / 2));
  await screen.findByText(/still running/);
  expect(asked("explain.open")).toEqual([]);
});

it("shows how far it is while values are computed, and can be stopped", async () => {
  await show({
    async "explain.open"({ request_id }: { request_id: string }, kernel) {
      kernel.tell({ v: 1, kind: "progress", request_id, done: 30, total: 120, text: "30 of 120 rows" });
      await new Promise(() => undefined);
    },
  });
  const bar = await screen.findByRole("progressbar", { name: "30 of 120 rows" });
  expect(bar.getAttribute("aria-valuenow")).toBe("25");
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(asked("cancel")).toHaveLength(1));
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
});

it("keeps a fault in sight with its next step and a way back", async () => {
  let isBroken = true;
  await show({
    "explain.open": (request, kernel) => {
      if (isBroken) throw { code: "NBML-V03", message: "No final model.", next_step: "Resume.", field: null };
      return answers["explain.open"]?.(request, kernel);
    },
  });
  expect((await screen.findByRole("alert")).textContent).toContain("No final model. Resume. NBML-V03");
  isBroken = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("15 of 15 features");
});

it("picks the worst row first, and a click in the list picks it in all views", async () => {
  await show();
  await screen.findByText(/Row 409: predicted 33.39, measured 24.80/);
  expect(asked("explain.row")).toMatchObject([{ row: 409, family: "catboost", of: "held_out" }]);
  const before = asked("explain.figure").length;
  const list = screen.getByRole("grid", { name: "Rows" });
  await userEvent.click(within(list).getByText("301"));
  await screen.findByText(/Row 301/);
  expect(asked("explain.row")).toHaveLength(2);
  expect(asked("explain.figure")).toHaveLength(before); // marks move, figures stay
  await expectAccessible();
});

it("finds rows by what one types", async () => {
  await show();
  await screen.findByText(/Row 409/);
  await userEvent.type(screen.getByRole("searchbox", { name: /a row number/ }), "A社");
  await waitFor(() => expect(asked("explain.rows").at(-1)).toMatchObject({ pick: "search", words: "A社" }));
  await screen.findByText(/120 rows match; the first 5/);
  await userEvent.click(screen.getByRole("radio", { name: "Highest" }));
  await waitFor(() => expect(asked("explain.rows").at(-1)).toMatchObject({ pick: "highest", words: "" }));
});

it("narrows all figures of features by one search", async () => {
  await show();
  await screen.findByText("15 of 15 features");
  await userEvent.type(screen.getByRole("searchbox", { name: "Search features" }), "セメ");
  await waitFor(() =>
    expect(asked("explain.figure", "beeswarm").at(-1)).toMatchObject({ features: ["セメント"] }),
  );
  expect(screen.getByText("1 of 15 features")).toBeTruthy();
  await userEvent.type(screen.getByRole("searchbox", { name: "Search features" }), "zz");
  await screen.findByText(/No feature matches/);
});

it("puts another model beside the first, on the same features", async () => {
  await show();
  await screen.findByText("15 of 15 features");
  await userEvent.click(screen.getByRole("button", { name: "LightGBM" }));
  await waitFor(() => expect(asked("explain.figure", "bar").at(-1)).toMatchObject({ family: "lightgbm" }));
  const [first, second] = ["catboost", "lightgbm"].map(
    family => asked("explain.figure", "bar").find(one => one.family === family)?.features,
  );
  expect(first).toEqual(second);
  await waitFor(() =>
    expect(asked("explain.row").some(one => one.family === "lightgbm" && one.row === 409)).toBe(true),
  );
});

it("says what pairs cost before it measures them", async () => {
  await show({ "explain.cost": () => ({ seconds: 38, n_features: 10, n_rows: 420, at_hand: false }) });
  await userEvent.click(await screen.findByRole("tab", { name: "Interactions" }));
  await screen.findByText(/takes about 40 s/);
  expect(asked("explain.figure", "interactions")).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Measure pairs" }));
  await waitFor(() => expect(asked("explain.figure", "pair")).toHaveLength(1));
});

it("asks for the final model and says what that means", async () => {
  await show();
  await userEvent.click(await screen.findByRole("radio", { name: "Final model" }));
  await screen.findByText(/on rows it was trained on/);
  await userEvent.click(screen.getByRole("tab", { name: "Permutation" }));
  await screen.findByText(/choose them above/);
  expect(asked("explain.figure", "permutation")).toEqual([]);
});

it("gives what is seen as code", async () => {
  await show();
  await userEvent.click(await screen.findByText("Copy as code"));
  await screen.findByText(/nbml.explain\(/);
  await waitFor(() => expect(asked("explain.code").at(-1)).toMatchObject({ row: 409, feature: "セメント" }));
});

it("speaks Japanese throughout", async () => {
  await show({}, "ja");
  await screen.findByText(/409 行目/);
  for (const name of ["部分依存", "相互作用", "並べ替え重要度", "残差"]) {
    await userEvent.click(screen.getByRole("tab", { name }));
  }
  expect(document.body.textContent).not.toMatch(/explain_room\.|\?\?|Search|Worst|Dependence/);
});

it("draws marks over figures without changing them", () => {
  const figure = { data: [{ x: [1] }], layout: {} };
  const row = {
    predicted: 5,
    residual: -1,
    cells: [
      { name: "a", effect: 2, x: 7 },
      { name: "b", effect: -3, x: null },
    ],
  } as unknown as RowView;
  expect(strokes(figure, row, ["b", "other", "a"])?.data[1]).toMatchObject({ x: [-3, 2], y: [0, 2] });
  expect(ringAt(figure, row, "a")?.data[1]).toMatchObject({ x: [7], y: [2] });
  expect(ringAt(figure, row, "b")).toBe(figure);
  expect(ringOnResidual(figure, row)?.data[1]).toMatchObject({ x: [5], y: [-1] });
  expect(strokes(figure, null, ["a"])).toBe(figure);
  expect(figure.data).toHaveLength(1);
});

it("matches features by all words, in any width", () => {
  const line = (label: string) => ({ name: label, label });
  const view = { features: [line("Cement [kg]"), line("ｾﾒﾝﾄ 量"), line("age")] } as unknown as ExplainView;
  expect(matching(view, "kg CEM").map(one => one.label)).toEqual(["Cement [kg]"]);
  expect(matching(view, "セメント").map(one => one.label)).toEqual(["ｾﾒﾝﾄ 量"]);
  expect(matching(view, " ")).toHaveLength(3);
});

it("opens no models before it is looked at", async () => {
  app = await makeApp(answers);
  await act(async () => app.kernel.play(searchLog(30, "strength v3", true), Number.POSITIVE_INFINITY));
  draw(<ExplainRoom app={app} />, app);
  await new Promise(resolve => setTimeout(resolve, 60));
  expect(asked("explain.open")).toEqual([]);
  await act(async () => app.open("explain"));
  await screen.findByText("15 of 15 features");
});

it("says why a report could not be made, and stays ready", async () => {
  await show({
    hand_on: () => {
      throw { code: "NBML-V07", message: "The code is not there.", next_step: "make js", field: null };
    },
  });
  const button = await screen.findByRole("button", { name: "Save report" });
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("The code is not there. make js");
  expect(asked("hand_on")).toMatchObject([{ job_id: "01JDEMO", what: "report", theme: "light" }]);
  expect(button.getAttribute("aria-busy")).toBeNull();
});

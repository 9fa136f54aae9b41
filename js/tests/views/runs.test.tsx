/** Runs: the list, its search, what can be done with one run and with several. */
import { cleanup, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it } from "vitest";
import { answers, LINES } from "../../dev/rooms/runs";
import { BOX, layOut } from "../../src/views/runs/lineage-layout";
import { RunsRoom } from "../../src/views/runs/room";
import { draw, expectAccessible, makeApp, type TestApp } from "../kit";

let app: TestApp;

async function show(more: Parameters<typeof makeApp>[0] = {}, language: "en" | "ja" = "en") {
  app = await makeApp({ ...answers, ...more }, language);
  app.open("runs");
  draw(<RunsRoom app={app} />, app);
}

const asked = (kind: string) => app.kernel.heard.filter(request => request.kind === kind);
const row = (name: string) => screen.getByText(name).closest<HTMLElement>('[role="row"]') as HTMLElement;

beforeEach(() => {
  document.body.innerHTML = "";
});
afterEach(cleanup);

it("lists runs with state, spread and names as text", async () => {
  await show();
  await screen.findByText("冬の配合");
  expect(screen.getByText("6 runs")).toBeTruthy();
  expect(row("冬の配合").textContent).toContain("3.9 ± 0.3");
  expect(row("冬の配合").textContent).toContain("Done");
  expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
  await expectAccessible();
});

it("says what the room is for when there is nothing", async () => {
  await show({ "runs.list": () => ({ lines: [], total: 0, home: "~/nbml" }) });
  await screen.findByText("No runs yet");
  expect(screen.getByText(/kept in ~\/nbml/)).toBeTruthy();
});

it("searches while one types, and tells nothing found from nothing there", async () => {
  await show();
  await screen.findByText("冬の配合");
  await userEvent.type(screen.getByRole("searchbox"), "lot 7");
  await waitFor(() => expect(screen.getByText("1 run")).toBeTruthy());
  expect(screen.queryByText("strength v3")).toBeNull();
  await userEvent.type(screen.getByRole("searchbox"), "zzz");
  await screen.findByText(/No run matches/);
  expect(screen.queryByText("No runs yet")).toBeNull();
});

it("shows one run with its lineage, keeps a note and opens it in Train", async () => {
  await show({ open_job: (_, kernel) => kernel.panel() });
  await userEvent.click(await screen.findByText("冬の配合"));
  const lineage = await screen.findByRole("list", { name: "Lineage" });
  expect(within(lineage).getAllByRole("listitem")).toHaveLength(4);
  expect(within(lineage).getByText("LightGBM · 圧縮強度[MPa]")).toBeTruthy();
  expect(screen.getByText("2 more runs on the same data are not shown.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Note"), "!");
  await userEvent.tab();
  await waitFor(() =>
    expect(asked("runs.describe")).toMatchObject([{ job_id: "J6", name: null, note: "lot 7 left out!" }]),
  );
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  await waitFor(() => expect(app.room.value).toBe("train"));
  expect(asked("open_job")).toMatchObject([{ job_id: "J6" }]);
});

it("asks before it deletes, and takes it back", async () => {
  await show();
  await userEvent.click(await screen.findByText("冬の配合"));
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("MLflow run 0123456789abcdef stays");
  expect(asked("runs.delete")).toEqual([]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(asked("runs.restore")).toMatchObject([{ job_id: "J6" }]));
});

it("lets a running job be stopped but not deleted, an interrupted one resumed", async () => {
  await show({ stop_job: () => null });
  await userEvent.click(await screen.findByText("strength v3"));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Delete" }).disabled).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Stop (keep what is done)" }));
  await waitFor(() => expect(asked("stop_job")).toMatchObject([{ job_id: "J7" }]));
  await userEvent.click(screen.getByText("Interrupted"));
  await userEvent.click(await screen.findByRole("button", { name: "Resume" }));
  await waitFor(() => expect(asked("runs.resume")).toMatchObject([{ job_id: "J4" }]));
});

it("puts several side by side and says when that is not fair", async () => {
  await show();
  await screen.findByText("冬の配合");
  const user = userEvent.setup();
  await user.click(screen.getByText("冬の配合"));
  await user.keyboard("{Control>}");
  await user.click(screen.getByText("strength v3"));
  await user.keyboard("{/Control}");
  await screen.findByText(/cannot be compared directly/);
  const scores = screen.getByRole("grid", { name: "Scores" });
  expect(within(scores).getAllByText("mean (baseline)")).toHaveLength(2);
  expect(
    within(screen.getByRole("grid", { name: "What was done differently" })).getByText("lot"),
  ).toBeTruthy();
  await expectAccessible();
});

it("keeps a fault in sight with its next step", async () => {
  await show({
    "runs.lineage": () => {
      throw {
        code: "NBML-J02",
        message: "There is no job J6 here.",
        next_step: "Look at the list.",
        field: null,
      };
    },
  });
  await userEvent.click(await screen.findByText("冬の配合"));
  expect((await screen.findByRole("alert")).textContent).toContain(
    "There is no job J6 here. Look at the list.",
  );
});

it("speaks Japanese throughout", async () => {
  await show({}, "ja");
  await userEvent.click(await screen.findByText("冬の配合"));
  await screen.findByRole("list", { name: "来歴" });
  const words = document.body.textContent ?? "";
  expect(words).not.toMatch(/runs_room\.|\?\?|Search|Delete/);
});

it("lays the graph out from left to right with the focus straight after its data", () => {
  const graph = answers["runs.lineage"]?.({ job_id: "J6" } as never, app.kernel) as Parameters<
    typeof layOut
  >[0];
  const { places, lines, width, height } = layOut(graph);
  expect(places.get("data:ab")).toEqual({ x: 0, y: 0 });
  expect(places.get("job:J6")).toEqual({ x: BOX.width + BOX.across, y: 0 });
  expect(places.get("job:J3")?.y).toBe(BOX.height + BOX.down);
  expect(places.get("model:J6")?.x).toBe(2 * (BOX.width + BOX.across));
  expect(lines).toHaveLength(3);
  expect([width, height]).toEqual([3 * BOX.width + 2 * BOX.across, 2 * BOX.height + BOX.down]);
  expect(LINES).toHaveLength(6);
});

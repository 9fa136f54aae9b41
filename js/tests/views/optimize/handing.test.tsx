/** A row of a front where it goes: the profiler stands on it, the waterfall takes it apart. */
import { act, cleanup, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";
import { answers as explain } from "../../../dev/rooms/explain";
import { frontLog } from "../../../dev/rooms/optimize";
import { answers as predict } from "../../../dev/rooms/predict";
import type { HandedRow } from "../../../src/app";
import { ExplainRoom } from "../../../src/views/explain/room";
import { PredictRoom } from "../../../src/views/predict/room";
import { draw, expectAccessible, makeApp } from "../../kit";

afterEach(cleanup);

const row = (job_id: string, cells: [string, string | number | null][]): HandedRow => ({
  job_id,
  title: "Row 3 of <b>x</b>",
  cells: new Map(cells),
});

it("begins the profiler with the cells it knows, as they are", async () => {
  const app = await makeApp({ ...predict });
  const opened = (await (predict["predict.open"] as (asked: unknown) => unknown)({ job_id: "01J" })) as {
    job_id: string;
    start: unknown[];
  };
  draw(<PredictRoom app={app} />, app);
  const asked = () =>
    app.kernel.heard.filter(one => one.kind === "predict.profile") as never as { row: unknown[] }[];
  await act(async () =>
    app.open(
      "predict",
      row(opened.job_id, [
        ["温度 [℃]", 12.5],
        ["not known", 1],
      ]),
    ),
  );
  await waitFor(() => expect(asked().at(-1)?.row[4]).toBe(12.5));
  expect(
    asked()
      .at(-1)
      ?.row.filter((_, place) => place !== 4),
  ).toEqual(opened.start.filter((_, place) => place !== 4));
  await act(async () => app.open("predict", row(opened.job_id, [["温度 [℃]", 13]])));
  await waitFor(() => expect(asked().at(-1)?.row[4]).toBe(13));
});

it("takes a row apart while a search is in hand, and goes back to the rows of the table", async () => {
  const app = await makeApp({ ...explain });
  await act(async () => app.kernel.play(frontLog(), Number.POSITIVE_INFINITY));
  draw(<ExplainRoom app={app} />, app);
  expect(screen.getByText("Explain shows what a model has learnt")).toBeTruthy();
  await act(async () =>
    app.open(
      "explain",
      row("01TRAINED", [
        ["a", 1],
        ["__proto__", "x"],
      ]),
    ),
  );
  expect(await screen.findByText(/^Row 3 of <b>x<\/b>: predicted/)).toBeTruthy();
  const asked = app.kernel.heard.find(one => one.kind === "explain.new_row") as never as {
    job_id: string;
    cells: Record<string, unknown>;
  };
  expect(asked.job_id).toBe("01TRAINED");
  expect(Object.entries(asked.cells)).toEqual([
    ["a", 1],
    ["__proto__", "x"],
  ]);
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Back to the rows of the table" }));
  expect(await screen.findByText("Chosen row")).toBeTruthy();
});

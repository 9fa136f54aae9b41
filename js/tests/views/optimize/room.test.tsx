/** Optimize: the form with its faults and its light, the front as it grows, one row selected in every view. */
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answers, frontLog } from "../../../dev/rooms/optimize";
import made from "../../../dev/rooms/optimize-answers.json";
import type { OptimizeForm } from "../../../src/protocol/types";
import { OptimizeRoom } from "../../../src/views/optimize/room";
import { draw, expectAccessible, makeApp } from "../../kit";

afterEach(cleanup);
type Answers = typeof answers;

async function open(more: Answers = {}, language: "en" | "ja" = "en") {
  const app = await makeApp({ ...answers, ...more }, language);
  app.kernel.state = { ...app.kernel.state, rooms: ["data", "train", "optimize", "runs"] };
  await app.store.ask();
  draw(<OptimizeRoom app={app} />, app);
  const heard = (kind: string) => app.kernel.heard.filter(request => request.kind === kind);
  const looked = () => (heard("optimize.draft").at(-1) as unknown as { form: OptimizeForm }).form;
  return { app, heard, looked };
}

async function openForm(more: Answers = {}, language: "en" | "ja" = "en") {
  const found = await open(more, language);
  await screen.findByRole("button", { name: language === "en" ? "Search" : "逆解析を実行" });
  return found;
}

async function openFront() {
  const found = await open();
  await act(async () => found.app.kernel.play(frontLog(), Number.POSITIVE_INFINITY));
  await screen.findByText(/35 best bargains/);
  return found;
}

describe("the form", () => {
  it("is filled in, says what will be searched, and searches at one press", async () => {
    const { heard } = await openForm();
    expect(screen.getByText(/7 inputs are varied/)).toBeTruthy();
    expect(screen.getByText(/Feasible/)).toBeTruthy();
    expect(document.querySelector("img")).toBeNull();
    const button = screen.getByRole("button", { name: "Search" });
    fireEvent.click(button);
    fireEvent.click(button);
    await waitFor(() => expect(heard("optimize.start")).toHaveLength(1));
    await expectAccessible();
  });

  it("has goals, inputs and mixtures looked at as they are typed", async () => {
    const { looked } = await openForm();
    await userEvent.selectOptions(screen.getByLabelText("Goal for flow [cm]"), "at most");
    await userEvent.type(screen.getByLabelText("Value"), "60");
    await waitFor(() => expect(looked()?.goals[1]).toMatchObject({ goal: "at_most", value: 60 }));
    await userEvent.type(screen.getByLabelText("Least Water"), "170");
    await waitFor(() => expect(looked().inputs.find(row => row.name === "Water")?.low).toBe(170));
    await userEvent.selectOptions(screen.getByLabelText("How SP is set"), "fixed");
    await waitFor(() => expect(looked().inputs.find(row => row.name === "SP")?.use).toBe("fixed"));
    const total = screen.getByLabelText("Total");
    await userEvent.clear(total);
    await userEvent.type(total, "2350");
    await waitFor(() => expect(looked().constraints[0]).toMatchObject({ kind: "mixture", total: 2350 }));
  });

  it("adds and removes constraints, and completes names in formulas with backticks", async () => {
    const { looked } = await openForm();
    await userEvent.click(screen.getByRole("button", { name: "Add a constraint" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Formula" }));
    const box = screen.getAllByRole("combobox", { name: "Formula" }).at(-1) as HTMLInputElement;
    await userEvent.type(box, "fly");
    await userEvent.keyboard("{Enter}");
    expect(box.value).toBe("`Fly ash`");
    await waitFor(() =>
      expect(looked().constraints.at(-1)).toEqual({ kind: "formula", formula: "`Fly ash`" }),
    );
    const remove = screen.getAllByRole("button", { name: "Remove: Formula" }).at(-1) as HTMLElement;
    await userEvent.click(remove);
    await waitFor(() => expect(looked().constraints).toHaveLength(made.draft.en.form.constraints.length));
  });

  it("has a row for each kind of constraint, and takes what is said in it", async () => {
    const { looked } = await openForm();
    const add = async (name: string) => {
      await userEvent.click(screen.getByRole("button", { name: "Add a constraint" }));
      await userEvent.click(screen.getByRole("menuitem", { name }));
      return [...document.querySelectorAll<HTMLElement>("[data-field^=constraints]")].at(-1) as HTMLElement;
    };
    const choose = async (row: HTMLElement, box: string, option: string) => {
      await userEvent.click(within(row).getAllByRole("combobox", { name: box }).at(-1) as HTMLElement);
      await userEvent.click(within(screen.getByRole("listbox")).getByRole("option", { name: option }));
    };
    let row = await add("Never these combinations");
    await choose(row, "Inputs", "種類");
    await choose(row, "Inputs", "Water");
    await userEvent.selectOptions(within(row).getByLabelText("種類 in combination 1"), "早強");
    await userEvent.type(within(row).getByLabelText("Water in combination 1"), "180");
    await userEvent.click(within(row).getByRole("button", { name: "Add a combination" }));
    await waitFor(() =>
      expect(looked().constraints.at(-1)).toEqual({
        kind: "combinations",
        of: ["種類", "Water"],
        mode: "never",
        rows: [
          ["早強", 180],
          [null, null],
        ],
      }),
    );
    row = await add("Only combinations seen in the data");
    await choose(row, "Inputs", "SP");
    await waitFor(() =>
      expect(looked().constraints.at(-1)).toEqual({
        kind: "combinations",
        of: ["SP"],
        mode: "seen",
        rows: [],
      }),
    );
    row = await add("Ratio within bounds");
    await choose(row, "Input", "Water");
    await choose(row, "divided by", "SP");
    await userEvent.type(within(row).getByLabelText("At most"), "20");
    await waitFor(() =>
      expect(looked().constraints.at(-1)).toEqual({
        kind: "ratio",
        of: "Water",
        to: "SP",
        low: null,
        high: 20,
      }),
    );
    row = await add("If a category is .., then ..");
    await choose(row, "If", "種類");
    await choose(row, "is one of", "早強");
    await choose(row, "then", "SP");
    await userEvent.type(within(row).getByLabelText("to"), "10");
    await waitFor(() =>
      expect(looked().constraints.at(-1)).toEqual({
        kind: "when",
        when: [{ input: "種類", levels: ["早強"] }],
        limits: [{ input: "SP", levels: [], low: null, high: 10 }],
      }),
    );
    await expectAccessible(row);
  });

  it("sets the bounds of a mixture's parts in the mixture, and says what they can sum to", async () => {
    const { looked } = await openForm();
    const row = document.querySelector('[data-field="constraints.0"]') as HTMLElement;
    await userEvent.type(within(row).getByLabelText("Least Water in the mixture"), "170");
    await waitFor(() => expect(looked().inputs.find(one => one.name === "Water")?.low).toBe(170));
    expect(within(row).getByText(/the parts sum to/)).toBeTruthy();
    const total = within(row).getByLabelText("Total");
    await userEvent.clear(total);
    await userEvent.type(total, "9");
    expect(within(row).getByText(/the parts sum to/).className).toMatch(/error/);
  });

  it("undoes and does again, a word at a time and not a letter", async () => {
    const { looked } = await openForm();
    const undo = screen.getByRole<HTMLButtonElement>("button", { name: "Undo" });
    expect(undo.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText("Least Water"), "170");
    await userEvent.selectOptions(screen.getByLabelText("How SP is set"), "fixed");
    await userEvent.click(undo);
    await waitFor(() => expect(looked()?.inputs.find(one => one.name === "SP")?.use).toBe("range"));
    expect(looked().inputs.find(one => one.name === "Water")?.low).toBe(170);
    await userEvent.click(undo);
    await waitFor(() => expect(looked().inputs.find(one => one.name === "Water")?.low).toBe(null));
    expect(undo.disabled).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Redo" }));
    await waitFor(() => expect(looked().inputs.find(one => one.name === "Water")?.low).toBe(170));
  });

  it("keeps the form where other models do not go with it, and says so at the models", async () => {
    const fault = { code: "NBML-O47", message: "Two runs predict it.", next_step: "", field: "runs" };
    let calls = 0;
    await openForm({
      "optimize.draft": () => {
        calls += 1;
        if (calls > 1) throw fault;
        const other = { ...made.draft.en.runs[0], id: "01OTHER", title: "another" };
        return { ...made.draft.en, runs: [...made.draft.en.runs, other] };
      },
    });
    const box = screen.getByRole("combobox", { name: /Trainings whose models/ });
    await userEvent.click(box);
    await userEvent.click(screen.getByRole("option", { name: /another/ }));
    expect(await screen.findByText(/Two runs predict it/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Search" })).toBeTruthy();
  });

  it("puts every fault at its field, all at once, with what mends it", async () => {
    const { looked } = await openForm({ "optimize.draft": () => made.broken.en });
    const at = (field: string) => document.querySelector(`[data-field="${field}"]`)?.textContent;
    expect(at("inputs.0")).toMatch(/wrong way round/);
    expect(at("inputs.1")).toMatch(/know it from 0.0 to 193.0/);
    expect(at("inputs.3")).toMatch(/must be above zero/);
    expect(at("goals.0")).toMatch(/wrong way round/);
    expect(at("goals.4")).toMatch(/cannot be read from character/);
    const wrong = [...document.querySelectorAll('[data-field="inputs.0"] [aria-invalid="true"]')];
    expect(wrong.map(box => box.getAttribute("aria-label"))).toEqual(["Least セメント"]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Search" }).disabled).toBe(true);
    expect(screen.getByText(/5 fields need mending/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Swap the bounds" }));
    await waitFor(() => expect(looked().inputs[0]).toMatchObject({ low: 100, high: 400 }));
  });

  it("says which constraints clash, beside the button and at the constraint", async () => {
    await openForm({ "optimize.draft": () => made.clash.en });
    expect(screen.getByText(/cannot be kept together/)).toBeTruthy();
    expect(screen.getByText("SP = 3")).toBeTruthy();
    expect(document.querySelector(".nbml-optimize-clash")?.getAttribute("data-field")).toBe("constraints.4");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Search" }).disabled).toBe(true);
  });

  it("shows what the kernel refuses at the press", async () => {
    const fault = { code: "NBML-O46", message: "No rows are kept.", next_step: "", field: "constraints.2" };
    await openForm({
      "optimize.start": () => {
        throw fault;
      },
    });
    await userEvent.click(screen.getByRole("button", { name: "Search" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/NBML-O46/);
    expect(document.querySelector('[data-field="constraints.2"]')?.textContent).toMatch(/No rows are kept/);
  });

  it("sends to Train where there is no model, in Japanese too", async () => {
    const none = { ...made.draft.ja, form: { ...made.draft.ja.form, runs: [] } };
    const { app } = await open({ "optimize.draft": () => none }, "ja");
    await userEvent.click(await screen.findByRole("button", { name: "「学習」を開く" }));
    expect(app.room.value).toBe("train");
  });
});

describe("the front", () => {
  it("grows while it searches and can be stopped and kept", async () => {
    const { app, heard } = await open();
    const half = frontLog().findIndex(event => event.type === "front.changed") + 1;
    await act(async () => app.kernel.play(frontLog().slice(0, half), Number.POSITIVE_INFINITY));
    expect(await screen.findByText(/rows on the front after/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(heard("stop_job")).toHaveLength(1));
  });

  it("shows one row in every view, with what is known of it", async () => {
    const { heard } = await openFront();
    expect(screen.getByText("Row 27: best bargain")).toBeTruthy();
    const grid = screen.getByRole("grid", { name: "Pareto rows" });
    const cell = within(grid).getAllByRole("row")[1] as HTMLElement;
    await userEvent.click(cell);
    expect(await screen.findByRole("heading", { name: "Row 1" })).toBeTruthy();
    expect(screen.getByText("Chance of meeting all goals")).toBeTruthy();
    expect(await screen.findByText("Row 50")).toBeTruthy();
    await waitFor(() => expect(heard("optimize.choose").length).toBeGreaterThan(0));
    const lines = document.querySelectorAll(".nbml-optimize-line");
    expect(lines).toHaveLength(35);
    fireEvent.click(lines[4] as Element);
    expect(screen.queryByRole("heading", { name: "Row 1" })).toBeNull();
    expect(document.querySelectorAll(".nbml-optimize-line-chosen")).toHaveLength(1);
    expect(document.querySelector("img")).toBeNull();
    await expectAccessible(document.querySelector(".nbml-columns > :last-child") as Element);
  });

  it("narrows all views by a filter", async () => {
    await openFront();
    await userEvent.click(screen.getByRole("button", { name: "Filter" }));
    const row = document.querySelector(".nbml-optimize-filter") as HTMLElement;
    await userEvent.type(within(row).getByLabelText("From"), "50");
    await waitFor(() => expect(screen.getByText(/of 35 rows/).textContent).toMatch(/^2\d of 35/));
    expect(document.querySelectorAll(".nbml-optimize-line").length).toBeLessThan(35);
  });

  it("finds the cheapest row that reaches a value", async () => {
    await openFront();
    const part = screen.getByRole("region", { name: /cheapest/ });
    await userEvent.type(within(part).getByLabelText("Value"), "50");
    expect((await within(part).findByRole("status")).textContent).toMatch(/^Row 22: 50.80/);
    expect(screen.getByRole("heading", { name: "Row 22" })).toBeTruthy();
  });

  it("proposes what to try next, with reasons", async () => {
    const { heard } = await openFront();
    await userEvent.click(screen.getByRole("button", { name: "Propose" }));
    expect(await screen.findByText("good and uncertain: teaches most")).toBeTruthy();
    expect(heard("optimize.propose")).toHaveLength(1);
  });

  it("keeps what is planned, takes what is measured, and says how it came out", async () => {
    const { heard, app } = await openFront();
    await userEvent.click(screen.getByRole("button", { name: "Propose" }));
    await userEvent.click(await screen.findByRole("button", { name: "Plan these 3 experiments" }));
    const plan = await screen.findByRole("region", { name: "Planned experiments" });
    expect(heard("optimize.plan")[0]).toMatchObject({ rows: [{ row: 0, why: "exploit" }, {}, {}] });
    const box = within(plan).getByLabelText("Measured 強度 [MPa] of experiment 1");
    await userEvent.type(box, "999{Enter}");
    await waitFor(() => expect(heard("optimize.measure")).toHaveLength(1));
    expect(heard("optimize.measure")[0]).toMatchObject({ number: 1, target: "強度 [MPa]", value: 999 });
    expect(await within(plan).findByText(/1 of 9 results measured; 0 of 1/)).toBeTruthy();
    expect(within(plan).getByRole("img", { name: /Measured over predicted/ })).toBeTruthy();
    for (const target of ["slump [cm]", "flow [cm]"])
      await userEvent.type(within(plan).getByLabelText(`Measured ${target} of experiment 1`), "20{Enter}");
    await userEvent.click(await within(plan).findByRole("button", { name: "Train again with these" }));
    await waitFor(() => expect(app.room.value).toBe("train"));
    expect(
      within(plan).getByRole<HTMLButtonElement>("button", { name: "Take out experiment 1" }).disabled,
    ).toBe(true);
    await userEvent.click(within(plan).getByRole("button", { name: "Take out experiment 2" }));
    await waitFor(() =>
      expect(within(plan).queryByRole("button", { name: "Take out experiment 2" })).toBeNull(),
    );
    await expectAccessible(plan);
  });

  it("plans the row in hand, once", async () => {
    const { heard } = await openFront();
    const plan = screen.getByRole<HTMLButtonElement>("button", { name: "Plan as experiment" });
    await waitFor(() => expect(plan.disabled).toBe(false));
    await userEvent.click(plan);
    await waitFor(() =>
      expect(heard("optimize.plan")[0]).toMatchObject({ rows: [{ row: 26, why: "chosen" }] }),
    );
    const planned = await screen.findByRole<HTMLButtonElement>("button", { name: "Planned" });
    expect(planned.disabled).toBe(true);
  });

  it("hands a row to the profiler and to its waterfall", async () => {
    const { app } = await openFront();
    await act(async () =>
      app.kernel.change({ rooms: ["data", "train", "explain", "predict", "optimize", "runs"] }),
    );
    await userEvent.click(await screen.findByRole("button", { name: "Open in the profiler" }));
    expect(app.room.value).toBe("predict");
    const { row } = app.handed.value as NonNullable<typeof app.handed.value>;
    expect(row.job_id).toBe(made.result.runs[0]);
    expect(row.title).toMatch(/^Row 27 of/);
    expect([...row.cells.keys()]).toEqual(made.draft.en.inputs.map(input => input.name));
    await userEvent.click(screen.getByRole("button", { name: "Take apart (waterfall)" }));
    expect(app.handed.value?.room).toBe("explain");
  });

  it("draws three goals in space", async () => {
    await openFront();
    const depth = screen.getByLabelText("Depth (3-D)");
    await userEvent.selectOptions(depth, "slump [cm] (predicted)");
    expect(screen.getByRole("img", { name: /^Front in space: .*slump/ })).toBeTruthy();
    const turn = screen.getByRole("slider", { name: "Turn" });
    fireEvent.input(turn, { target: { value: "60" } });
    expect(turn.getAttribute("aria-valuetext")).toBe("60°");
  });

  it("keeps a part of an axis that is pulled along, in every view", async () => {
    await openFront();
    const svg = document.querySelector(".nbml-optimize-parallel") as SVGSVGElement;
    svg.getBoundingClientRect = () => ({ top: 0, height: 272 }) as DOMRect;
    const pulls = svg.querySelectorAll(".nbml-optimize-pull");
    const last = pulls[pulls.length - 1] as Element;
    fireEvent.pointerDown(last, { clientY: 40 });
    fireEvent.pointerMove(last, { clientY: 120 });
    fireEvent.pointerUp(last, { clientY: 120 });
    await waitFor(() => expect(screen.getByText(/of 35 rows/)).toBeTruthy());
    const shown = document.querySelectorAll(".nbml-optimize-line").length;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(35);
    fireEvent.pointerDown(last, { clientY: 80 });
    fireEvent.pointerUp(last, { clientY: 80 });
    await waitFor(() => expect(document.querySelectorAll(".nbml-optimize-line")).toHaveLength(35));
  });

  it("says which limits no row keeps", async () => {
    const message = "No row of 2000 keeps all limits. The nearest misses: a by 3.";
    const notices = [{ ...made.result.notices[0], level: "warning", code: "NBML-O43", message }];
    const none = { ...made.result, is_feasible: false, knee: null, notices };
    const { app } = await open({ "optimize.result": () => none });
    await act(async () => app.kernel.play(frontLog(), Number.POSITIVE_INFINITY));
    expect(await screen.findByText(/The nearest misses: a by 3/)).toBeTruthy();
    expect(screen.getAllByRole("button", { name: "Use these settings" }).length).toBeGreaterThan(0);
  });

  it("hands the table over as a file", async () => {
    const { heard } = await openFront();
    const saved = vi.fn(() => "blob:x");
    Object.assign(URL, { createObjectURL: saved, revokeObjectURL: () => undefined });
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    await userEvent.click(screen.getByRole("button", { name: "CSV" }));
    await waitFor(() => expect(saved).toHaveBeenCalledTimes(1));
    expect(heard("optimize.export")[0]).toMatchObject({ format: "csv" });
    click.mockRestore();
  });

  it("goes on from a front where one says so", async () => {
    const { looked } = await openFront();
    await userEvent.click(screen.getByRole("checkbox", { name: "Go on from this front" }));
    await waitFor(() => expect(looked()?.after).toBe(made.result.job_id));
  });

  it("takes the settings of a search into the form", async () => {
    const { heard } = await openFront();
    await userEvent.click(screen.getByRole("button", { name: "Use these settings" }));
    await waitFor(() => expect(heard("optimize.again")).toHaveLength(1));
  });
});

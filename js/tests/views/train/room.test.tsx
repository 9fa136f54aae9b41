import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { answers } from "../../../dev/rooms/train";
import made from "../../../dev/rooms/train-answers.json";
import { searchLog } from "../../../dev/search-log";
import type { TrainForm } from "../../../src/protocol/types";
import { TrainRoom } from "../../../src/views/train/room";
import { draw, expectAccessible, makeApp } from "../../kit";

afterEach(cleanup);
const HOSTILE = "<img src=x onerror=alert(1)>";
type Answers = typeof answers;

async function open(more: Answers = {}, language: "en" | "ja" = "en") {
  const app = await makeApp({ ...answers, ...more }, language);
  draw(<TrainRoom app={app} />, app);
  return app;
}

async function openForm(more: Answers = {}, language: "en" | "ja" = "en") {
  const app = await open(more, language);
  await screen.findByRole("button", { name: language === "en" ? "Train" : "学習" });
  const heard = (kind: string) => app.kernel.heard.filter(request => request.kind === kind);
  const looked = () => (heard("train.draft").at(-1) as unknown as { form: TrainForm }).form;
  return { app, heard, looked };
}

describe("before training", () => {
  it("is filled in, says what will be done, and trains at one press", async () => {
    const { heard } = await openForm();
    expect(screen.getByText(/30 trials each, 300 fits in all/)).toBeTruthy();
    expect(screen.getByText(/About 20 s to 2 min/)).toBeTruthy();
    expect(screen.getByRole("table", { name: "" }).textContent).toContain("cv5");
    await userEvent.click(screen.getByRole("button", { name: "Train" }));
    await waitFor(() => expect(heard("train.start")).toHaveLength(1));
    await expectAccessible();
  });

  it("counts a double click once", async () => {
    const { heard } = await openForm();
    const button = screen.getByRole("button", { name: "Train" });
    fireEvent.click(button);
    fireEvent.click(button);
    await waitFor(() => expect(heard("train.start")).toHaveLength(1));
  });

  it("has changes looked at, the last one only", async () => {
    const { heard, looked } = await openForm();
    const before = heard("train.draft").length;
    await userEvent.click(screen.getByRole("button", { name: "XGBoost" }));
    await userEvent.click(screen.getByRole("radio", { name: "Thorough" }));
    await waitFor(() => expect(looked()?.trials).toBe(100));
    expect(looked().models).toEqual(["lightgbm", "xgboost", "mlp"]);
    expect(heard("train.draft").length - before).toBeLessThanOrEqual(2);
  });

  it("takes no changes while the form of another table is on its way, so that none is lost", async () => {
    let isSlow = false;
    const held: (() => void)[] = [];
    const { app } = await openForm({
      "train.draft": async (request: never, kernel) => {
        if (isSlow) await new Promise<void>(done => held.push(done));
        return answers["train.draft"]?.(request, kernel);
      },
    });
    const form = screen.getByRole("form", { name: "What to train" }) as HTMLElement;
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(false));
    isSlow = true;
    const { table } = app.store.state.value;
    app.kernel.change({ table: table && { ...table, revision: table.revision + 1 } });
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(true));
    await waitFor(() => expect(held).toHaveLength(1));
    for (const release of held) release();
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(false));
  });

  it("keeps what was said of the search when a column changes, not when the table does", async () => {
    const { app, looked } = await openForm();
    await userEvent.click(screen.getByRole("radio", { name: "Quick" }));
    const said = screen.getByRole<HTMLInputElement>("radio", { name: "Quick" });
    const { table } = app.store.state.value;
    app.kernel.change({ table: table && { ...table, revision: table.revision + 1 } });
    const form = screen.getByRole("form", { name: "What to train" });
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(true));
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(false));
    expect(said.checked).toBe(true);
    await waitFor(() => expect(looked()?.trials).toBe(10));
    app.kernel.change({ table: table && { ...table, sha256: "another", revision: 0 } });
    await waitFor(() => expect(said.checked).toBe(false));
  });

  it("searches by time", async () => {
    const { looked } = await openForm();
    await userEvent.click(screen.getByRole("radio", { name: "By time" }));
    await waitFor(() => expect(looked()).toMatchObject({ trials: null, minutes: 5 }));
  });

  it("leaves features out by name, so that a new target does not bring them back", async () => {
    const { looked } = await openForm();
    await userEvent.click(screen.getByRole("button", { name: "Take out Slag" }));
    await waitFor(() => expect(looked()?.left_out).toEqual(["Slag"]));
    expect(screen.getByText("8 columns, 1 left out")).toBeTruthy();
  });

  it("says what is wrong at the field and mends it by a button", async () => {
    const broken = { ...made.broken2, form: { ...made.broken2.form } };
    const { looked } = await openForm({
      "train.draft": ({ form }: { form: TrainForm | null }) => (form ? { ...broken, form } : broken),
    });
    expect((screen.getByRole("button", { name: "Train" }) as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByText("2 things to mend first")).toBeTruthy();
    const advanced = screen.getByText("Advanced").closest("details") as HTMLDetailsElement;
    advanced.open = true;
    fireEvent(advanced, new Event("toggle"));
    await within(advanced).findByText("Sampler");
    const field = advanced.querySelector('[data-field="folds"]') as HTMLElement;
    expect(within(field).getByText(/cannot be shared out to 1000 folds/)).toBeTruthy();
    await userEvent.click(within(field).getByRole("button", { name: "Use 5 folds" }));
    await waitFor(() => expect(looked()?.folds).toBe(5));
  });

  it("shows what the kernel refused after the press, at its field, until the form changes", async () => {
    const refused = {
      code: "NBML-D06",
      message: "Not a number.",
      next_step: "Choose another.",
      field: "targets",
    };
    await openForm({
      "train.start": () => {
        throw refused;
      },
    });
    await userEvent.click(screen.getByRole("button", { name: "Train" }));
    const message = await screen.findByText("Not a number.");
    expect(message.closest("[data-field]")?.getAttribute("data-field")).toBe("targets");
    await userEvent.click(screen.getByRole("button", { name: "CatBoost" }));
    await waitFor(() => expect(screen.queryByText("Not a number.")).toBeNull());
  });

  it("changes a search range, undoes it and resets it", async () => {
    const { looked } = await openForm();
    for (const summary of ["Advanced", "Search ranges"]) {
      const fold = (await screen.findByText(summary)).closest("details") as HTMLDetailsElement;
      fold.open = true;
      fireEvent(fold, new Event("toggle"));
    }
    const box = (await screen.findByRole("spinbutton", { name: "num_leaves to" })) as HTMLInputElement;
    fireEvent.input(box, { target: { value: "63" } });
    await waitFor(() => expect(looked()?.space).toEqual({ lightgbm: { num_leaves: { low: 4, high: 63 } } }));
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(looked()?.space).toEqual({}));
  });

  it("gives the call and the file", async () => {
    await openForm();
    const fold = screen.getByText("Copy as code").closest("details") as HTMLDetailsElement;
    fold.open = true;
    fireEvent(fold, new Event("toggle"));
    expect(await screen.findByText(/job = nbml\.train\(/)).toBeTruthy();
    await userEvent.click(screen.getByRole("tab", { name: "YAML" }));
    expect(await screen.findByText(/schema: nbml\.job\/1/)).toBeTruthy();
  });

  it("asks for a table where there is none", async () => {
    const app = await makeApp(answers);
    app.kernel.change({ table: null });
    draw(<TrainRoom app={app} />, app);
    await userEvent.click(await screen.findByRole("button", { name: "Choose data" }));
    expect(app.room.value).toBe("data");
    await expectAccessible();
  });

  it("speaks Japanese", async () => {
    await openForm({}, "ja");
    expect(screen.getByText("目的変数")).toBeTruthy();
    expect(screen.getByText(/5 分割の交差検証/)).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/train_room\.|panel\./);
  });
});

describe("while it trains", () => {
  async function playing(share = 0.6, more: Answers = {}) {
    const app = await open(more);
    const log = searchLog(30, HOSTILE);
    app.kernel.play(log.slice(0, Math.round(log.length * share)), Number.POSITIVE_INFINITY);
    await screen.findByText("Searching");
    return { app, log };
  }

  it("shows how far, how good, how long, and stops", async () => {
    const { app } = await playing();
    expect(await screen.findByRole("img", { name: /trials of the search for/ })).toBeTruthy();
    expect(screen.getByText(/^about \d+ s$/)).toBeTruthy();
    expect(screen.getByText(/^2 of 2(, \d+ %)?$/)).toBeTruthy();
    expect(document.querySelector("img")).toBeNull();
    await expectAccessible();
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(app.kernel.heard.some(one => one.kind === "stop_job")).toBe(true));
    expect(screen.getByText("Stopping; what is finished is kept")).toBeTruthy();
  });

  it("tells a trial with its folds by arrow keys", async () => {
    await playing();
    const plot = await screen.findByRole("img", { name: /trials of the search for/ });
    for (let press = 0; press < 6; press += 1) fireEvent.keyDown(plot, { key: "ArrowRight" });
    const card = document.querySelector(".nbml-train-card") as HTMLElement;
    expect(card.textContent).toContain("trial 5");
    expect(card.textContent).toContain("failed");
    expect(card.textContent).toContain("NBML-E12");
    expect(card.querySelectorAll(".nbml-train-foldbars > div")).toHaveLength(5);
    fireEvent.keyDown(plot, { key: "Escape" });
    expect(document.querySelector(".nbml-train-card")).toBeNull();
  });

  it("asks for a trial that the snapshot no longer has whole", async () => {
    const detail = {
      number: 0,
      state: "complete",
      value: 5,
      folds: [5, 6],
      params: { depth: 3 },
      error: null,
    };
    const { app } = await playing(0.6, { "train.trial": () => detail });
    const view = app.kernel.job as NonNullable<typeof app.kernel.job>;
    const studies = view.snapshot.studies.map(study => ({
      ...study,
      trials: study.trials.map(one => ({ ...one, params: {}, folds: [] })),
    }));
    const { job_id, seq } = view;
    app.kernel.tell({ v: 1, kind: "snapshot", job_id, seq, snapshot: { ...view.snapshot, studies } });
    const plot = await screen.findByRole("img", { name: /trials of the search for/ });
    await waitFor(() => {
      fireEvent.keyDown(plot, { key: "Escape" });
      fireEvent.keyDown(plot, { key: "ArrowRight" });
      expect(document.querySelector(".nbml-train-card")).toBeTruthy();
    });
    expect(await screen.findByText("depth")).toBeTruthy();
  });

  it("says what is waited for at the start", async () => {
    const app = await open();
    app.kernel.change({ cluster: { state: "starting", text: "Starting workers (about 15 s)" } });
    app.kernel.play(searchLog(3).slice(0, 1), Number.POSITIVE_INFINITY);
    expect(await screen.findByText("Starting workers (about 15 s)")).toBeTruthy();
  });
});

describe("after training", () => {
  it("gives its verdict, scores with their spread, and figures", async () => {
    const app = await open();
    app.kernel.play(searchLog(5), Number.POSITIVE_INFINITY);
    expect(await screen.findByText(/Errors of about ± 11\.5 cm on rows it has not seen/)).toBeTruthy();
    expect(screen.getByText("used to predict")).toBeTruthy();
    expect(screen.getByText("mean (baseline)")).toBeTruthy();
    await waitFor(() => expect(app.kernel.heard.some(one => one.kind === "train.figure")).toBe(true));
    await userEvent.click(screen.getByRole("tab", { name: "Residuals" }));
    await waitFor(() =>
      expect(app.kernel.heard.filter(one => one.kind === "train.figure").at(-1)).toMatchObject({
        name: "residuals",
      }),
    );
    expect(screen.queryByRole("button", { name: "Explain" })).toBeNull();
    await expectAccessible();
  });

  it("goes on to the rooms there are", async () => {
    const app = await open();
    app.kernel.change({ rooms: ["data", "train", "explain", "runs"] });
    app.kernel.play(searchLog(5), Number.POSITIVE_INFINITY);
    await userEvent.click(await screen.findByRole("button", { name: "Explain" }));
    expect(app.room.value).toBe("explain");
  });

  it("takes the settings of a job back into the form", async () => {
    const again = { form: { ...made.draft.en.form, trials: 77 }, is_same_table: true };
    const app = await open({ "train.again": () => again });
    app.kernel.play(searchLog(5), Number.POSITIVE_INFINITY);
    await userEvent.click(await screen.findByRole("button", { name: "Train again with changes" }));
    expect(await screen.findByText("77 trials")).toBeTruthy();
    const form = screen.getByRole("form", { name: "What to train" });
    const { table } = app.store.state.value;
    app.kernel.change({ table: table && { ...table, revision: table.revision + 1 } });
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(true));
    await waitFor(() => expect(form.hasAttribute("inert")).toBe(false));
    expect(screen.getByText("77 trials")).toBeTruthy();
  });

  it("shows a failure with its cause, code and next step", async () => {
    const app = await open();
    const log = searchLog(5, "strength", false);
    const error = {
      code: "NBML-J11",
      message: "The time was over.",
      next_step: "Give more time.",
      fields: {},
    };
    const last = log.at(-1);
    log.push({
      ...last,
      seq: log.length + 1,
      type: "job.finished",
      state: "failed",
      scores: {},
      error,
    } as never);
    app.kernel.play(log, Number.POSITIVE_INFINITY);
    expect(await screen.findByText("The time was over.")).toBeTruthy();
    expect(screen.getByText("Give more time.")).toBeTruthy();
    expect(screen.getByText("NBML-J11")).toBeTruthy();
    expect(screen.getAllByRole("img", { name: /trials of the search for/ })).toHaveLength(1);
  });

  it("says that a job was stopped before its first trial", async () => {
    const app = await open();
    const log = searchLog(5).slice(0, 9);
    const last = log.at(-1);
    const end = { type: "job.finished", state: "cancelled", scores: {}, error: null };
    log.push({ ...last, ...end, seq: log.length + 1 } as never);
    app.kernel.play(log, Number.POSITIVE_INFINITY);
    expect(await screen.findByText(/Stopped before the first trial was complete/)).toBeTruthy();
  });

  it("resumes an interrupted job", async () => {
    const app = await open();
    app.kernel.play(searchLog(5).slice(0, 40), Number.POSITIVE_INFINITY);
    const line = app.kernel.state.job;
    if (line) app.kernel.change({ job: { ...line, state: "interrupted" } });
    await userEvent.click(await screen.findByRole("button", { name: "Resume" }));
    await waitFor(() => expect(app.kernel.heard.some(one => one.kind === "train.resume")).toBe(true));
  });

  it("shows a job without a table in hand", async () => {
    const app = await open();
    app.kernel.change({ table: null });
    app.kernel.play(searchLog(5), Number.POSITIVE_INFINITY);
    expect(await screen.findAllByText(/Errors of about/)).toHaveLength(2);
    expect(screen.queryByRole("form")).toBeNull();
  });
});

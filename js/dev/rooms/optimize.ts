/** Answers of the Optimize room, taken once from the real use cases on a table of 103 concretes. */
import type { EventBatch, ExperimentList } from "../../src/protocol/types";
import type { Answer, FakeKernel } from "../fake-kernel";
import made from "./optimize-answers.json";

type Form = (typeof made.draft.en)["form"];
const asked = new URLSearchParams(globalThis.location?.search ?? "");
const spoken = (kernel: FakeKernel) => kernel.state.language;

/** The events of a search: three looks at the growing front. */
export const frontLog = () => made.log as unknown as EventBatch["events"];

/** A front of rows that miss a limit, as `?front=none` shows it. */
const MISSED = {
  is_feasible: false,
  is_partial: true,
  knee: null,
  notices: [
    {
      ...made.result.notices[0],
      level: "warning",
      code: "NBML-O43",
      message: "No row of 2,105 keeps all limits. The nearest misses: distance <= 0.95 by 0.04.",
    },
  ],
  proof: {
    objective: "強度 [MPa]",
    direction: "maximize",
    found: 57.1,
    value: 58.2,
    bound: 61.4,
    gap: 3.2,
    seconds: 30.1,
    is_proven: false,
    left_out: ["distance <= 0.95"],
  },
  run_id: "0f3c2a9be7d14c55a1",
  tracking_uri: "http://127.0.0.1:5000",
};

/** The experiments that a made-up kernel keeps. */
const books = new WeakMap<FakeKernel, ExperimentList>();
const column = (role: string, of?: string) =>
  made.result.columns.filter(one => one.role === role && (of === undefined || one.of === of));
const number = (role: string, of: string, row: number) =>
  (column(role, of)[0]?.cells[row] ?? null) as number | null;

function bookOf(kernel: FakeKernel): ExperimentList {
  const targets = column("predicted").map(one => one.of);
  return (
    books.get(kernel) ?? {
      inputs: column("input").map(one => one.key),
      targets,
      rows: [],
      figures: [],
      can_extend: false,
    }
  );
}

function keep(kernel: FakeKernel, rows: ExperimentList["rows"]): ExperimentList {
  const book = bookOf(kernel);
  const figures = book.targets.flatMap(target => {
    const known = rows.flatMap(line =>
      line.results.filter(one => one.target === target && one.measured !== null),
    );
    const points = { x: known.map(one => one.value), y: known.map(one => one.measured) };
    return known.length
      ? [{ target, figure: { data: [{ type: "scatter", mode: "markers", ...points }], layout: {} } }]
      : [];
  });
  const isWhole = (line: ExperimentList["rows"][number]) => line.results.every(one => one.measured !== null);
  const next = { ...book, rows, figures, can_extend: rows.some(isWhole) };
  books.set(kernel, next);
  return next;
}

export const answers: Record<string, Answer> = {
  "optimize.draft"({ form }: { form: Form | null }, kernel) {
    const said = asked.get("form");
    if (said === "none") return { ...made.draft[spoken(kernel)], form: { ...made.draft.en.form, runs: [] } };
    const how = said === "broken" ? "broken" : said === "clash" ? "clash" : "draft";
    const draft = made[how][spoken(kernel)];
    return form ? { ...draft, form } : draft;
  },
  "optimize.start"(_: unknown, kernel) {
    kernel.play(frontLog(), 10);
    return { job_id: made.result.job_id };
  },
  "optimize.again": () => ({ form: made.draft.en.form }),
  "optimize.code": () => made.code,
  "optimize.result": ({ job_id }: { job_id: string }) =>
    asked.get("front") === "none" ? { ...made.result, ...MISSED, job_id } : { ...made.result, job_id },
  "optimize.measured": () => made.measured,
  "optimize.nearest": () => made.nearest,
  "optimize.propose": () => ({
    rows: [
      { row: 0, reason: "exploit", score: 0.9 },
      { row: 3, reason: "explore", score: 0.56 },
      { row: 5, reason: "fill", score: 0.16 },
    ],
  }),
  "optimize.export"({ request_id }: { request_id: string }, kernel) {
    kernel.tell({ v: 1, kind: "chunk", request_id, index: 0, count: 1, text: btoa("a,b\r\n1,2\r\n") });
    return { name: "pareto.csv", chunks: 1 };
  },
  "optimize.choose": () => null,
  "optimize.experiments": (_: unknown, kernel) => bookOf(kernel),
  "optimize.plan"({ rows }: { rows: { row: number; why: "exploit" }[] }, kernel) {
    const { inputs, targets, rows: before } = bookOf(kernel);
    const added = rows.map(({ row, why }, at) => ({
      number: before.length + at + 1,
      planned: "2026-11-23T10:00:00+00:00",
      why,
      row,
      cells: inputs.map(key => made.result.columns.find(one => one.key === key)?.cells[row] ?? null),
      results: targets.map(target => ({
        target,
        value: number("predicted", target, row) ?? 0,
        lower: number("lower", target, row),
        upper: number("upper", target, row),
        measured: null,
        is_inside: null,
      })),
    }));
    return keep(kernel, [...before, ...added]);
  },
  "optimize.measure"(asked: { number: number; target: string; value: number | null }, kernel) {
    const rows = bookOf(kernel).rows.map(line =>
      line.number !== asked.number
        ? line
        : {
            ...line,
            results: line.results.map(one =>
              one.target !== asked.target
                ? one
                : {
                    ...one,
                    measured: asked.value,
                    is_inside:
                      asked.value === null || one.lower == null || one.upper == null
                        ? null
                        : one.lower <= asked.value && asked.value <= one.upper,
                  },
            ),
          },
    );
    return keep(kernel, rows);
  },
  "optimize.unplan": ({ number: gone }: { number: number }, kernel) =>
    keep(
      kernel,
      bookOf(kernel).rows.filter(line => line.number !== gone),
    ),
  "optimize.extend": () => ({ name: "table", n_rows: 104, added: 1 }),
};

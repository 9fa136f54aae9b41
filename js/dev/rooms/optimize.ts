/** Answers of the Optimize room, taken once from the real use cases on a table of 103 concretes. */
import type { EventBatch } from "../../src/protocol/types";
import type { Answer, FakeKernel } from "../fake-kernel";
import made from "./optimize-answers.json";

type Form = (typeof made.draft.en)["form"];
const asked = new URLSearchParams(globalThis.location?.search ?? "");
const spoken = (kernel: FakeKernel) => kernel.state.language;

/** The events of a search: three looks at the growing front. */
export const frontLog = () => made.log as unknown as EventBatch["events"];

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
  "optimize.result": ({ job_id }: { job_id: string }) => ({ ...made.result, job_id }),
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
};

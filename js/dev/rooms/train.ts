/** Answers of the Train room, taken once from the real use cases on a table of 103 concretes. */
import type { Answer, FakeKernel } from "../fake-kernel";
import { searchLog } from "../search-log";
import made from "./train-answers.json";

const asked = new URLSearchParams(globalThis.location?.search ?? "");
const spoken = (kernel: FakeKernel) => kernel.state.language;
type Form = (typeof made.draft.en)["form"];

export const answers: Record<string, Answer> = {
  "train.draft"({ form }: { form: Form | null }, kernel) {
    if (asked.get("form") === "broken") return form ? { ...made.broken2, form } : made.broken2;
    const draft = made.draft[spoken(kernel)];
    return form ? { ...draft, form } : draft;
  },
  "train.start"(_: unknown, kernel) {
    kernel.play(searchLog(30), 40);
    return { job_id: "01JDEMO" };
  },
  "train.resume"(_: unknown, kernel) {
    kernel.play(searchLog(30), 40);
    return { job_id: "01JDEMO" };
  },
  "train.again": () => ({ form: made.draft.en.form, is_same_table: true }),
  "train.code": () => made.code,
  "train.result": ({ job_id }: { job_id: string }, kernel) => ({ ...made.result[spoken(kernel)], job_id }),
  "train.figure": ({ name }: { name: keyof typeof made.figures }) => made.figures[name],
  "train.log": ({ after }: { after: number }, kernel) => {
    const log = made.log[spoken(kernel)];
    return {
      lines: log.lines.filter(line => line.seq > after),
      seq: Math.max(after, kernel.job?.seq ?? log.seq),
    };
  },
  "train.trial": ({ study, trial }: { study: string; trial: number }, kernel) =>
    kernel.job?.snapshot.studies.find(one => one.id === study)?.trials.find(one => one.number === trial),
};

/** Answers of the Explain room, taken once from the real use cases on a table of 420 made-up mixes. */
import type { Answer } from "../fake-kernel";
import made from "./explain-answers.json";

const asked = new URLSearchParams(globalThis.location?.search ?? "");
type Family = keyof typeof made.figures;
interface Model {
  family: Family | null;
  of: "held_out" | "final";
}
const known = (family: Family | null): Family => (family && family in made.figures ? family : "catboost");
let isMeasured = false;

export const answers: Record<string, Answer> = {
  async "explain.open"({ family, of, request_id }: Model & { request_id: string }, kernel) {
    if (asked.get("explain") === "broken") {
      throw {
        code: "NBML-V03",
        message: "There is no final model of 強度 by catboost: the job was stopped before it was fitted.",
        next_step: "Explain the held-out rows, or resume the job.",
        field: null,
      };
    }
    if (asked.get("explain") === "slow") {
      const text = "Computing Shapley values: 4,096 of 10,000 rows";
      kernel.tell({ v: 1, kind: "progress", request_id, done: 4096, total: 10_000, text });
      await new Promise(() => undefined);
    }
    return { ...made.view[kernel.state.language][known(family)], of };
  },
  "explain.figure": ({ name, family }: Model & { name: string }) => {
    const figures: Record<string, unknown> = { ...made.figures.catboost, ...made.figures[known(family)] };
    if (name === "interactions") isMeasured = true;
    return { figure: figures[name], pairs: name === "interactions" ? made.pairs : [] };
  },
  "explain.cost": () => ({ seconds: isMeasured ? 0 : 38, n_features: 10, n_rows: 420, at_hand: isMeasured }),
  "explain.rows": ({ family, pick }: Model & { pick: string }) => {
    const { rows, total } = made.rows[known(family)];
    if (pick === "search") return { rows: rows.slice(0, 5), total: 120 };
    return { rows: pick === "worst" ? rows : [...rows].reverse(), total };
  },
  "explain.row": ({ family, row }: Model & { row: number }) => {
    const rows: Record<string, (typeof made.row.catboost)[keyof typeof made.row.catboost]> = made.row[
      known(family)
    ] as never;
    return { ...(rows[row] ?? Object.values(rows)[0]), row };
  },
  "explain.new_row": ({ family }: Model) => {
    const row = Object.values(made.row[known(family)])[0];
    return { ...row, row: 0, measured: null, residual: null };
  },
  "explain.code": () => ({ call: made.code }),
};

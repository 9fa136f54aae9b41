/** Runs of a made-up user: finished, running, failed, unreadable; names that try to be more than names. */
import type { Comparison, JobSummary, Lineage } from "../../src/protocol/types";
import type { Answer } from "../fake-kernel";

const SCORE = (pooled: number, spread: number) => ({
  metric: "rmse",
  pooled,
  mean: pooled,
  spread,
  folds: [-1.2, -0.4, 0.1, 0.5, 1.1].map(step => pooled + step * spread),
  undefined: {},
});

export function line(id: string, more: Partial<JobSummary> = {}): JobSummary {
  return {
    id,
    state: "succeeded",
    title: "strength",
    project: "default",
    targets: ["圧縮強度[MPa]"],
    models: ["lightgbm", "catboost"],
    created: "2026-11-20T05:31:00Z",
    user: "sato",
    seconds: 42.4,
    best: { "圧縮強度[MPa]": 3.92 },
    spread: { "圧縮強度[MPa]": 0.31 },
    data: "mix.csv",
    data_sha256: "ab".repeat(32),
    n_rows: 1030,
    trials: 60,
    run_id: "0123456789abcdef",
    note: "",
    task: "train",
    front_size: 0,
    ...more,
  };
}

export const LINES: JobSummary[] = [
  line("J7", { state: "running", title: "strength v3", seconds: 12, spread: {}, run_id: null }),
  line("J6", { title: "冬の配合", note: "lot 7 left out" }),
  line("J5", { state: "failed", title: "<img src=x onerror=alert(1)>", best: {}, spread: {}, run_id: null }),
  line("J4", { state: "interrupted", best: {}, spread: {}, run_id: null }),
  line("J3", {
    targets: ["flow", "slump"],
    best: { flow: 12.1, slump: 5.5 },
    spread: { flow: 1.4, slump: 0.6 },
  }),
  line("J2", { state: "damaged", title: "spec.json: line 3", targets: [], models: [], data: "" }),
];

const lineage = (id: string): Lineage => ({
  nodes: [
    {
      id: "data:ab",
      kind: "data",
      label: "mix.csv",
      family: null,
      detail: "abababababab · 1,030",
      job_id: null,
    },
    { id: `job:${id}`, kind: "job", label: "冬の配合", family: null, detail: "2026-11-20 05:31", job_id: id },
    { id: "job:J3", kind: "job", label: "strength", family: null, detail: "2026-11-19 10:02", job_id: "J3" },
    { id: `model:${id}`, kind: "model", label: "圧縮強度[MPa]", family: "lightgbm", detail: "", job_id: id },
  ],
  edges: [
    { used: "data:ab", made: `job:${id}` },
    { used: "data:ab", made: "job:J3" },
    { used: `job:${id}`, made: `model:${id}` },
  ],
  focus: `job:${id}`,
  siblings_left_out: 2,
});

const comparison = (ids: string[]): Comparison => ({
  jobs: LINES.filter(found => ids.includes(found.id)),
  models: ids.flatMap((id, place) =>
    ["lightgbm", "baseline"].map(family => ({
      job_id: id,
      target: "圧縮強度[MPa]",
      family,
      scores: { rmse: family === "baseline" ? SCORE(16.7, 1.1) : SCORE(3.9 + place / 10, 0.3) },
      fold_names: ["cv1", "cv2", "cv3", "cv4", "cv5"],
      params: {},
    })),
  ),
  settings: { seed: ids.map((_, place) => 42 + place), group: ids.map((_, place) => (place ? "lot" : null)) },
  is_fair: false,
});

export const answers: Record<string, Answer> = {
  "runs.list": ({ search, state }: { search: string; state: string }) => {
    const lines = LINES.filter(
      found =>
        `${found.title} ${found.note}`.includes(search) &&
        (state === "any" || (found.state === "running") === (state === "running")),
    );
    return { lines, total: lines.length, home: "~/nbml" };
  },
  "runs.lineage": ({ job_id }: { job_id: string }) => lineage(job_id),
  "runs.compare": ({ job_ids }: { job_ids: string[] }) => comparison(job_ids),
  "runs.describe": ({ job_id }: { job_id: string }) => LINES.find(found => found.id === job_id),
  "runs.delete": ({ job_id }: { job_id: string }) => ({ job_id, size_mb: 3.2, run_id: "0123456789abcdef" }),
  "runs.restore": ({ job_id }: { job_id: string }) => LINES.find(found => found.id === job_id),
  "runs.resume": ({ job_id }: { job_id: string }) => LINES.find(found => found.id === job_id),
};

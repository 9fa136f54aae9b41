/** The events of a search, made up: two families, trials that get better, one that fails. */
import type { EventBatch } from "../src/protocol/types";

type Event = EventBatch["events"][number];

export function searchLog(trials = 30, title = "strength v3", end = true): Event[] {
  const events: Event[] = [];
  let clock = 0;
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const say = (body: Record<string, unknown>, seconds = 0.05) => {
    clock += seconds;
    const ts = new Date(Date.UTC(2026, 0, 5, 9) + clock * 1000).toISOString();
    events.push({ v: 1, job_id: "01JDEMO", seq: events.length + 1, ts, elapsed_s: clock, ...body } as Event);
  };
  const families = ["lightgbm", "catboost"];
  say({ type: "job.queued", task: "train", title });
  say({ type: "job.started", attempt: 1, executor: "ray" });
  say({ type: "stage.started", stage: "prepare", detail: "" });
  say({
    type: "notice",
    level: "warning",
    code: "NBML-D18",
    message: "25 rows repeat an earlier row, for example rows 12 and 40.",
    fields: {},
  });
  say({
    type: "job.planned",
    studies: families.map(family => ({ id: `t0-${family}`, target: "強度 [MPa]", family, trials })),
    fold_names: ["1", "2", "3", "4", "5"],
    fold_rows: [206, 206, 206, 206, 206],
    fold_scheme: "grouped",
    n_rows: 1030,
    n_features: 8,
    timeout_s: null,
    answer_sha256: "ab",
  });
  say({ type: "stage.finished", stage: "prepare", seconds: 0.3 });
  say({ type: "stage.started", stage: "workers", detail: "2" });
  say({ type: "stage.finished", stage: "workers", seconds: 1.5 }, 1.5);
  say({ type: "stage.started", stage: "search", detail: "" });
  for (const [index, family] of families.entries()) {
    const study = `t0-${family}`;
    let best = Infinity;
    for (let trial = 0; trial < trials; trial += 1) {
      const level = 3.9 + index * 0.2 + 4 * Math.exp(-trial / 8) * random() + random() * 0.6;
      const params = { learning_rate: 0.01 + random() * 0.2, num_leaves: 8 + Math.floor(random() * 100) };
      say({ type: "trial.started", study, trial, params });
      const failed = trial === 5;
      const folds = Array.from({ length: 5 }, () => level + (random() - 0.5) * 0.9);
      for (const [fold, value] of folds.entries()) {
        say(
          { type: "fold.finished", study, trial, fold, value, seconds: 0.06, attempts: 1, error: null },
          0.06,
        );
      }
      const error = {
        code: "NBML-E12",
        message: "ValueError: depth must be positive (fit, line 3).",
        next_step: "",
        fields: {},
      };
      const told = failed
        ? { state: "failed", value: null, error }
        : { state: trial % 9 === 8 ? "pruned" : "complete", value: level, error: null };
      say({ type: "trial.finished", study, trial, folds, ...told });
      if (told.state === "complete" && level < best) {
        best = level;
        say({ type: "best.changed", study, trial, value: level, folds, params });
      }
      if (trial % 4 === 0) say({ type: "resources", workers: 2, busy: 2, busy_share: 0.93 });
      if (trial % 10 === 0) say({ type: "log", message: `${family}: trial ${trial}` });
    }
  }
  if (!end) return events;
  say({ type: "stage.finished", stage: "search", seconds: clock });
  say({ type: "artifact.ready", name: "models", path: "models" });
  say({ type: "job.finished", state: "succeeded", scores: { "強度 [MPa]": 3.92 }, error: null });
  return events;
}

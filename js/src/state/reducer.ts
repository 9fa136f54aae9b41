/** The state of a job after its events: the twin of nbml.spec.snapshot, tested on the same logs. */
import type { EventBatch, Snapshot, StudyView, TrialView } from "../protocol/types";

export type AnyEvent = EventBatch["events"][number];
type Fault = NonNullable<TrialView["error"]>;
type TrialEvent = Extract<AnyEvent, { trial: number }>;

const RECENT_TRIALS = 1000;
const WHOLE_TRIALS = 100;
const LEAST = 5;
const RECENT_NOTICES = 100;
const SHOWN = 200;

export const EMPTY: Snapshot = {
  job_id: "",
  seq: 0,
  state: "queued",
  title: "",
  executor: "",
  attempt: 0,
  elapsed_s: 0,
  timeout_s: null,
  stage: null,
  waiting_for: "",
  n_rows: 0,
  n_features: 0,
  fold_names: [],
  fold_rows: [],
  fold_scheme: "",
  studies: [],
  front: null,
  folds_done: 0,
  workers: 0,
  busy: 0,
  busy_share: 0,
  recent_share: null,
  notices: [],
  artifacts: [],
  scores: {},
  error: null,
};

/** The state after events; the state before and the events are untouched, events already seen are ignored. */
export function fold(before: Snapshot, events: readonly AnyEvent[]): Snapshot {
  const draft: Draft = { next: before, fresh: new Set() };
  for (const event of events) step(draft, event);
  return draft.next;
}

/** A copy under way: records of `fresh` are its own and may be changed. A burst copies a long list once. */
interface Draft {
  next: Snapshot;
  fresh: Set<object>;
}

function step(draft: Draft, event: AnyEvent): void {
  if (event.seq && event.seq <= draft.next.seq) return;
  const next = own(draft, draft.next, made => {
    draft.next = made;
  });
  next.elapsed_s = Math.max(next.elapsed_s, event.elapsed_s);
  if (event.seq) {
    next.seq = event.seq;
    next.job_id = event.job_id;
  }
  switch (event.type) {
    case "job.queued":
      next.title = event.title;
      next.state = "queued";
      return;
    case "job.started":
      next.state = "running";
      next.attempt = event.attempt;
      next.executor = event.executor;
      next.error = null;
      return;
    case "job.planned": {
      const known = new Map(next.studies.map(study => [study.id, study]));
      next.studies = event.studies.map(plan => known.get(plan.id) ?? begun(plan));
      next.fold_names = event.fold_names;
      next.fold_rows = event.fold_rows;
      next.fold_scheme = event.fold_scheme;
      next.n_rows = event.n_rows;
      next.n_features = event.n_features;
      next.timeout_s = event.timeout_s;
      return;
    }
    case "stage.started":
      next.stage = event.stage;
      next.waiting_for = event.detail;
      return;
    case "stage.finished":
      next.waiting_for = "";
      return;
    case "notice":
      next.notices = [...next.notices, { ...event, message: cut(event.message, SHOWN), fields: {} }].slice(
        -RECENT_NOTICES,
      );
      return;
    case "front.changed": {
      const { evaluations, planned, size, is_feasible, hypervolume, names, points } = event;
      next.front = { evaluations, planned, size, is_feasible, hypervolume, names, points };
      return;
    }
    case "artifact.ready":
      if (!next.artifacts.includes(event.name)) next.artifacts = [...next.artifacts, event.name];
      return;
    case "resources":
      next.workers = event.workers;
      next.busy = event.busy;
      next.busy_share = event.busy_share;
      next.recent_share = event.recent_share ?? null;
      return;
    case "job.finished":
      next.state = event.state;
      next.scores = event.scores;
      next.error = event.error;
      next.stage = null;
      next.waiting_for = "";
      next.busy = 0;
      return;
    case "fold.finished":
      next.folds_done += 1;
      return tell(draft, next, event);
    case "trial.started":
    case "trial.finished":
    case "best.changed":
      return tell(draft, next, event);
    case "log":
      return;
  }
}

function begun(plan: { id: string; target: string; family: string; trials: number | null }): StudyView {
  const { id, target, family, trials } = plan;
  return { id, target, family, planned: trials, complete: 0, failed: 0, trials: [], best: null };
}

function tell(draft: Draft, next: Snapshot, event: TrialEvent): void {
  const index = next.studies.findIndex(study => study.id === event.study);
  const old = next.studies[index];
  if (!old) return;
  const studies = own(draft, next.studies, made => {
    next.studies = made;
  });
  const study = own(draft, old, made => {
    studies[index] = made;
  });
  const place = bisect(study.trials, event.trial);
  const known = study.trials[place]?.number === event.trial ? study.trials[place] : undefined;
  const trial: TrialView = known ?? unseen(event.trial);
  if (event.type === "best.changed") {
    const { value, folds, params } = event;
    study.best = { ...trial, state: "complete", value, folds, params };
    return;
  }
  const trials = own(draft, study.trials, made => {
    study.trials = made;
  });
  trials.splice(place, known ? 1 : 0, told(trial, event));
  if (event.type === "trial.finished") {
    if (event.state === "complete") study.complete += 1;
    else study.failed += 1;
  }
  const whole = Math.max(Math.floor(WHOLE_TRIALS / Math.max(next.studies.length, 1)), LEAST);
  for (const old of [place, trials.length - whole - 1]) {
    const seen = trials[old];
    if (seen && old < trials.length - whole && seen.state !== "running") trials[old] = drawn(seen);
  }
  const kept = Math.floor((whole * RECENT_TRIALS) / WHOLE_TRIALS);
  if (trials.length > kept) trials.splice(0, trials.length - kept);
}

function unseen(number: number): TrialView {
  return { number, state: "running", value: null, folds: [], folds_done: 0, params: {}, error: null };
}

function told(trial: TrialView, event: Exclude<TrialEvent, { type: "best.changed" }>): TrialView {
  switch (event.type) {
    case "trial.started":
      return { ...trial, params: event.params };
    case "fold.finished": {
      const folds = [...trial.folds];
      while (folds.length <= event.fold) folds.push(null);
      folds[event.fold] = event.value;
      return { ...trial, folds, folds_done: trial.folds_done + 1 };
    }
    case "trial.finished":
      return {
        ...trial,
        state: event.state,
        value: event.value,
        error: brief(event.error, SHOWN),
        folds: event.folds.length ? event.folds : trial.folds,
      };
  }
}

/** An old trial: number, state and score. */
function drawn(trial: TrialView): TrialView {
  return { ...trial, params: {}, folds: [], error: brief(trial.error, 0) };
}

function brief(error: Fault | null, length: number): Fault | null {
  if (!error) return null;
  const { code, message, next_step } = error;
  return { code, message: cut(message, length), next_step: cut(next_step, length), fields: {} };
}

/** So many code points of a text, as Python counts. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : Array.from(text).slice(0, length).join("");
}

function bisect(trials: readonly TrialView[], number: number): number {
  let low = 0;
  let high = trials.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trials[middle]?.number ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function own<T extends object>(draft: Draft, record: T, keep: (made: T) => void): T {
  if (draft.fresh.has(record)) return record;
  const made = (Array.isArray(record) ? [...record] : { ...record }) as T;
  draft.fresh.add(made);
  keep(made);
  return made;
}

/** What follows from a job's snapshot: how far, how good, how long. Pure; as nbml.spec.snapshot's properties. */
import type { Snapshot, StudyView } from "../protocol/types";

export function isFinished(job: Snapshot): boolean {
  return job.state === "succeeded" || job.state === "failed" || job.state === "cancelled";
}

/** Trials told, complete and failed, over all searches. */
export function trialsDone(job: Snapshot): number {
  return job.studies.reduce((sum, study) => sum + study.complete + study.failed, 0);
}

/** Trials asked for; null when time alone ends the search. */
export function trialsPlanned(job: Snapshot): number | null {
  let sum = 0;
  for (const study of job.studies) {
    if (study.planned === null) return null;
    sum += study.planned;
  }
  return sum;
}

/** A plain estimate from the trials told so far; null before there is one and after the end. */
export function secondsLeft(job: Snapshot): number | null {
  if (isFinished(job)) return null;
  const done = trialsDone(job);
  const planned = trialsPlanned(job);
  const byTrials = done && planned ? (job.elapsed_s / done) * (planned - done) : null;
  const byTime = job.timeout_s === null ? null : Math.max(job.timeout_s - job.elapsed_s, 0);
  const known = [byTrials, byTime].filter(seconds => seconds !== null);
  return known.length ? Math.min(...known) : null;
}

/** Share of the search that is done, 0 to 1; null when that cannot be said. */
export function shareDone(job: Snapshot): number | null {
  if (isFinished(job)) return 1;
  const planned = trialsPlanned(job);
  const { front } = job;
  const byTrials = front?.planned
    ? front.evaluations / front.planned
    : planned
      ? trialsDone(job) / planned
      : null;
  const byTime = job.timeout_s ? Math.min(job.elapsed_s / job.timeout_s, 1) : null;
  const known = [byTrials, byTime].filter(share => share !== null);
  return known.length ? Math.min(Math.max(...known), 1) : null;
}

/** The search with the least error so far, of the first target. */
export function leader(job: Snapshot): StudyView | null {
  const target = job.studies[0]?.target;
  let best: StudyView | null = null;
  for (const study of job.studies) {
    if (study.target !== target || study.best?.value == null) continue;
    if (best?.best?.value == null || study.best.value < best.best.value) best = study;
  }
  return best;
}

/** Standard deviation over the folds that have a value; null for fewer than two. */
export function foldSpread(folds: readonly (number | null)[]): number | null {
  const known = folds.filter(value => value !== null);
  if (known.length < 2) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1));
}

/** The reducer is the twin of nbml.spec.snapshot: same logs, same states. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/protocol/types";
import { secondsLeft, trialsDone, trialsPlanned } from "../../src/state/job";
import { type AnyEvent, EMPTY, fold } from "../../src/state/reducer";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures");
const logs = ["events", "random_events"].flatMap(folder =>
  readdirSync(join(FIXTURES, folder))
    .filter(name => name.endsWith(".jsonl"))
    .map(name => [name, join(FIXTURES, folder, name)] as const),
);

function read(path: string): { events: AnyEvent[]; expected: Snapshot } {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return {
    events: lines.map(line => JSON.parse(line)),
    expected: JSON.parse(readFileSync(path.replace(".jsonl", ".snapshot.json"), "utf8")),
  };
}

function freeze<T>(value: T): T {
  if (value && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

describe.each(logs)("%s", (_, path) => {
  const { events, expected } = read(path);

  it("ends in the state that Python's reducer ends in, told at once", () => {
    expect(fold(EMPTY, events)).toEqual(expected);
  });

  it("ends in it told one by one, leaving every state before untouched (F12)", () => {
    let state = freeze(structuredClone(EMPTY));
    for (const event of events) state = freeze(fold(state, [freeze(event)]));
    expect(state).toEqual(expected);
  });

  it("ends in it told in batches of any size, and told again (F10, F12)", () => {
    for (const size of [2, 7, 100]) {
      let state = EMPTY;
      for (let at = 0; at < events.length; at += size) state = fold(state, events.slice(at, at + size));
      expect(state).toEqual(expected);
      expect(fold(state, events)).toEqual(expected);
    }
  });
});

it("has read the logs of every kind", () => {
  expect(logs.length).toBeGreaterThanOrEqual(8);
});

it("takes 10,000 events at once without copying long lists for each", () => {
  const head = read(join(FIXTURES, "events", "running.jsonl")).events.slice(0, 4);
  const study = "t0-mlp";
  const envelope = { v: 1, job_id: "01JRUNNING0000000000000000", ts: "", elapsed_s: 1 } as const;
  const burst: AnyEvent[] = Array.from({ length: 5000 }, (_, trial): AnyEvent[] => [
    { ...envelope, seq: 5 + 2 * trial, type: "trial.started", study, trial, params: { w: trial } },
    {
      ...envelope,
      seq: 6 + 2 * trial,
      type: "trial.finished",
      study,
      trial,
      state: "complete",
      value: 1,
      folds: [1, 2],
      error: null,
    },
  ]).flat();
  const state = fold(fold(EMPTY, head), burst);
  expect(trialsDone(state)).toBe(5000);
  expect(state.seq).toBe(10_004);
  expect(state.studies[0]?.trials.length).toBe(500);
});

it("tells the time left as Python does", () => {
  const { expected: running } = read(join(FIXTURES, "events", "running.jsonl"));
  expect(trialsPlanned(running)).toBe(16);
  expect(secondsLeft(running)).toBe(Math.min(running.elapsed_s * 15, 60 - running.elapsed_s));
  const { expected: ended } = read(join(FIXTURES, "events", "cancelled.jsonl"));
  expect(trialsPlanned(ended)).toBeNull();
  expect(secondsLeft(ended)).toBeNull();
});

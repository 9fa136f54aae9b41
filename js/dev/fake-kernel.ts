/**
 * A kernel for looking at rooms without one: answers by kind, plays a job's events, fails when told to.
 * A room's owner adds answers in dev/rooms/<room>.ts; the end-to-end tests use the real kernel.
 */
import type { Connection } from "../src/protocol/client";
import type {
  EventBatch,
  JobView,
  Outgoing,
  PanelFault,
  PanelSnapshot,
  Request,
  SessionState,
} from "../src/protocol/types";
import { EMPTY, fold } from "../src/state/reducer";

type Events = EventBatch["events"];
/** Gives a request's value, at once or later; a thrown PanelFault is answered as one. */
export type Answer = (request: never, kernel: FakeKernel) => unknown;

export class FakeKernel implements Connection {
  state: SessionState = {
    language: "en",
    rooms: ["data", "train", "runs"],
    room: "data",
    home_ok: true,
    table: {
      name: "mix.csv",
      n_rows: 1030,
      n_columns: 10,
      sha256: "0".repeat(64),
      source: "file",
      warnings: 1,
      errors: 0,
      revision: 0,
    },
    job: null,
    cluster: { state: "ready", text: "" },
    fault: null,
  };
  job: JobView | null = null;
  /** No request is heard: a cell runs, or the kernel is gone. */
  isDeaf = false;
  readonly heard: Request[] = [];
  readonly #answers: Record<string, Answer>;
  readonly #listeners = new Set<(message: Outgoing) => void>();
  #queue: Events[number][] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(answers: Record<string, Answer> = {}) {
    this.#answers = { ...BASE, ...answers };
  }

  panel(): PanelSnapshot {
    const { language, rooms, room } = this.state;
    return { v: 1, language, rooms, room, state: this.state, job: this.job };
  }

  listen(heard: (message: Outgoing) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  tell(message: Outgoing): void {
    for (const heard of this.#listeners) heard(structuredClone(message));
  }

  send(request: Request): void {
    if (this.isDeaf) return;
    this.heard.push(request);
    const { request_id, kind } = request;
    const answer = this.#answers[kind];
    setTimeout(async () => {
      this.tell({ v: 1, kind: "reply", request_id, accepted: true, fault: null });
      let value: Record<string, unknown> | null = null;
      let fault: PanelFault | null = null;
      try {
        if (!answer)
          throw { code: "NBML-W00", message: `No answer to ${kind} here.`, next_step: "", field: null };
        value = ((await answer(request as never, this)) ?? null) as typeof value;
      } catch (error) {
        if (error instanceof Error) console.error(error);
        fault =
          error instanceof Error
            ? { code: "NBML-W99", message: String(error), next_step: "", field: null }
            : (error as PanelFault);
      }
      this.tell({ v: 1, kind: "answer", request_id, value, fault });
    }, 15);
  }

  /** Changes the session, as the kernel does unasked. */
  change(fields: Partial<SessionState>): void {
    this.state = { ...this.state, ...fields };
    this.tell({ v: 1, kind: "state", state: fields });
  }

  /** Plays a log from its beginning, so many events a second; all at once with Infinity. */
  play(events: Events, perSecond = 20): void {
    clearInterval(this.#timer);
    this.#queue = [...events];
    this.job = null;
    const step = () => {
      this.say(this.#queue.splice(0, Math.max(1, Math.round(perSecond / 10))));
      if (!this.#queue.length) clearInterval(this.#timer);
    };
    if (perSecond === Infinity) this.say(this.#queue.splice(0));
    else this.#timer = setInterval(step, 100);
  }

  /** One batch of events. */
  say(events: Events): void {
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return;
    const before = this.job?.job_id === first.job_id ? this.job.snapshot : EMPTY;
    this.job = { job_id: first.job_id, seq: last.seq, snapshot: fold(before, events) };
    const { state, title } = this.job.snapshot;
    if (this.state.job?.id !== first.job_id || this.state.job.state !== state) {
      const queued = events.find(event => event.type === "job.queued");
      const task = queued
        ? queued.task === "optimize"
          ? "optimize"
          : "train"
        : (this.state.job?.task ?? "train");
      this.change({ job: { id: first.job_id, task, title, state, targets: [], units: {}, models: [] } });
    }
    this.tell({ v: 1, kind: "events", job_id: first.job_id, seq_from: first.seq, seq_to: last.seq, events });
  }

  stopPlaying(): void {
    clearInterval(this.#timer);
    this.#queue = [];
  }
}

const BASE: Record<string, Answer> = {
  hello: (_, kernel) => kernel.panel(),
  cancel: () => null,
  close_job: (_, kernel) => {
    kernel.job = null;
    kernel.change({ job: null });
  },
  set_room: () => null,
  stop_job(_, kernel) {
    const { job } = kernel;
    kernel.stopPlaying();
    if (!job) return;
    const event = { v: 1, job_id: job.job_id, ts: "", elapsed_s: job.snapshot.elapsed_s } as const;
    setTimeout(
      () =>
        kernel.say([
          { ...event, seq: job.seq + 1, type: "job.finished", state: "cancelled", scores: {}, error: null },
        ]),
      900,
    );
  },
  set_language({ language }: { language: SessionState["language"] }, kernel) {
    kernel.change({ language });
    return kernel.panel();
  },
  async figure_module({ request_id }: Request, kernel) {
    const bytes = new Uint8Array(await (await globalThis.fetch("/plots.js.gz")).arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8190)
      text += btoa(String.fromCharCode(...bytes.subarray(at, at + 8190)));
    const size = 400_000;
    const count = Math.ceil(text.length / size);
    for (let index = 0; index < count; index += 1) {
      const piece = text.slice(index * size, (index + 1) * size);
      kernel.tell({ v: 1, kind: "chunk", request_id, index, count, text: piece });
    }
    return { chunks: count, bytes: text.length, sha256: "" };
  },
};

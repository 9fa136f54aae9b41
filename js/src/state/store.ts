/** What a panel knows, as signals: session, job in hand, connection. Fed by the trait and by messages. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Client } from "../protocol/client";
import type { EventBatch, JobView, PanelSnapshot, SessionState, SnapshotMessage } from "../protocol/types";
import { EMPTY, fold } from "./reducer";

export type Language = SessionState["language"];
/** starting: nothing heard yet; busy: clicks wait for the kernel; lost: the kernel's end of the panel is gone. */
export type ConnectionState = "starting" | "live" | "busy" | "lost";

const NOTHING: SessionState = {
  language: "en",
  rooms: [],
  room: null,
  home_ok: true,
  table: null,
  job: null,
  cluster: { state: "off", text: "" },
  fault: null,
};
/** Batches are applied once a frame; a hidden page has none. */
const HIDDEN_MS = 250;

export class Store {
  readonly state = signal<SessionState>(NOTHING);
  readonly job = signal<JobView | null>(null);
  /** The job that was asked to stop; its button says so until the job has ended. */
  readonly stopping = signal<string | null>(null);
  readonly connection: ReadonlySignal<ConnectionState>;
  readonly language = computed<Language>(() => this.#spoken.value ?? this.state.value.language);
  readonly snapshot = computed(() => this.job.value?.snapshot ?? null);

  readonly #client: Client;
  readonly #isHeard = signal(false);
  readonly #isLost = signal(false);
  readonly #spoken = signal<Language | null>(null);
  readonly #ends: (() => void)[];
  #waiting: EventBatch[] = [];
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;

  constructor(client: Client) {
    this.#client = client;
    this.connection = computed(() => {
      if (this.#isLost.value) return "lost";
      if (client.unheard.value > 0) return "busy";
      return this.#isHeard.value ? "live" : "starting";
    });
    this.#ends = [
      client.on("events", message => this.#queue(message)),
      client.on("snapshot", message => this.#replace(message)),
      client.on("state", message => this.#change(message.state as Partial<SessionState>)),
    ];
  }

  /** Takes what the kernel has kept for any view; an older job state never replaces a newer one. */
  adopt(panel: Partial<PanelSnapshot>): void {
    batch(() => {
      if (panel.state) {
        this.state.value = { ...NOTHING, ...panel.state };
        if (panel.state.language === this.#spoken.value) this.#spoken.value = null;
      }
      if (panel.job === undefined) return;
      const known = this.job.value;
      if (panel.job === null || panel.job.job_id !== known?.job_id || panel.job.seq >= known.seq) {
        this.job.value = panel.job;
      }
      this.#settleStop();
    });
  }

  /** Says hello: what the kernel knows comes back, and fills what this view has missed. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { value: job } = this.job;
      const have = job ? { [job.job_id]: job.seq } : {};
      this.adopt(await this.#client.ask("hello", { have, language: navigator.language }));
      this.#isHeard.value = true;
    } finally {
      this.#isAsking = false;
      // What was missing is there now, or is asked for once more, but not in a tight loop.
      if (this.#waiting.length) this.#timer = setTimeout(() => this.#schedule(), HIDDEN_MS);
    }
  }

  /** The kernel's end is gone, or is back. */
  lose(isLost: boolean): void {
    if (isLost === this.#isLost.peek()) return;
    this.#isLost.value = isLost;
    this.#client.lose(isLost);
    if (!isLost) this.ask().catch(() => undefined);
  }

  /** Speaks a language at once, whatever the kernel says to it. */
  async speak(language: Language): Promise<void> {
    this.#spoken.value = language;
    this.adopt(await this.#client.ask("set_language", { language }));
  }

  /** Unit of a target of the job in hand. */
  unitOf(target: string): string | undefined {
    return this.state.value.job?.units?.[target];
  }

  /** Stops the job in hand and keeps what it has finished. */
  async stop(): Promise<void> {
    const { value: job } = this.job;
    if (!job || this.stopping.value === job.job_id) return;
    this.stopping.value = job.job_id;
    try {
      await this.#client.ask("stop_job", { job_id: job.job_id });
    } catch (fault) {
      this.stopping.value = null;
      throw fault;
    }
  }

  close(): void {
    for (const end of this.#ends) end();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #change(fields: Partial<SessionState>): void {
    batch(() => {
      this.state.value = { ...this.state.value, ...fields };
      if (fields.job === null) this.job.value = null;
    });
  }

  #replace({ job_id, seq, snapshot }: SnapshotMessage): void {
    this.job.value = { job_id, seq, snapshot };
    this.#settleStop();
  }

  #queue(message: EventBatch): void {
    this.#waiting.push(message);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame || this.#isAsking) return;
    const apply = () => {
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
      this.#frame = 0;
      this.#apply();
    };
    this.#frame = requestAnimationFrame(apply);
    this.#timer = setTimeout(apply, HIDDEN_MS);
  }

  #apply(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    let view = this.job.value;
    for (const [index, { job_id, seq_from, seq_to, events }] of waiting.entries()) {
      if (view?.job_id !== job_id && seq_from !== 1) continue;
      if (view?.job_id !== job_id) view = { job_id, seq: 0, snapshot: EMPTY };
      if (seq_to <= view.seq) continue;
      if (seq_from > view.seq + 1) {
        this.#waiting = waiting.slice(index);
        this.ask().catch(() => undefined);
        break;
      }
      view = { job_id, seq: seq_to, snapshot: { ...fold(view.snapshot, events), seq: seq_to } };
    }
    if (view !== this.job.value) {
      this.job.value = view;
      this.#settleStop();
    }
  }

  #settleStop(): void {
    const { value: job } = this.job;
    if (job && !["queued", "running"].includes(job.snapshot.state)) this.stopping.value = null;
  }
}

/** Requests out, answers back, over a connection that may be slow, lose a message or go away. Knows no room. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Answers, Outgoing, PanelFault, ProgressNote, Request } from "./types";

/** What carries messages: a widget's model in a notebook, a script in tests. */
export interface Connection {
  send(message: Request): void;
  listen(heard: (message: Outgoing) => void): () => void;
}

export type Kind = Request["kind"];
type Envelope = "v" | "kind" | "request_id" | "view_id";
/** What a request says beside its envelope. */
export type Body<K extends Kind> = Omit<Extract<Request, { kind: K }>, Envelope>;
/** What it is answered with; null where the end of the work is all there is to say. */
export type Answered<K extends Kind> = K extends keyof Answers ? Answers[K] : null;
/** What the kernel says unasked. */
export type Told = Extract<Outgoing, { kind: "events" | "snapshot" | "state" }>;

export interface AskOptions {
  /** Gives the request up, here and in the kernel. */
  signal?: AbortSignal;
  onProgress?: (note: ProgressNote) => void;
  /** Pieces of a long text, by index; complete once the answer is there. */
  chunks?: string[];
}

/** A request that was refused or failed, in the panel's language. */
export class KernelFault extends Error implements PanelFault {
  readonly code: string;
  readonly next_step: string;
  readonly field: string | null;

  constructor(fault: PanelFault) {
    super(fault.message);
    this.name = "KernelFault";
    this.code = fault.code;
    this.next_step = fault.next_step;
    this.field = fault.field;
  }
}

/** The view, or the kernel's end of it, is gone; nobody is there to hear or to answer. */
export class Closed extends Error {}

const PATIENCE_MS = 3000;
const LONGEST_MS = 30_000;

interface Open {
  message: Request;
  options: AskOptions;
  isReplied: boolean;
  patience: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

export class Client {
  readonly viewId: string;
  readonly #connection: Connection;
  readonly #open = new Map<string, Open>();
  readonly #told = new Map<string, Set<(message: Told) => void>>();
  readonly #unheard = signal(0);
  readonly #stop: () => void;
  #count = 0;
  #isLost = false;

  constructor(connection: Connection, viewId: string) {
    this.#connection = connection;
    this.viewId = viewId;
    this.#stop = connection.listen(message => this.#hear(message));
  }

  /** Requests that have had no reply for three seconds: the kernel is busy, and they wait. */
  get unheard(): ReadonlySignal<number> {
    return this.#unheard;
  }

  /**
   * Asks the kernel. Rejects with KernelFault, with the signal's reason when given up, or with Closed.
   * A request without a reply is sent again under the same id, so that its work is done once.
   */
  ask<K extends Kind>(kind: K, body: Body<K>, options: AskOptions = {}): Promise<Answered<K>> {
    const { signal: given } = options;
    if (given?.aborted) return Promise.reject(given.reason);
    if (this.#isLost) return Promise.reject(new Closed());
    this.#count += 1;
    const request_id = `${this.viewId}-${this.#count}`;
    const message = { ...body, v: 1, kind, request_id, view_id: this.viewId } as unknown as Request;
    return new Promise((resolve, reject) => {
      const open: Open = {
        message,
        options,
        isReplied: false,
        patience: PATIENCE_MS,
        timer: undefined,
        resolve: value => resolve(value as Answered<K>),
        reject,
      };
      this.#open.set(request_id, open);
      given?.addEventListener("abort", () => this.#giveUp(request_id), { once: true });
      this.#send(open);
    });
  }

  /** Calls back for every message of a kind that is no answer; gives what ends that. */
  on<K extends Told["kind"]>(kind: K, heard: (message: Extract<Told, { kind: K }>) => void): () => void {
    const listeners = this.#told.get(kind) ?? new Set();
    this.#told.set(kind, listeners);
    const listener = heard as (message: Told) => void;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** After a reconnect: everything that has no answer is sent again. */
  resend(): void {
    for (const open of this.#open.values()) {
      open.patience = PATIENCE_MS;
      this.#send(open);
    }
  }

  /** The kernel's end is gone: what is open ends here, and nothing is asked until it is back. */
  lose(isLost: boolean): void {
    this.#isLost = isLost;
    if (isLost) this.#end();
  }

  close(): void {
    this.#stop();
    this.#told.clear();
    this.lose(true);
  }

  #end(): void {
    for (const open of this.#open.values()) {
      clearTimeout(open.timer);
      open.reject(new Closed());
    }
    this.#open.clear();
    this.#unheard.value = 0;
  }

  #send(open: Open): void {
    clearTimeout(open.timer);
    open.timer = setTimeout(() => {
      open.patience = Math.min(open.patience * 2, LONGEST_MS);
      this.#countUnheard();
      this.#send(open);
    }, open.patience);
    try {
      this.#connection.send(open.message);
    } catch {
      // A connection that is down refuses; the timer or resend() tries again.
    }
  }

  #hear(message: Outgoing): void {
    switch (message.kind) {
      case "reply":
        return this.#replied(message.request_id, message.accepted ? null : message.fault);
      case "answer":
        return this.#settle(message.request_id, open =>
          message.fault ? open.reject(new KernelFault(message.fault)) : open.resolve(message.value),
        );
      case "progress":
        return this.#open.get(message.request_id)?.options.onProgress?.(message);
      case "chunk": {
        const chunks = this.#open.get(message.request_id)?.options.chunks;
        if (chunks) chunks[message.index] = message.text;
        return;
      }
      default:
        for (const heard of this.#told.get(message.kind) ?? []) heard(message);
    }
  }

  #replied(id: string, fault: PanelFault | null): void {
    if (fault) return this.#settle(id, open => open.reject(new KernelFault(fault)));
    const open = this.#open.get(id);
    if (!open) return;
    open.isReplied = true;
    clearTimeout(open.timer);
    this.#countUnheard();
  }

  #giveUp(id: string): void {
    this.#settle(id, open => {
      open.reject(open.options.signal?.reason);
      this.ask("cancel", { target_request_id: id }).catch(() => undefined);
    });
  }

  #settle(id: string, end: (open: Open) => void): void {
    const open = this.#open.get(id);
    if (!open) return;
    clearTimeout(open.timer);
    this.#open.delete(id);
    end(open);
    this.#countUnheard();
  }

  #countUnheard(): void {
    let count = 0;
    for (const open of this.#open.values()) if (!open.isReplied && open.patience > PATIENCE_MS) count += 1;
    this.#unheard.value = count;
  }
}

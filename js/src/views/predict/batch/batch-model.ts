/** A table to predict: source, mapping of columns, the run under way, and the runs there have been. */
import { signal } from "@preact/signals";
import { type Body, Closed, KernelFault } from "../../../protocol/client";
import type { BatchView, PredictionList, PredictionView } from "../../../protocol/types";
import type { PredictModel } from "../model";
import { PredictedRows } from "./predicted-rows";

export type TableSource = Body<"predict.choose">["source"];

export class Batch {
  readonly chosen = signal<BatchView | null>(null);
  /** A table is read, or its columns are looked at anew. */
  readonly isReading = signal(false);
  readonly running = signal<{ done: number; total: number | null; text: string } | null>(null);
  readonly fault = signal<KernelFault | null>(null);
  readonly shown = signal<PredictionView | null>(null);
  readonly runs = signal<PredictionList | null>(null);
  /** Whether the table's own columns stay beside the answers. */
  readonly beside = signal(true);
  readonly rows: PredictedRows;
  readonly #model: PredictModel;
  #stop: AbortController | null = null;
  #era = 0;

  constructor(model: PredictModel) {
    this.#model = model;
    this.rows = new PredictedRows(model.app.client);
  }

  /** Other models: nothing fits any more. */
  begin(): void {
    this.#era += 1;
    this.#stop?.abort(new Closed());
    this.chosen.value = null;
    this.shown.value = null;
    this.runs.value = null;
    this.fault.value = null;
    this.list();
  }

  choose(source: TableSource): Promise<boolean> {
    return this.#read("predict.choose", { job_id: this.#jobId, source });
  }

  /** Takes these columns for the inputs. */
  map(changes: ReadonlyMap<number, number | null>): Promise<boolean> {
    const { value: chosen } = this.chosen;
    if (!chosen) return Promise.resolve(false);
    const columns = chosen.inputs.map(({ input, column }) =>
      changes.has(input) ? (changes.get(input) ?? null) : column,
    );
    return this.#read("predict.map", { job_id: this.#jobId, batch: chosen.batch, columns });
  }

  async start(): Promise<void> {
    const { value: chosen } = this.chosen;
    if (!chosen || this.running.value) return;
    const stop = new AbortController();
    this.#stop = stop;
    const era = this.#era;
    this.running.value = { done: 0, total: chosen.n_rows, text: "" };
    this.fault.value = null;
    try {
      const view = await this.#model.app.client.ask(
        "predict.start",
        { ...this.#model.asking.peek(), batch: chosen.batch, beside: this.beside.peek() },
        {
          signal: stop.signal,
          onProgress: ({ done, total, text }) => {
            this.running.value = { done, total, text };
          },
        },
      );
      if (era !== this.#era) return;
      this.#show(view);
      await this.list();
    } catch (error) {
      this.#take(error, era);
    } finally {
      this.running.value = null;
    }
  }

  stop(): void {
    this.#stop?.abort(new Closed());
  }

  async list(): Promise<void> {
    const era = this.#era;
    try {
      const runs = await this.#model.app.client.ask("predict.runs", { job_id: this.#jobId });
      if (era === this.#era) this.runs.value = runs;
    } catch (error) {
      this.#take(error, era);
    }
  }

  async open(prediction_id: string): Promise<void> {
    const era = this.#era;
    try {
      const view = await this.#model.app.client.ask("predict.show", { job_id: this.#jobId, prediction_id });
      if (era === this.#era) this.#show(view);
    } catch (error) {
      this.#take(error, era);
    }
  }

  async drop(prediction_id: string): Promise<void> {
    const era = this.#era;
    try {
      await this.#model.app.client.ask("predict.drop", { job_id: this.#jobId, prediction_id });
      if (this.shown.peek()?.record.id === prediction_id) this.shown.value = null;
      await this.list();
    } catch (error) {
      this.#take(error, era);
    }
  }

  close(): void {
    this.#era += 1;
    this.stop();
  }

  get #jobId(): string {
    return this.#model.asking.peek().job_id;
  }

  #show(view: PredictionView): void {
    this.shown.value = view;
    this.rows.begin(view);
  }

  async #read<K extends "predict.choose" | "predict.map">(kind: K, body: Body<K>): Promise<boolean> {
    if (this.isReading.peek()) return false;
    const era = this.#era;
    this.isReading.value = true;
    try {
      const view = (await this.#model.app.client.ask(kind, body)) as BatchView;
      if (era !== this.#era) return false;
      this.chosen.value = view;
      this.fault.value = null;
      return true;
    } catch (error) {
      this.#take(error, era);
      return false;
    } finally {
      this.isReading.value = false;
    }
  }

  #take(error: unknown, era: number): void {
    if (error instanceof KernelFault) {
      if (era === this.#era) this.fault.value = error;
    } else if (!(error instanceof Closed)) throw error;
  }
}

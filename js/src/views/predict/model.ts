/** Which models answer in the Predict room: the job in hand or any finished run, a family a target, a level. */
import { batch, computed, signal } from "@preact/signals";
import type { App, HandedRow } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { ModelList, ModelView } from "../../protocol/types";
import { Batch } from "./batch/batch-model";
import { Profiler } from "./profiler/profiler-model";

export const LEVELS = [0.5, 0.8, 0.9, 0.95] as const;

export class PredictModel {
  readonly app: App;
  readonly list = signal<ModelList | null>(null);
  readonly opened = signal<ModelView | null>(null);
  readonly isOpening = signal(false);
  readonly fault = signal<KernelFault | null>(null);
  /** By target; empty for the family that answers by default. */
  readonly families = signal<readonly string[]>([]);
  readonly interval = signal<number | null>(0.9);
  readonly profiler: Profiler;
  readonly batch: Batch;
  /** What every question about the open models says. */
  readonly asking = computed(() => ({
    job_id: this.opened.value?.job_id ?? "",
    families: [...this.families.value],
    interval: this.interval.value,
  }));
  #asked = 0;
  /** The job whose models are being opened. */
  #coming: string | null = null;

  constructor(app: App) {
    this.app = app;
    this.profiler = new Profiler(this);
    this.batch = new Batch(this);
  }

  /** Finds what there is to choose from; opens the job in hand, else the newest. */
  async look(wanted?: string | null): Promise<void> {
    try {
      const list = await this.app.client.ask("predict.models", {});
      this.list.value = list;
      this.fault.value = null;
      const now = this.#coming ?? this.opened.peek()?.job_id;
      const known = list.models.find(model => model.job_id === wanted) ?? (now ? undefined : list.models[0]);
      if (known && known.job_id !== now) await this.open(known.job_id);
    } catch (error) {
      this.#take(error);
    }
  }

  async open(job_id: string, cells?: HandedRow["cells"]): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    this.#coming = job_id;
    this.isOpening.value = true;
    try {
      const opened = await this.app.client.ask("predict.open", { job_id });
      if (mine !== this.#asked) return;
      batch(() => {
        this.opened.value = opened;
        this.families.value = opened.targets.map(() => "");
        this.fault.value = null;
        this.profiler.begin(opened, cells && rowOf(opened, cells));
        this.batch.begin();
      });
    } catch (error) {
      if (mine === this.#asked) this.#take(error);
    } finally {
      if (mine === this.#asked) {
        this.#coming = null;
        this.isOpening.value = false;
      }
    }
  }

  /** A row from another room: its models, and the profiler on it; what it does not say is as it would begin. */
  async take({ job_id, cells }: HandedRow): Promise<void> {
    const { opened, list, profiler } = this;
    if (opened.peek()?.job_id !== job_id) await this.open(job_id, cells);
    else profiler.take(rowOf(opened.peek() as ModelView, cells));
    if (!list.peek()) await this.look(job_id);
  }

  chooseFamily(target: number, family: string): void {
    const isDefault = this.opened.peek()?.targets[target]?.families[0]?.family === family;
    this.families.value = this.families.value.map((one, place) =>
      place === target ? (isDefault ? "" : family) : one,
    );
    this.profiler.rescale();
  }

  chooseInterval(level: number | null): void {
    this.interval.value = level;
    this.profiler.rescale();
  }

  close(): void {
    this.#asked += 1;
    this.profiler.close();
    this.batch.close();
  }

  #take(error: unknown): void {
    if (error instanceof KernelFault) this.fault.value = error;
    else if (!(error instanceof Closed)) throw error;
  }
}

/** A row for models, of cells by the names of inputs. */
const rowOf = ({ inputs, start }: ModelView, cells: HandedRow["cells"]) =>
  inputs.map(({ name }, place) => cells.get(name) ?? start[place] ?? null);

/** The profiler's state: the current row, curves through it, pins. One question is under way; only the newest waits. */
import { batch, signal } from "@preact/signals";
import { Closed, KernelFault } from "../../../protocol/client";
import type { FlagLine, ModelView, ProfileView } from "../../../protocol/types";
import type { PredictModel } from "../model";
import { type Cell, grown, type Span } from "./scale";

/** Inputs drawn at first, those that move the predictions most. */
export const FIRST_INPUTS = 12;
const MOST_INPUTS = 60;
export const MOST_PINS = 4;
/** A kernel slower than this draws no intervals while a line is dragged. */
const QUICK_MS = 45;
const NAMES = ["A", "B", "C", "D"];

export interface Pin {
  name: string;
  row: readonly Cell[];
  view: ProfileView;
}

export class Profiler {
  readonly row = signal<readonly Cell[]>([]);
  /** Places of the inputs that are drawn. */
  readonly inputs = signal<readonly number[]>([]);
  readonly view = signal<ProfileView | null>(null);
  readonly scales = signal<readonly Span[]>([]);
  readonly pins = signal<readonly Pin[]>([]);
  /** The curves are older than the row. */
  readonly isWaiting = signal(false);
  readonly fault = signal<KernelFault | null>(null);
  /** The training row it was started from, if it was and is unchanged. */
  readonly from = signal<number | null>(null);
  readonly #model: PredictModel;
  #isUnderWay = false;
  #isOld = false;
  #isDragging = false;
  #isSlow = false;
  #era = 0;
  #start: readonly Cell[] = [];

  constructor(model: PredictModel) {
    this.#model = model;
  }

  /** Other models: a row in the middle of their data, or one that was handed over. */
  begin(opened: ModelView, row: readonly Cell[] = opened.start): void {
    this.#era += 1;
    this.#start = opened.start;
    this.row.value = row;
    this.inputs.value = opened.order.slice(0, FIRST_INPUTS).sort((a, b) => a - b);
    this.view.value = null;
    this.scales.value = [];
    this.pins.value = [];
    this.fault.value = null;
    this.from.value = null;
    this.ask();
  }

  /** Changes one value. While it is dragged, the kernel may leave out what takes long. */
  set(input: number, value: Cell, isDragging = false): void {
    this.#isDragging = isDragging;
    if (this.row.peek()[input] === value) return;
    this.row.value = this.row.peek().map((one, place) => (place === input ? value : one));
    this.from.value = null;
    this.ask();
  }

  /** A dragged line was let go. */
  settle(): void {
    if (!this.#isDragging) return;
    this.#isDragging = false;
    if (this.#isCut()) this.ask();
  }

  take(row: readonly Cell[], from: number | null = null): void {
    this.row.value = row;
    this.from.value = from;
    this.ask();
  }

  reset(): void {
    this.scales.value = [];
    this.take(this.#start);
  }

  /** Other answers altogether: the axes begin anew. */
  rescale(): void {
    this.scales.value = [];
    this.pins.value = [];
    this.ask();
  }

  show(inputs: readonly number[]): void {
    this.inputs.value = [...inputs].sort((a, b) => a - b).slice(0, MOST_INPUTS);
    this.ask();
  }

  pin(): void {
    const view = this.view.peek();
    const pins = this.pins.peek();
    const name = NAMES.find(one => !pins.some(pin => pin.name === one));
    if (!view || !name || this.isWaiting.peek()) return;
    this.pins.value = [...pins, { name, row: this.row.peek(), view }];
  }

  unpin(name: string): void {
    this.pins.value = this.pins.value.filter(pin => pin.name !== name);
  }

  /** What is unusual about the value of an input. */
  flag(input: number): FlagLine["word"] | null {
    return this.view.value?.flags.find(flag => flag.input === input)?.word ?? null;
  }

  close(): void {
    this.#era += 1;
  }

  /** Has the curves drawn for the row as it is now. */
  ask(): void {
    this.#isOld = true;
    this.isWaiting.value = true;
    if (!this.#isUnderWay) this.#follow();
  }

  /** Whether the interval is left out, for the line to follow the hand. */
  #isCut(): boolean {
    const line = this.view.peek()?.curves[0]?.lines[0];
    return this.#model.interval.peek() !== null && line !== undefined && line.lower.length === 0;
  }

  async #follow(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#isOld) {
      this.#isOld = false;
      const era = this.#era;
      const row = this.row.peek();
      const asking = this.#model.asking.peek();
      const interval = this.#isDragging && this.#isSlow ? null : asking.interval;
      try {
        const body = { ...asking, interval, row: [...row], inputs: [...this.inputs.peek()] };
        const view = await this.#model.app.client.ask("predict.profile", body);
        if (era !== this.#era) continue;
        if (interval !== null) this.#isSlow = view.ms > QUICK_MS;
        batch(() => {
          this.view.value = view;
          this.scales.value = grown(this.scales.peek(), view);
          this.fault.value = null;
        });
      } catch (error) {
        if (error instanceof KernelFault) this.fault.value = era === this.#era ? error : null;
        else if (!(error instanceof Closed)) throw error;
      }
    }
    this.#isUnderWay = false;
    this.isWaiting.value = false;
  }
}

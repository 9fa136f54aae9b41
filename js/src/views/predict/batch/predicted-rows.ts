/** Rows of a prediction run as they come in sight, in the order and choice asked for; the oldest are forgotten. */
import { signal } from "@preact/signals";
import type { Client } from "../../../protocol/client";
import type { PredictionView } from "../../../protocol/types";
import type { Rows, Sort } from "../../../ui";

export type Only = "all" | "flagged" | "far" | "usual";
export interface PredictedRow {
  /** Position in the table, from 0. */
  position: number;
  cells: readonly (number | string | null)[];
}

const MOST_COLUMNS = 200;
const MOST_CELLS = 6000;
const MOST_PAGES = 40;

export class PredictedRows implements Rows<PredictedRow> {
  readonly sort = signal<Sort | null>(null);
  readonly only = signal<Only>("all");
  readonly total = signal(0);
  /** Counts pages that arrived: whoever reads it is drawn again. */
  readonly arrived = signal(0);
  readonly #client: Client;
  readonly #pages = new Map<number, readonly PredictedRow[] | null>();
  #view: PredictionView | null = null;
  #first = 0;
  #size = 50;
  #era = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  get length(): number {
    return this.total.value;
  }

  /** Place of the first column that is fetched: of a very wide table the last ones, where the answers are. */
  get first(): number {
    return this.#first;
  }

  begin(view: PredictionView): void {
    this.#view = view;
    this.#first = Math.max(0, view.columns.length - MOST_COLUMNS);
    const width = Math.min(view.columns.length, MOST_COLUMNS);
    this.#size = Math.max(10, Math.min(100, Math.floor(MOST_CELLS / Math.max(width, 1))));
    this.sort.value = null;
    this.only.value = "all";
    this.total.value = view.record.rows;
    this.#forget();
  }

  order(sort: Sort | null): void {
    this.sort.value = sort;
    this.#forget();
  }

  choose(only: Only): void {
    this.only.value = only;
    this.#forget();
  }

  at(index: number): PredictedRow | undefined {
    return this.#pages.get(Math.floor(index / this.#size))?.[index % this.#size];
  }

  want = (first: number, last: number): void => {
    for (let page = Math.floor(first / this.#size); page * this.#size < Math.max(last, 1); page += 1) {
      this.#fetch(page);
    }
  };

  #forget(): void {
    this.#era += 1;
    this.#pages.clear();
    this.arrived.value += 1;
    this.#fetch(0);
  }

  #fetch(page: number): void {
    const view = this.#view;
    if (!view || this.#pages.has(page)) return;
    const era = this.#era;
    const sort = this.sort.peek();
    this.#pages.set(page, null);
    this.#client
      .ask("predict.table", {
        job_id: view.record.job_id,
        prediction_id: view.record.id,
        start: page * this.#size,
        count: this.#size,
        first_column: this.#first,
        columns: Math.min(view.columns.length, MOST_COLUMNS),
        sort: sort ? Number(sort.key) : null,
        descending: sort?.descending ?? false,
        only: this.only.peek(),
      })
      .then(({ total, rows, cells }) => {
        if (era !== this.#era) return;
        this.#pages.set(
          page,
          rows.map((position, place) => ({ position, cells: cells[place] ?? [] })),
        );
        for (const old of this.#pages.keys()) {
          if (this.#pages.size <= MOST_PAGES) break;
          if (old !== page) this.#pages.delete(old);
        }
        this.total.value = total;
        this.arrived.value += 1;
      })
      .catch(() => era === this.#era && this.#pages.delete(page));
  }
}

/** Cells of the table, fetched in windows as they come in sight; the oldest are forgotten. */
import { signal } from "@preact/signals";
import type { Client } from "../../protocol/client";

const ROWS = 100;
const COLUMNS = 40;
const MOST_WINDOWS = 120;

type Window = readonly (readonly (string | null)[])[];

export class Cells {
  /** Counts windows that arrived: whoever reads it is drawn again. */
  readonly arrived = signal(0);
  readonly #client: Client;
  readonly #windows = new Map<string, Window | null>();
  #revision = 0;
  #rows = 0;
  #columns = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Another table. */
  forget(revision: number, rows: number, columns: number): void {
    this.#windows.clear();
    this.#revision = revision;
    this.#rows = rows;
    this.#columns = columns;
    this.arrived.value += 1;
  }

  /** A cell; null has no value, undefined is on its way. */
  at(row: number, column: number): string | null | undefined {
    const window = this.#windows.get(`${Math.floor(row / ROWS)}:${Math.floor(column / COLUMNS)}`);
    return window?.[row % ROWS]?.[column % COLUMNS];
  }

  /** Rows and columns in sight, ends past the last. */
  want(firstRow: number, lastRow: number, firstColumn: number, lastColumn: number): void {
    const rowEnd = Math.min(lastRow, this.#rows);
    const columnEnd = Math.min(lastColumn, this.#columns);
    for (let r = Math.floor(firstRow / ROWS); r * ROWS < rowEnd; r += 1) {
      for (let c = Math.floor(firstColumn / COLUMNS); c * COLUMNS < columnEnd; c += 1) this.#fetch(r, c);
    }
  }

  #fetch(r: number, c: number): void {
    const key = `${r}:${c}`;
    const held = this.#windows.get(key);
    if (held !== undefined) {
      if (held) {
        this.#windows.delete(key);
        this.#windows.set(key, held);
      }
      return;
    }
    const revision = this.#revision;
    this.#windows.set(key, null);
    this.#client
      .ask("data.rows", {
        revision,
        start: r * ROWS,
        count: ROWS,
        first_column: c * COLUMNS,
        columns: COLUMNS,
      })
      .then(({ cells }) => {
        if (revision !== this.#revision) return;
        this.#windows.set(key, cells);
        for (const old of this.#windows.keys()) {
          if (this.#windows.size <= MOST_WINDOWS) break;
          if (old !== key) this.#windows.delete(old);
        }
        this.arrived.value += 1;
      })
      .catch(() => revision === this.#revision && this.#windows.delete(key));
  }
}

/** What the Data room knows of the kernel's table: columns, findings, and the way to change them. */
import { batch, computed, signal } from "@preact/signals";
import type { App } from "../../app";
import { type Body, Closed, KernelFault, type Kind } from "../../protocol/client";
import type { CheckList, ColumnLine, ColumnProfile, TableView } from "../../protocol/types";
import { Cells } from "./cells";

const COLUMN_PAGE = 400;
const PROFILE_PAGE = 40;
const OUT_OF_DATE = "NBML-W70";

/** Requests that are answered with the room as it is then. */
type Changing = Extract<
  Kind,
  | "data.open"
  | "data.choose"
  | "data.reread"
  | "data.edit"
  | "data.undo"
  | "data.redo"
  | "data.remedy"
  | "data.take_back"
>;
type Change<K extends Kind> = Omit<Body<K>, "revision">;

export class DataModel {
  readonly app: App;
  readonly view = signal<TableView | null>(null);
  readonly columns = signal<readonly (ColumnLine | undefined)[]>([]);
  readonly profiles = signal<ReadonlyMap<number, ColumnProfile>>(new Map());
  readonly checks = signal<CheckList | null>(null);
  /** A change is under way; its words. */
  readonly busy = signal<string | null>(null);
  readonly fault = signal<KernelFault | null>(null);
  readonly cells: Cells;
  readonly known = computed(() => this.columns.value.filter(column => column !== undefined));

  readonly #wanted = new Set<number>();
  #opened = false;
  /** The edit of columns that is under way. */
  #editing: Promise<boolean> | null = null;
  #asked = 0;

  constructor(app: App) {
    this.app = app;
    this.cells = new Cells(app.client);
  }

  get revision(): number {
    return this.view.peek()?.revision ?? 0;
  }

  /** The room as the kernel has it; again when the table was changed elsewhere or another language is spoken. */
  async open(): Promise<void> {
    this.#opened = true;
    await this.#take("data.open", {} as Body<"data.open">);
  }

  /** Whether the kernel was asked yet. */
  get isOpened(): boolean {
    return this.#opened;
  }

  /** Changes the table; faults stand in `fault`. Gives whether it was done. Edits of columns follow each other. */
  async change<K extends Changing>(
    kind: K,
    body: Change<K>,
    words = this.app.t("data_room.reading"),
  ): Promise<boolean> {
    if (this.busy.peek() !== null) {
      if (kind !== "data.edit" || !this.#editing) return false;
      await this.#editing; // what was typed meanwhile is not lost
      return this.change(kind, body, words);
    }
    this.busy.value = words;
    const whole = kind === "data.choose" ? body : { ...body, revision: this.revision };
    const done = this.#take(kind, whole as Body<K>).finally(() => {
      this.busy.value = null;
      this.#editing = null;
    });
    this.#editing = kind === "data.edit" ? done : null;
    return done;
  }

  /** Changes columns in the sheet. */
  async edit(positions: readonly number[], change: Omit<Change<"data.edit">, "positions">): Promise<boolean> {
    const [first, ...others] = positions;
    return first !== undefined && this.change("data.edit", { positions: [first, ...others], ...change });
  }

  /** Columns from one place to another are in sight: fetch their profiles. */
  profile(first: number, last: number): void {
    const { revision } = this;
    const count = this.columns.peek().length;
    for (
      let page = Math.floor(first / PROFILE_PAGE);
      page * PROFILE_PAGE < Math.min(last, count);
      page += 1
    ) {
      if (this.#wanted.has(page)) continue;
      this.#wanted.add(page);
      this.app.client
        .ask("data.profile", { revision, start: page * PROFILE_PAGE, count: PROFILE_PAGE })
        .then(({ profiles }) => {
          if (revision !== this.revision) return;
          this.profiles.value = new Map([
            ...this.profiles.peek(),
            ...profiles.map(one => [one.position, one] as const),
          ]);
        })
        .catch(() => revision === this.revision && this.#wanted.delete(page));
    }
  }

  async code(): Promise<string> {
    return (await this.app.client.ask("data.code", {})).code;
  }

  select(rows: number[]): void {
    this.app.client.ask("data.select", { revision: this.revision, rows }).catch(() => undefined);
  }

  async #take<K extends Changing>(kind: K, body: Body<K>): Promise<boolean> {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const view = (await this.app.client.ask(kind, body)) as TableView;
      if (mine < this.#asked && view.revision < this.revision) return true;
      this.#show(view);
      return true;
    } catch (error) {
      if (error instanceof Closed) return false;
      if (error instanceof KernelFault && error.code === OUT_OF_DATE && kind !== "data.open")
        await this.open();
      this.fault.value = asFault(error);
      return false;
    }
  }

  #show(view: TableView): void {
    const isNew =
      view.revision !== this.view.peek()?.revision || view.n_columns !== this.columns.peek().length;
    batch(() => {
      this.view.value = view;
      this.fault.value = null;
      if (isNew) {
        const columns: (ColumnLine | undefined)[] = new Array(view.n_columns);
        view.columns.forEach((column, place) => {
          columns[place] = column;
        });
        const before = this.columns.peek();
        const isSame = (place: number) =>
          columns[place]?.name === before[place]?.name && columns[place]?.kind === before[place]?.kind;
        this.profiles.value = new Map([...this.profiles.peek()].filter(([place]) => isSame(place)));
        this.columns.value = columns;
        this.#wanted.clear();
        this.cells.forget(view.revision, view.n_rows, view.n_columns);
        if (!view.n_columns) this.checks.value = null;
      }
    });
    if (isNew) this.#fetchColumns(view.revision, view.columns.length);
    if (view.n_columns) this.#check(view.revision);
  }

  async #fetchColumns(revision: number, from: number): Promise<void> {
    for (
      let start = from;
      start < this.columns.peek().length && revision === this.revision;
      start += COLUMN_PAGE
    ) {
      const page = await this.app.client
        .ask("data.columns", { revision, start, count: COLUMN_PAGE })
        .catch(() => null);
      if (!page || revision !== this.revision) return;
      const columns = this.columns.peek().slice();
      page.columns.forEach((column, place) => {
        columns[start + place] = column;
      });
      this.columns.value = columns;
    }
  }

  async #check(revision: number): Promise<void> {
    try {
      const found = await this.app.client.ask("data.checks", { revision });
      if (found.revision === this.revision) this.checks.value = found;
    } catch (error) {
      if (!(error instanceof KernelFault) || error.code !== OUT_OF_DATE) this.fault.value = asFault(error);
    }
  }
}

function asFault(error: unknown): KernelFault | null {
  if (error instanceof KernelFault) return error;
  if (error instanceof Closed) return null;
  return new KernelFault({ code: "", message: String(error), next_step: "", field: null });
}

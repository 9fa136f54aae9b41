/** The form under way: what a person has said, what the kernel says of it, and the press of Train. */
import { signal } from "@preact/signals";
import type { App } from "../../app";
import type { Draft, FieldNote, TrainForm } from "../../protocol/types";
import { FormDraft, refusalAt } from "../../state/form-draft";

export type Space = TrainForm["space"];
const PAUSE_MS = 250;
/** What the kernel says anew of columns that changed; all else a person has said stays said. */
const OF_COLUMNS = new Set(["targets", "group", "fold_column", "left_out", "taken_in", "kinds"]);

export class Drafting extends FormDraft<TrainForm, Draft> {
  /** Search ranges before each change, for undo. */
  readonly past = signal<readonly Space[]>([]);

  readonly #app: App;
  #table: string | null = null;
  #said: Partial<TrainForm> = {};

  constructor(app: App) {
    super(PAUSE_MS);
    this.#app = app;
  }

  /** The form as the kernel has it for a table; of the same one, with what was said but of its columns. */
  async load(table = this.#table): Promise<void> {
    this.past.value = [];
    if (table !== this.#table) this.#said = {};
    this.#table = table;
    const isTaken = await this.look(null);
    if (isTaken && Object.keys(this.#said).length) super.change(this.#said);
  }

  /** Has the form looked at again, in the language now spoken. */
  reword(): void {
    if (this.form.value) void this.look(this.form.value);
  }

  override change(changes: Partial<TrainForm>): void {
    this.#said = { ...this.#said, ...ofSearch(changes) };
    super.change(changes);
  }

  /** Changes a search range; undefined puts it back to the usual. */
  changeRange(family: string, parameter: string, range: unknown): void {
    const space = this.form.value?.space ?? {};
    const { [parameter]: _, ...others } = space[family] ?? {};
    this.#changeSpace({
      ...space,
      [family]: range === undefined ? others : { ...others, [parameter]: range },
    });
  }

  resetRanges(): void {
    this.#changeSpace({});
  }

  undoRange(): void {
    const { value: past } = this.past;
    const before = past.at(-1);
    if (!before) return;
    this.past.value = past.slice(0, -1);
    this.change({ space: before });
  }

  /** Takes over a whole form, such as that of an earlier job. */
  take(form: TrainForm): void {
    this.past.value = [];
    this.#said = ofSearch(form);
    this.replace(form, 0);
  }

  protected askDraft(form: TrainForm | null, leave: AbortSignal): Promise<Draft> {
    return this.#app.client.ask("train.draft", { form }, { signal: leave });
  }

  protected askStart(form: TrainForm): Promise<unknown> {
    return this.#app.client.ask("train.start", { form });
  }

  #changeSpace(space: Space): void {
    this.past.value = [...this.past.value, this.form.value?.space ?? {}].slice(-100);
    this.change({ space });
  }
}

const ofSearch = (form: Partial<TrainForm>): Partial<TrainForm> =>
  Object.fromEntries(Object.entries(form).filter(([field]) => !OF_COLUMNS.has(field)));

/** What stands at a field: its first error as a fault, and the warnings. */
export function notesAt(
  drafting: Drafting,
  field: string,
): { fault: FieldNote | null; warnings: FieldNote[] } {
  const refused = drafting.refused.value;
  const here = drafting.draft.value?.notes.filter(note => note.field === field) ?? [];
  const known = here.find(note => note.severity === "error") ?? null;
  const fault = refused?.field === field && refused.code !== known?.code ? refusalAt(refused, field) : known;
  return { fault, warnings: here.filter(note => note.severity === "warning") };
}

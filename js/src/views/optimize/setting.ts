/** The form under way: what a person wants, what the kernel says of it while it is typed, the press of Search. */
import { computed, type Signal, signal } from "@preact/signals";
import type { App } from "../../app";
import type { FieldNote, GoalRow, InputRow, OptimizeDraft, OptimizeForm } from "../../protocol/types";
import { FormDraft, refusalAt } from "../../state/form-draft";

export type RuleRow = OptimizeForm["constraints"][number];
export type RuleKind = RuleRow["kind"];
export type PartName = "inputs" | "goals" | "constraints";
const PAUSE_MS = 200;
/** Changes of one place within this time are one step back. */
const STEP_MS = 1500;
const MOST_STEPS = 100;

export class Setting extends FormDraft<OptimizeForm, OptimizeDraft> {
  readonly #app: App;
  readonly #past = signal<readonly OptimizeForm[]>([]);
  readonly #future = signal<readonly OptimizeForm[]>([]);
  readonly canUndo = computed(() => this.#past.value.length > 0);
  readonly canRedo = computed(() => this.#future.value.length > 0);
  #last = { place: "", at: 0 };

  constructor(app: App) {
    super(PAUSE_MS);
    this.#app = app;
  }

  /** The form as the kernel has it for the models in hand, or anew for the models of these runs. */
  async load(runs: string[] | null = null): Promise<void> {
    const before = this.form.value;
    await this.look(null, (form, leave) => this.#ask(form, runs, leave));
    if (runs && before && this.form.value !== before) this.#remember(before, "runs");
  }

  /** Changes one row. */
  input(index: number, changes: Partial<InputRow>): void {
    const rows = this.form.value?.inputs ?? [];
    this.change({ inputs: rows.map((row, at) => (at === index ? { ...row, ...changes } : row)) });
  }

  goal(index: number, changes: Partial<GoalRow>): void {
    const rows = this.form.value?.goals ?? [];
    this.change({ goals: rows.map((row, at) => (at === index ? { ...row, ...changes } : row)) });
  }

  rule(index: number, next: RuleRow): void {
    const rows = this.form.value?.constraints ?? [];
    this.change({ constraints: rows.map((row, at) => (at === index ? next : row)) });
  }

  /** Takes a goal or a constraint out. */
  remove(part: "goals" | "constraints", index: number): void {
    const { value: form } = this.form;
    if (form) this.change({ [part]: (form[part] as unknown[]).filter((_, at) => at !== index) });
  }

  /** Takes over a whole form. */
  take(form: OptimizeForm): void {
    this.replace(form, 0);
  }

  /** Has the form looked at again, as after another language was chosen. */
  again(): void {
    if (this.form.value) super.replace(this.form.value, 0);
  }

  undo(): void {
    this.#step(this.#past, this.#future);
  }

  redo(): void {
    this.#step(this.#future, this.#past);
  }

  protected override replace(form: OptimizeForm, pause: number): void {
    const { value: before } = this.form;
    if (before && before !== form) this.#remember(before, changedPlace(before, form));
    super.replace(form, pause);
  }

  protected askDraft(form: OptimizeForm | null, leave: AbortSignal): Promise<OptimizeDraft> {
    return this.#ask(form, null, leave);
  }

  protected askStart(form: OptimizeForm): Promise<unknown> {
    return this.#app.client.ask("optimize.start", { form });
  }

  #ask(form: OptimizeForm | null, runs: string[] | null, leave: AbortSignal): Promise<OptimizeDraft> {
    return this.#app.client.ask("optimize.draft", { form, runs }, { signal: leave });
  }

  #remember(before: OptimizeForm, place: string): void {
    const at = Date.now();
    const isSame = place !== "" && place === this.#last.place && at - this.#last.at < STEP_MS;
    this.#last = { place, at };
    this.#future.value = [];
    if (!isSame) this.#past.value = [...this.#past.value.slice(1 - MOST_STEPS), before];
  }

  #step(from: Signal<readonly OptimizeForm[]>, to: Signal<readonly OptimizeForm[]>): void {
    const { value: now } = this.form;
    const form = from.value.at(-1);
    if (!now || !form) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, now];
    this.#last = { place: "", at: 0 };
    super.replace(form, 0);
  }
}

/** Where two forms differ, as a path, if it is in one place only. */
export function changedPlace(one: unknown, other: unknown, path = ""): string {
  if (one === other) return "";
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  if (!isObject(one) || !isObject(other)) return path;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  const changed = [...keys].filter(key => one[key] !== other[key]);
  const [key] = changed;
  return changed.length === 1 && key !== undefined
    ? changedPlace(one[key], other[key], `${path}.${key}`)
    : path;
}

/** What stands at a field or inside it (`goals.2` takes in `goals.2.value`), errors first. */
export function notesAt(setting: Setting, field: string): FieldNote[] {
  const isHere = (place: string) => place === field || place.startsWith(`${field}.`);
  const known = setting.draft.value?.notes.filter(note => isHere(note.field)) ?? [];
  const refused = setting.refused.value;
  if (!refused?.field || !isHere(refused.field) || known.some(note => note.code === refused.code))
    return known;
  return [refusalAt(refused, refused.field), ...known];
}

/** Whether something is wrong at this very field. */
export const isWrong = (setting: Setting, field: string) =>
  notesAt(setting, field).some(note => note.severity === "error");

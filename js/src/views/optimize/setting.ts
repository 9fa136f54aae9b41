/** The form under way: what a person wants, what the kernel says of it while it is typed, the press of Search. */
import type { App } from "../../app";
import type { FieldNote, GoalRow, InputRow, OptimizeDraft, OptimizeForm } from "../../protocol/types";
import { FormDraft, refusalAt } from "../../state/form-draft";

export type RuleRow = OptimizeForm["constraints"][number];
export type RuleKind = RuleRow["kind"];
export type PartName = "inputs" | "goals" | "constraints";
const PAUSE_MS = 200;

export class Setting extends FormDraft<OptimizeForm, OptimizeDraft> {
  readonly #app: App;

  constructor(app: App) {
    super(PAUSE_MS);
    this.#app = app;
  }

  /** The form as the kernel has it for the models in hand, or anew for the models of these runs. */
  load(runs: string[] | null = null): Promise<void> {
    return this.look(null, (form, leave) => this.#ask(form, runs, leave));
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

  protected askDraft(form: OptimizeForm | null, leave: AbortSignal): Promise<OptimizeDraft> {
    return this.#ask(form, null, leave);
  }

  protected askStart(form: OptimizeForm): Promise<unknown> {
    return this.#app.client.ask("optimize.start", { form });
  }

  #ask(form: OptimizeForm | null, runs: string[] | null, leave: AbortSignal): Promise<OptimizeDraft> {
    return this.#app.client.ask("optimize.draft", { form, runs }, { signal: leave });
  }
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

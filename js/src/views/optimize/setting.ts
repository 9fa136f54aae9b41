/** The form under way: what a person wants, what the kernel says of it while it is typed, the press of Search. */
import { computed, signal } from "@preact/signals";
import type { App } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { FieldNote, GoalRow, InputRow, OptimizeDraft, OptimizeForm } from "../../protocol/types";

export type RuleRow = OptimizeForm["constraints"][number];
export type RuleKind = RuleRow["kind"];
export type PartName = "inputs" | "goals" | "constraints";
const PAUSE_MS = 200;

export class Setting {
  readonly form = signal<OptimizeForm | null>(null);
  readonly draft = signal<OptimizeDraft | null>(null);
  /** The draft is older than the form. */
  readonly isLooking = signal(false);
  readonly isStarting = signal(false);
  /** Why nothing can be said of the form. */
  readonly fault = signal<KernelFault | null>(null);
  /** Why the search did not start; holds until the form is changed. */
  readonly refused = signal<KernelFault | null>(null);
  readonly errors = computed(() => this.draft.value?.notes.filter(note => note.severity === "error") ?? []);

  readonly #app: App;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  /** The form as the kernel has it for the models in hand, or anew for the models of these runs. */
  load(runs: string[] | null = null): Promise<void> {
    return this.#look(null, runs);
  }

  /** Takes changes at once and has them looked at after a pause. */
  change(changes: Partial<OptimizeForm>): void {
    const { value: form } = this.form;
    if (!form) return;
    this.take({ ...form, ...changes }, PAUSE_MS);
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
  take(form: OptimizeForm, pause = 0): void {
    this.form.value = form;
    this.refused.value = null;
    clearTimeout(this.#timer);
    this.isLooking.value = true;
    this.#timer = setTimeout(() => this.#look(this.form.value), pause);
  }

  /** Starts the search; what the kernel refuses stands at its field. */
  async start(): Promise<boolean> {
    const { value: form } = this.form;
    if (!form || this.isStarting.value) return false;
    this.isStarting.value = true;
    this.refused.value = null;
    try {
      await this.#app.client.ask("optimize.start", { form });
      return true;
    } catch (fault) {
      if (fault instanceof KernelFault) this.refused.value = fault;
      else if (!(fault instanceof Closed)) throw fault;
      return false;
    } finally {
      this.isStarting.value = false;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort(new Closed());
  }

  async #look(form: OptimizeForm | null, runs: string[] | null = null): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked?.abort(new Closed());
    const asked = new AbortController();
    this.#asked = asked;
    this.isLooking.value = true;
    const before = this.form.value;
    try {
      const draft = await this.#app.client.ask("optimize.draft", { form, runs }, { signal: asked.signal });
      if (this.#asked !== asked || this.form.value !== before) return;
      this.draft.value = draft;
      this.form.value = draft.form;
      this.fault.value = null;
    } catch (fault) {
      if (this.#asked === asked && fault instanceof KernelFault) this.fault.value = fault;
      else if (!(fault instanceof KernelFault || fault instanceof Closed)) throw fault;
    } finally {
      if (this.#asked === asked) this.isLooking.value = false;
    }
  }
}

/** What stands at a field or inside it (`goals.2` takes in `goals.2.value`), errors first. */
export function notesAt(setting: Setting, field: string): FieldNote[] {
  const isHere = (place: string) => place === field || place.startsWith(`${field}.`);
  const known = setting.draft.value?.notes.filter(note => isHere(note.field)) ?? [];
  const refused = setting.refused.value;
  if (!refused?.field || !isHere(refused.field) || known.some(note => note.code === refused.code))
    return known;
  const { code, message, next_step } = refused;
  const note = { field: refused.field, severity: "error", code, message, next_step } as const;
  return [{ ...note, columns: [], remedies: [] }, ...known];
}

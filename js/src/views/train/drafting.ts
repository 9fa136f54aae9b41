/** The form under way: what a person has said, what the kernel says of it, and the press of Train. */
import { computed, signal } from "@preact/signals";
import type { App } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { Draft, FieldNote, TrainForm } from "../../protocol/types";

export type Space = TrainForm["space"];
const PAUSE_MS = 250;

export class Drafting {
  readonly form = signal<TrainForm | null>(null);
  readonly draft = signal<Draft | null>(null);
  /** The draft is older than the form. */
  readonly isLooking = signal(false);
  readonly isStarting = signal(false);
  /** Why nothing can be said of the form. */
  readonly fault = signal<KernelFault | null>(null);
  /** Why training did not start; holds until the form is changed. */
  readonly refused = signal<KernelFault | null>(null);
  /** Search ranges before each change, for undo. */
  readonly past = signal<readonly Space[]>([]);
  readonly errors = computed(() => this.draft.value?.notes.filter(note => note.severity === "error") ?? []);

  readonly #app: App;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  /** The form as the kernel has it for the table in hand. */
  load(): Promise<void> {
    this.past.value = [];
    return this.#look(null);
  }

  /** Takes changes at once and has them looked at after a pause. */
  change(changes: Partial<TrainForm>): void {
    const { value: form } = this.form;
    if (!form) return;
    this.form.value = { ...form, ...changes };
    this.refused.value = null;
    this.#lookSoon();
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
    this.form.value = form;
    this.refused.value = null;
    this.#lookSoon(0);
  }

  /** Starts the job; what the kernel refuses stands at its field. */
  async start(): Promise<boolean> {
    const { value: form } = this.form;
    if (!form || this.isStarting.value) return false;
    this.isStarting.value = true;
    this.refused.value = null;
    try {
      await this.#app.client.ask("train.start", { form });
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

  #changeSpace(space: Space): void {
    this.past.value = [...this.past.value, this.form.value?.space ?? {}].slice(-100);
    this.change({ space });
  }

  #lookSoon(pause = PAUSE_MS): void {
    clearTimeout(this.#timer);
    this.isLooking.value = true;
    this.#timer = setTimeout(() => this.#look(this.form.value), pause);
  }

  async #look(form: TrainForm | null): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked?.abort(new Closed());
    const asked = new AbortController();
    this.#asked = asked;
    this.isLooking.value = true;
    try {
      const draft = await this.#app.client.ask("train.draft", { form }, { signal: asked.signal });
      if (this.#asked !== asked || (form && form !== this.form.value)) return;
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

/** What stands at a field: its first error as a fault, and the warnings. */
export function notesAt(
  drafting: Drafting,
  field: string,
): { fault: FieldNote | null; warnings: FieldNote[] } {
  const refused = drafting.refused.value;
  const here = drafting.draft.value?.notes.filter(note => note.field === field) ?? [];
  const known = here.find(note => note.severity === "error") ?? null;
  const fault = refused?.field === field && refused.code !== known?.code ? asNote(refused, field) : known;
  return { fault, warnings: here.filter(note => note.severity === "warning") };
}

function asNote(fault: KernelFault, field: string): FieldNote {
  const { code, message, next_step } = fault;
  return { field, severity: "error", code, message, next_step, columns: [], remedies: [] };
}

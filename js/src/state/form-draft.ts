/** A form under way: what a person has said, what the kernel says of it, and the press that starts the job. */
import { computed, type Signal, signal } from "@preact/signals";
import { Closed, KernelFault } from "../protocol/client";
import type { FieldNote } from "../protocol/types";

/** What the kernel says of a form: the form as it takes it, and a note at each field that needs one. */
interface DraftOf<Form> {
  form: Form;
  notes: readonly Pick<FieldNote, "severity">[];
}

export abstract class FormDraft<Form, Draft extends DraftOf<Form>> {
  readonly form = signal<Form | null>(null);
  readonly draft: Signal<Draft | null> = signal<Draft | null>(null);
  /** The kernel's own form is on its way and will take the place of this one, which takes no changes till then. */
  readonly isLoading = signal(false);
  /** The draft is older than the form. */
  readonly isLooking = signal(false);
  readonly isStarting = signal(false);
  /** Why nothing can be said of the form. */
  readonly fault = signal<KernelFault | null>(null);
  /** Why the job did not start; holds until the form is changed. */
  readonly refused = signal<KernelFault | null>(null);
  readonly errors = computed(
    () => (this.draft.value?.notes.filter(note => note.severity === "error") ?? []) as Draft["notes"],
  );

  readonly #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | null = null;

  /** `pause`: milliseconds without a change before the form is looked at. */
  constructor(pause: number) {
    this.#pause = pause;
  }

  /** Asks the kernel what it says of a form; null is the form as the kernel has it. */
  protected abstract askDraft(form: Form | null, leave: AbortSignal): Promise<Draft>;
  /** Asks the kernel to start the job. */
  protected abstract askStart(form: Form): Promise<unknown>;

  /** Takes changes at once and has them looked at after a pause. */
  change(changes: Partial<Form>): void {
    const { value: form } = this.form;
    if (form) this.replace({ ...form, ...changes }, this.#pause);
  }

  /** Starts the job; what the kernel refuses stands at its field. */
  async start(): Promise<boolean> {
    const { value: form } = this.form;
    if (!form || this.isStarting.value) return false;
    this.isStarting.value = true;
    this.refused.value = null;
    try {
      await this.askStart(form);
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

  protected replace(form: Form, pause: number): void {
    this.form.value = form;
    this.refused.value = null;
    clearTimeout(this.#timer);
    this.isLooking.value = true;
    this.#timer = setTimeout(() => this.look(this.form.value), pause);
  }

  /** Whether the answer was taken: nothing newer was asked or said meanwhile. */
  protected async look(
    form: Form | null,
    ask = (asked: Form | null, leave: AbortSignal): Promise<Draft> => this.askDraft(asked, leave),
  ): Promise<boolean> {
    this.close();
    const asked = new AbortController();
    this.#asked = asked;
    this.isLooking.value = true;
    this.isLoading.value = form === null;
    const before = this.form.value;
    try {
      const draft = await ask(form, asked.signal);
      if (this.#asked !== asked || this.form.value !== before) return false;
      this.draft.value = draft;
      this.form.value = draft.form;
      this.fault.value = null;
      return true;
    } catch (fault) {
      if (this.#asked === asked && fault instanceof KernelFault) this.fault.value = fault;
      else if (!(fault instanceof KernelFault || fault instanceof Closed)) throw fault;
      return false;
    } finally {
      if (this.#asked === asked) {
        this.isLooking.value = false;
        this.isLoading.value = false;
      }
    }
  }
}

/** What the kernel refused, as a note at its field. */
export function refusalAt(fault: KernelFault, field: string): FieldNote {
  const { code, message, next_step } = fault;
  return { field, severity: "error", code, message, next_step, columns: [], remedies: [] };
}

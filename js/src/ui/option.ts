/** One thing to choose: a stable value, the words shown, and what helps to choose it. */
export interface Option<V extends string = string> {
  value: V;
  label: string;
  /** Quiet words behind the label. */
  hint?: string;
  disabled?: boolean;
  /** Class that colours a dot before the words. */
  mark?: string;
}

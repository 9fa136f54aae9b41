/** What every kind of constraint is drawn from. */
import type { KnownInput } from "../../../protocol/types";
import type { RuleKind, RuleRow } from "../setting";
import type { FormProps } from "./notes";

export type RuleOf<K extends RuleKind> = Extract<RuleRow, { kind: K }>;

export interface RuleProps extends FormProps {
  /** Where it stands in the form. */
  field: string;
  inputs: KnownInput[];
  /** Those that are numbers. */
  numbers: KnownInput[];
  change: (next: RuleRow) => void;
}

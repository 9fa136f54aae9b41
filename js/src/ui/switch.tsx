import type { ComponentChildren } from "preact";
import { useField } from "./field";

export interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Words beside it. In a Field with a label of its own they may be left out. */
  children?: ComponentChildren;
  disabled?: boolean;
  label?: string;
}

/** Something that is on or off at once. */
export function Switch({ checked, onChange, children, disabled, label }: SwitchProps) {
  const field = useField(label);
  return (
    <label class="nbml-switch">
      <input
        id={field.id}
        {...field.labels}
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        disabled={disabled}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <span class="nbml-switch-track" aria-hidden="true" />
      {children && <span>{children}</span>}
    </label>
  );
}

/** One thing to tick in a form. */
export function Checkbox({ checked, onChange, children, disabled, label }: SwitchProps) {
  const field = useField(label);
  return (
    <label class="nbml-checkbox">
      <input
        id={field.id}
        {...field.labels}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      {children && <span>{children}</span>}
    </label>
  );
}

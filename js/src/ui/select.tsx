import { useField } from "./field";
import type { Option } from "./option";

export interface SelectProps<V extends string> {
  value: V | null;
  options: readonly Option<V>[];
  onChange: (value: V) => void;
  /** Shown while nothing is chosen. */
  placeholder?: string;
  disabled?: boolean;
  label?: string;
}

/** One out of a few, by the browser's own list. */
export function Select<V extends string>({
  value,
  options,
  onChange,
  placeholder,
  disabled,
  label,
}: SelectProps<V>) {
  const field = useField(label);
  return (
    <select
      id={field.id}
      {...field.labels}
      class="nbml-input nbml-select"
      disabled={disabled}
      value={value ?? ""}
      onChange={event => onChange(event.currentTarget.value as V)}
    >
      {(value === null || placeholder) && (
        <option value="" disabled hidden>
          {placeholder ?? ""}
        </option>
      )}
      {options.map(option => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.hint ? `${option.label} (${option.hint})` : option.label}
        </option>
      ))}
    </select>
  );
}

import { useField } from "./field";
import type { Option } from "./option";

export interface ChipsProps<V extends string> {
  value: readonly V[];
  options: readonly Option<V>[];
  /** Chosen values in the order of the options. */
  onChange: (value: V[]) => void;
  disabled?: boolean;
  label?: string;
}

/** Several out of a few, all in sight. */
export function Chips<V extends string>({ value, options, onChange, disabled, label }: ChipsProps<V>) {
  const field = useField(label);
  const toggle = (one: V) =>
    onChange(options.map(option => option.value).filter(other => (other === one) !== value.includes(other)));
  return (
    <div class="nbml-chips" role="group" {...field.group}>
      {options.map(option => (
        <button
          key={option.value}
          type="button"
          class="nbml-chip"
          aria-pressed={value.includes(option.value)}
          disabled={disabled || option.disabled}
          title={option.hint}
          onClick={() => toggle(option.value)}
        >
          {option.mark && (
            <svg width="12" height="12" aria-hidden="true" class={option.mark}>
              <path class="nbml-plot-dots" d="M5 6h0" />
            </svg>
          )}
          {option.label}
        </button>
      ))}
    </div>
  );
}

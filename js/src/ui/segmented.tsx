import { useField } from "./field";
import { useId } from "./id";
import type { Option } from "./option";

export interface SegmentedProps<V extends string> {
  value: V | null;
  options: readonly Option<V>[];
  onChange: (value: V) => void;
  disabled?: boolean;
  label?: string;
}

/** One out of a few, all in sight: radio buttons in a row. */
export function Segmented<V extends string>({
  value,
  options,
  onChange,
  disabled,
  label,
}: SegmentedProps<V>) {
  const field = useField(label);
  const name = useId();
  return (
    <div class="nbml-segmented" role="radiogroup" {...field.group}>
      {options.map(option => (
        <label key={option.value} class="nbml-segment" title={option.hint}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={disabled || option.disabled}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  );
}

import { useField } from "./field";

export interface SliderProps {
  value: number;
  min: number;
  max: number;
  step?: number | "any";
  onChange: (value: number) => void;
  /** On release. */
  onCommit?: (value: number) => void;
  /** The value in words, for screen readers and beside the slider. */
  format?: (value: number) => string;
  disabled?: boolean;
  label?: string;
}

export function Slider({
  value,
  min,
  max,
  step = "any",
  onChange,
  onCommit,
  format,
  disabled,
  label,
}: SliderProps) {
  const field = useField(label);
  const share = max > min ? (value - min) / (max - min) : 0;
  return (
    <span class="nbml-slider">
      <input
        id={field.id}
        {...field.labels}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={format?.(value)}
        style={{ "--nbml-share": `${share * 100}%` }}
        onInput={event => onChange(event.currentTarget.valueAsNumber)}
        onChange={event => onCommit?.(event.currentTarget.valueAsNumber)}
      />
      {format && <output class="nbml-slider-value">{format(value)}</output>}
    </span>
  );
}

import type { ComponentChildren } from "preact";
import { useField } from "./field";
import { useLocale } from "./locale";

export interface RangeProps {
  value: readonly [number, number];
  min: number;
  max: number;
  step?: number | "any";
  onChange: (value: [number, number]) => void;
  onCommit?: (value: [number, number]) => void;
  format?: (value: number) => string;
  disabled?: boolean;
  label?: string;
  /** Lies behind the track, as wide as it: a Spark of the data. */
  children?: ComponentChildren;
}

/** From and to, by two thumbs that do not pass each other. */
export function Range({ value, min, max, step = "any", onChange, onCommit, format, ...rest }: RangeProps) {
  const { t } = useLocale();
  const field = useField(rest.label);
  const [low, high] = value;
  const part = (number: number) => `${max > min ? ((number - min) / (max - min)) * 100 : 0}%`;
  const at = (end: 0 | 1, number: number): [number, number] =>
    end === 0 ? [Math.min(number, high), high] : [low, Math.max(number, low)];
  const thumb = (end: 0 | 1) => (
    <input
      type="range"
      min={min}
      max={max}
      step={step}
      value={value[end]}
      disabled={rest.disabled}
      aria-label={t(end === 0 ? "panel.range.low" : "panel.range.high")}
      aria-valuetext={format?.(value[end])}
      onInput={event => {
        const next = at(end, event.currentTarget.valueAsNumber);
        event.currentTarget.valueAsNumber = next[end];
        onChange(next);
      }}
      onChange={event => onCommit?.(at(end, event.currentTarget.valueAsNumber))}
    />
  );
  return (
    <div
      class="nbml-range"
      role="group"
      {...field.group}
      style={{ "--nbml-low": part(low), "--nbml-high": part(high) }}
    >
      {rest.children && <div class="nbml-range-behind">{rest.children}</div>}
      <div class="nbml-range-track" aria-hidden="true" />
      {thumb(0)}
      {thumb(1)}
      {format && (
        <div class="nbml-range-ends" aria-hidden="true">
          <span>{format(low)}</span>
          <span>{format(high)}</span>
        </div>
      )}
    </div>
  );
}

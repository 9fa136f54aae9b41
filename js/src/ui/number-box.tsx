import { useEffect, useState } from "preact/hooks";
import { classes } from "./classes";
import { useField } from "./field";

export interface NumberBoxProps {
  value: number | null;
  /** Called for every text that is a number in range, and with null for an empty one. */
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  /** Only whole numbers. */
  integer?: boolean;
  /** Behind the number, such as "s". */
  unit?: string;
  placeholder?: string;
  disabled?: boolean;
  label?: string;
  /** Its owner knows that the number cannot stay. */
  isWrong?: boolean;
}

const FULL_WIDTH = /[０-９．－，＋ｅＥ]/g;

/** A number out of a text, full-width digits included; NaN where it is none. */
export function readNumber(text: string): number | null {
  const plain = text
    .replace(FULL_WIDTH, letter => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/[,\s]/g, "")
    .replace("−", "-");
  return plain === ""
    ? null
    : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain)
      ? Number(plain)
      : Number.NaN;
}

/** A box for a number: arrow keys step, what is no number stays as typed and is marked until mended. */
export function NumberBox({
  value,
  onChange,
  min,
  max,
  step = 1,
  integer,
  unit,
  label,
  isWrong,
  ...rest
}: NumberBoxProps) {
  const field = useField(label);
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => setTyped(null), [value]);
  const text = typed ?? (value === null ? "" : String(value));
  const isFit = (number: number | null) =>
    number === null ||
    (Number.isFinite(number) &&
      number >= (min ?? -Infinity) &&
      number <= (max ?? Infinity) &&
      (!integer || Number.isInteger(number)));
  const take = (words: string) => {
    setTyped(words);
    const number = readNumber(words);
    if (isFit(number) && number !== value) onChange(number);
  };
  const move = (by: number) => {
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const next = Math.min(Math.max((value ?? min ?? 0) + by * step, min ?? -Infinity), max ?? Infinity);
    setTyped(null);
    onChange(Number(next.toFixed(Math.min(digits + 2, 20))));
  };
  return (
    <span class={classes("number", unit && "number-with-unit")}>
      <input
        id={field.id}
        {...field.labels}
        {...rest}
        aria-invalid={isFit(readNumber(text)) && !isWrong ? field.labels["aria-invalid"] : "true"}
        class="nbml-input"
        type="text"
        inputMode={integer ? "numeric" : "decimal"}
        role="spinbutton"
        aria-valuenow={value ?? undefined}
        aria-valuemin={min}
        aria-valuemax={max}
        autocomplete="off"
        value={text}
        onInput={event => take(event.currentTarget.value)}
        onBlur={() => {
          if (isFit(readNumber(text))) setTyped(null);
        }}
        onKeyDown={event => {
          const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
          if (!by) return;
          event.preventDefault();
          move(by);
        }}
      />
      {unit && <span class="nbml-number-unit">{unit}</span>}
    </span>
  );
}

/** A line for a formula; names are completed while one types, in backticks where they need them. */
import { useRef, useState } from "preact/hooks";
import { Popover } from "../../../ui";
import { useId } from "../../../ui/id";

export interface FormulaBoxProps {
  value: string;
  onChange: (value: string) => void;
  names: readonly string[];
  label: string;
  placeholder?: string;
}

const SHOWN = 8;
const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const LAST = /(?:`([^`]*)|([\p{L}_][\p{L}\p{N}_]*))$/u;

/** A name as a formula takes it. */
export const quoted = (name: string) => (PLAIN.test(name) ? name : `\`${name}\``);

/** What is being typed at the end of a text, and the names it may become. */
export function completions(text: string, names: readonly string[]): { from: number; found: string[] } {
  const typed = LAST.exec(text);
  const word = typed?.[1] ?? typed?.[2] ?? "";
  if (!typed || (!word && !typed[0].startsWith("`"))) return { from: text.length, found: [] };
  const part = word.toLocaleLowerCase();
  const found = names.filter(name => name.toLocaleLowerCase().includes(part) && name !== word);
  const begins = (name: string) => (name.toLocaleLowerCase().startsWith(part) ? 0 : 1);
  return { from: typed.index, found: found.sort((a, b) => begins(a) - begins(b)).slice(0, SHOWN) };
}

export function FormulaBox({ value, onChange, names, label, placeholder }: FormulaBoxProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const before = caret === null ? "" : value.slice(0, caret);
  const { from, found } = completions(before, names);
  const isOpen = caret !== null && found.length > 0;
  const take = (name: string | undefined) => {
    if (name === undefined) return;
    const start = value.slice(0, from) + quoted(name);
    onChange(start + value.slice(caret ?? value.length).replace(/^`/, ""));
    setCaret(null);
    requestAnimationFrame(() => box.current?.setSelectionRange(start.length, start.length));
  };
  return (
    <span class="nbml-combo">
      <input
        ref={box}
        class="nbml-input nbml-optimize-formula"
        type="text"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-activedescendant={isOpen ? `${id}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={2000}
        placeholder={placeholder}
        value={value}
        onInput={event => {
          onChange(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
          setActive(0);
        }}
        onBlur={() => setCaret(null)}
        onKeyDown={event => {
          if (!isOpen || event.isComposing) return;
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setActive((active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
          } else if (event.key === "Enter" || event.key === "Tab") {
            event.preventDefault();
            take(found[active]);
          } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            setCaret(null);
          }
        }}
      />
      {isOpen && (
        <Popover anchor={box} onClose={() => setCaret(null)} fit>
          <div class="nbml-listbox" role="listbox" id={id} aria-label={label}>
            {found.map((name, index) => (
              <div
                key={name}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === active}
                class={index === active ? "nbml-option nbml-option-active" : "nbml-option"}
                onMouseDown={event => {
                  event.preventDefault();
                  take(name);
                }}
              >
                {name}
              </div>
            ))}
          </div>
        </Popover>
      )}
    </span>
  );
}

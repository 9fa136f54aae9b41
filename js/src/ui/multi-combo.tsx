import { useRef, useState } from "preact/hooks";
import { classes } from "./classes";
import { useField } from "./field";
import { useId } from "./id";
import { Listbox, SHOWN, search } from "./listbox";
import { useLocale } from "./locale";
import type { Option } from "./option";
import { Popover } from "./popover";

export interface MultiComboProps<V extends string> {
  value: readonly V[];
  options: readonly Option<V>[];
  onChange: (value: V[]) => void;
  placeholder?: string;
  /** Tokens shown before "and n more". */
  shown?: number;
  disabled?: boolean;
  label?: string;
}

/** Several out of many: chosen ones as tokens, the rest found by typing. Backspace takes the last one out. */
export function MultiCombo<V extends string>(props: MultiComboProps<V>) {
  const { value, options, onChange, placeholder, shown = 12, disabled, label } = props;
  const { t } = useLocale();
  const field = useField(label);
  const listId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const isChosen = new Set<string>(value);
  const names = new Map(options.map(option => [option.value, option.label]));
  const found = search(options, words);
  const last = Math.min(found.length, SHOWN) - 1;
  const remove = (one: V) => onChange(value.filter(other => other !== one));
  const toggle = (option: Option<V> | undefined) => {
    if (!option || option.disabled) return;
    if (isChosen.has(option.value)) remove(option.value);
    else onChange([...value, option.value]);
    setWords("");
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const by = isOpen ? (event.key === "ArrowDown" ? 1 : -1) : 0;
      setActive(Math.max(0, Math.min(active + by, last)));
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      toggle(found[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Backspace" && !words && value.length) {
      onChange(value.slice(0, -1));
    } else if (event.key === "Tab") {
      setOpen(false);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click beside the tokens is a click into the box
    <div
      ref={frame}
      class={classes("tokens", "input", disabled && "tokens-disabled")}
      onClick={event => event.target === frame.current && box.current?.focus()}
    >
      {value.slice(0, shown).map(one => (
        <span class="nbml-token" key={one}>
          <span class="nbml-token-name">{names.get(one) ?? one}</span>
          <button
            type="button"
            class="nbml-token-remove"
            disabled={disabled}
            aria-label={t("panel.list.remove", { name: names.get(one) ?? one })}
            onClick={() => remove(one)}
          />
        </span>
      ))}
      {value.length > shown && (
        <span class="nbml-quiet">{t("panel.list.and_more", { n: value.length - shown })}</span>
      )}
      <input
        ref={box}
        id={field.id}
        {...field.labels}
        class="nbml-tokens-box"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length ? `${listId}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        disabled={disabled}
        placeholder={value.length ? "" : placeholder}
        value={words}
        onClick={() => setOpen(true)}
        onInput={event => {
          setWords(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <Popover anchor={frame} onClose={() => setOpen(false)} fit>
          <Listbox
            id={listId}
            options={found}
            active={active}
            chosen={one => isChosen.has(one)}
            onChoose={toggle}
            label={label ?? t("panel.list.options")}
            many
          />
        </Popover>
      )}
    </div>
  );
}

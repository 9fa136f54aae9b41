import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useField } from "./field";
import { useId } from "./id";
import { Listbox, SHOWN, search } from "./listbox";
import { useLocale } from "./locale";
import type { Option } from "./option";
import { Popover } from "./popover";

export interface ComboProps<V extends string> {
  value: V | null;
  options: readonly Option<V>[];
  /** Null when the box was emptied; only with `clearable`. */
  onChange: (value: V | null) => void;
  placeholder?: string;
  clearable?: boolean;
  disabled?: boolean;
  label?: string;
}

/** One out of many, found by typing. */
export function Combo<V extends string>(props: ComboProps<V>) {
  const { value, options, onChange, placeholder, clearable, disabled, label } = props;
  const { t } = useLocale();
  const field = useField(label);
  const listId = useId();
  const box = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const chosen = options.find(option => option.value === value);
  const found = search(options, words ?? "");
  const last = Math.min(found.length, SHOWN) - 1;
  useLayoutEffect(() => setWords(null), [value]);
  const open = () => {
    if (disabled || isOpen) return;
    setActive(
      Math.max(
        0,
        options.findIndex(option => option.value === value),
      ),
    );
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    setWords(null);
  };
  const choose = (option: Option<V> | undefined) => {
    if (!option || option.disabled) return;
    onChange(option.value);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + 10,
      PageUp: active - 10,
    };
    if (event.key in moves) {
      event.preventDefault();
      if (!isOpen) return open();
      setActive(Math.max(0, Math.min(moves[event.key] ?? 0, last)));
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      close();
    }
  };
  return (
    <span class="nbml-combo">
      <input
        ref={box}
        id={field.id}
        {...field.labels}
        class="nbml-input nbml-combo-box"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length ? `${listId}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        disabled={disabled}
        placeholder={placeholder}
        value={words ?? chosen?.label ?? value ?? ""}
        onClick={open}
        onInput={event => {
          const typed = event.currentTarget.value;
          open();
          setActive(0);
          setWords(typed);
          if (!typed && clearable) onChange(null);
        }}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <Popover anchor={box} onClose={close} fit>
          <Listbox
            id={listId}
            options={found}
            active={active}
            chosen={one => one === value}
            onChoose={choose}
            label={label ?? t("panel.list.options")}
          />
        </Popover>
      )}
    </span>
  );
}

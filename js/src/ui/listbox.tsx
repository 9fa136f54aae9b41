import { useLayoutEffect, useRef } from "preact/hooks";
import { classes } from "./classes";
import { useLocale } from "./locale";
import type { Option } from "./option";

export interface ListboxProps<V extends string> {
  id: string;
  options: readonly Option<V>[];
  active: number;
  chosen: (value: V) => boolean;
  onChoose: (option: Option<V>) => void;
  label: string;
  many?: boolean;
}

/** Options shown at once; a longer list says how many more there are, and is searched instead. */
export const SHOWN = 200;

/** The list under a Combo. Focus stays in the box, which names the active option. */
export function Listbox<V extends string>(props: ListboxProps<V>) {
  const { id, options, active, chosen, onChoose, label, many } = props;
  const { t } = useLocale();
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    ref.current?.querySelector(`[id="${id}-${active}"]`)?.scrollIntoView?.({ block: "nearest" });
  }, [active, id]);
  if (!options.length) return <div class="nbml-list-none">{t("panel.list.none")}</div>;
  return (
    <>
      <div
        class="nbml-list"
        role="listbox"
        id={id}
        ref={ref}
        aria-label={label}
        aria-multiselectable={many || undefined}
      >
        {options.slice(0, SHOWN).map((option, index) => (
          <div
            key={option.value}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosen(option.value)}
            aria-disabled={option.disabled || undefined}
            class={classes("option", index === active && "option-active")}
            onPointerDown={event => event.preventDefault()}
            onClick={() => !option.disabled && onChoose(option)}
          >
            <span class="nbml-option-mark" aria-hidden="true" />
            <span class="nbml-option-label">{option.label}</span>
            {option.hint && <span class="nbml-option-hint">{option.hint}</span>}
          </div>
        ))}
      </div>
      {options.length > SHOWN && (
        <div class="nbml-list-none">{t("panel.list.more", { n: options.length - SHOWN })}</div>
      )}
    </>
  );
}

/** Options that hold all the words, wherever they stand; those that begin with them first. */
export function search<V extends string>(options: readonly Option<V>[], words: string): readonly Option<V>[] {
  const parts = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  if (!parts.length) return options;
  const plain = (text: string) => text.normalize("NFKC").toLowerCase();
  const hits = options.filter(option => {
    const text = plain(`${option.label} ${option.hint ?? ""}`);
    return parts.every(part => text.includes(part));
  });
  const isFirst = (option: Option<V>) => plain(option.label).startsWith(parts[0] ?? "");
  return [...hits.filter(isFirst), ...hits.filter(option => !isFirst(option))];
}

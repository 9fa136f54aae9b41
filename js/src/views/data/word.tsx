/** A word of the reading sentence: a button that opens what it lets one change. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Word } from "../../protocol/types";
import { classes, Popover } from "../../ui";
import { HeaderLines } from "./header-lines";
import { MissingWords } from "./missing-words";
import type { DataModel } from "./model";

export interface ControlProps {
  model: DataModel;
  word: Word;
  close: () => void;
}

export function WordControl({ model, word, onTypes }: { model: DataModel; word: Word; onTypes: () => void }) {
  const { t } = model.app;
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const look = classes(
    "data-word",
    word.severity === "warning" && "data-word-look",
    word.is_said && "data-word-said",
  );
  if (word.control === "none") return <span class={look}>{word.text}</span>;
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const Control = { header: HeaderLines, missing: MissingWords }[word.control as string] ?? Choices;
  return (
    <>
      <button
        ref={button}
        type="button"
        class={look}
        aria-haspopup={word.control === "types" ? undefined : "dialog"}
        aria-expanded={word.control === "types" ? undefined : isOpen}
        title={t("data_room.report.change", { word: word.text })}
        disabled={model.busy.value !== null}
        onClick={() => (word.control === "types" ? onTypes() : setOpen(!isOpen))}
      >
        {word.text}
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => setOpen(false)}>
          <Frame label={t("data_room.report.change", { word: word.text })} close={close}>
            <Control model={model} word={word} close={close} />
          </Frame>
        </Popover>
      )}
    </>
  );
}

function Frame({
  label,
  close,
  children,
}: {
  label: string;
  close: () => void;
  children: ComponentChildren;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const first = ref.current?.querySelector<HTMLElement>('[aria-checked="true"], input, textarea, button');
    first?.focus();
  }, []);
  return (
    <div
      ref={ref}
      class="nbml-data-control"
      role="dialog"
      aria-label={label}
      onKeyDown={event => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      {children}
    </div>
  );
}

function Choices({ model, word, close }: ControlProps) {
  const step = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = Array.from(
      (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role="radio"]'),
    );
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + by + all.length) % all.length]?.focus();
  };
  const choose = (value: string) => {
    close();
    const field = word.control as "encoding" | "delimiter" | "decimal" | "sheet";
    model.change("data.reread", { [field]: value || null });
  };
  return (
    <div role="radiogroup" aria-label={word.text} class="nbml-menu" onKeyDown={step}>
      {word.choices.map(choice => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === word.value}
          class={classes("menu-item", choice.value === word.value && "data-chosen")}
          onClick={() => choose(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { classes } from "./classes";
import { useId } from "./id";
import { Popover } from "./popover";
import { onArrowKeys } from "./roving";

export interface MenuItem {
  id: string;
  label: ComponentChildren;
  onSelect: () => void;
  disabled?: boolean;
  /** What cannot be taken back; stands apart. */
  danger?: boolean;
}

export interface MenuProps {
  /** The words on the button. */
  children: ComponentChildren;
  items: readonly MenuItem[];
  label?: string;
  small?: boolean;
  disabled?: boolean;
}

/** Further things to do, behind a button. */
export function Menu({ children, items, label, small, disabled }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (isOpen) list.current?.querySelector<HTMLElement>('[role="menuitem"]:not(:disabled)')?.focus();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={classes("button", "button-quiet", "menu-button", small && "button-small")}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        disabled={disabled}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={event => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        <span class="nbml-button-words">{children}</span>
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => setOpen(false)}>
          <div
            ref={list}
            id={id}
            class="nbml-menu"
            role="menu"
            aria-label={label}
            onKeyDown={event => {
              if (event.key === "Escape" || event.key === "Tab") {
                event.preventDefault();
                event.stopPropagation();
                close();
              } else onArrowKeys(event, '[role="menuitem"]', true);
            }}
          >
            {items.map(item => (
              <button
                key={item.id}
                type="button"
                role="menuitem"
                tabIndex={-1}
                class={classes("menu-item", item.danger && "menu-danger")}
                disabled={item.disabled}
                onClick={() => {
                  close();
                  item.onSelect();
                }}
              >
                {item.label}
              </button>
            ))}
          </div>
        </Popover>
      )}
    </>
  );
}

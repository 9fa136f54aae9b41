import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useId } from "./id";
import { Popover } from "./popover";

export interface TooltipProps {
  text: ComponentChildren;
  children: ComponentChildren;
}

/** More about a word, on hover and on focus; Escape puts it away. */
export function Tooltip({ text, children }: TooltipProps) {
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class="nbml-tip"
        aria-describedby={isOpen ? id : undefined}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
        onKeyDown={event => {
          if (event.key !== "Escape" || !isOpen) return;
          event.stopPropagation();
          setOpen(false);
        }}
      >
        {children}
      </button>
      {isOpen && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} kind="tip">
          <span role="tooltip" id={id}>
            {text}
          </span>
        </Popover>
      )}
    </>
  );
}

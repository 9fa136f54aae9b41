import type { ComponentChildren, Ref } from "preact";
import { classes } from "./classes";

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: (event: MouseEvent) => void;
  /** primary: the one next step of a room; quiet: in text and rows; danger: what cannot be taken back. */
  kind?: "plain" | "primary" | "quiet" | "danger";
  small?: boolean;
  disabled?: boolean;
  /** Work is under way: the words stay, the button cannot be pressed, its width does not change. */
  busy?: boolean;
  /** Makes it a toggle. */
  pressed?: boolean;
  title?: string;
  /** Its name where the words alone do not say it. */
  label?: string;
  type?: "button" | "submit";
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A button that says in words what it does. */
export function Button({ kind = "plain", type = "button", ...props }: ButtonProps) {
  return (
    <button
      ref={props.buttonRef}
      type={type}
      class={classes("button", `button-${kind}`, props.small && "button-small", props.busy && "button-busy")}
      disabled={props.disabled}
      aria-disabled={props.busy ? "true" : undefined}
      aria-busy={props.busy ? "true" : undefined}
      aria-pressed={props.pressed}
      aria-label={props.label}
      title={props.title}
      onClick={event => {
        if (!props.busy) props.onClick?.(event);
      }}
    >
      <span class="nbml-button-words">{props.children}</span>
    </button>
  );
}

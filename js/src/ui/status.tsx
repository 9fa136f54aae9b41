import type { ComponentChildren } from "preact";
import { classes } from "./classes";

export type Mark = "waiting" | "working" | "done" | "stopped" | "failed";

export interface StatusProps {
  mark: Mark;
  children: ComponentChildren;
}

/** A state: a shape as well as a colour, and always a word. */
export function Status({ mark, children }: StatusProps) {
  return (
    <span class={classes("status", `status-${mark}`)}>
      <svg class="nbml-status-mark" viewBox="0 0 10 10" aria-hidden="true">
        {mark === "done" && <path d="M1.5 5.5 4 8l4.5-6" />}
        {mark === "failed" && <path d="M2 2l6 6M8 2 2 8" />}
        {mark === "stopped" && <rect x="2" y="2" width="6" height="6" />}
        {(mark === "waiting" || mark === "working") && <circle cx="5" cy="5" r="3.25" />}
      </svg>
      <span>{children}</span>
    </span>
  );
}

export interface AmountProps {
  children: ComponentChildren;
  label: ComponentChildren;
}

/** A number with what it is, in figures of one width. */
export function Amount({ children, label }: AmountProps) {
  return (
    <div class="nbml-amount">
      <div class="nbml-amount-label">{label}</div>
      <div class="nbml-amount-value">{children}</div>
    </div>
  );
}

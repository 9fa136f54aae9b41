import type { ComponentChildren } from "preact";
import { classes } from "./classes";

export interface ProgressBarProps {
  /** Share of 1; null while nobody knows. */
  value: number | null;
  /** What goes on. */
  label: string;
  /** Beside the bar. */
  children?: ComponentChildren;
  thin?: boolean;
}

export function ProgressBar({ value, label, children, thin }: ProgressBarProps) {
  const percent = value === null ? undefined : Math.round(Math.min(Math.max(value, 0), 1) * 100);
  return (
    <div class="nbml-progress">
      <div
        class={classes("bar", thin && "bar-thin", value === null && "bar-unknown")}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div class="nbml-bar-done" style={percent === undefined ? undefined : { width: `${percent}%` }} />
      </div>
      {children && <div class="nbml-progress-words">{children}</div>}
    </div>
  );
}

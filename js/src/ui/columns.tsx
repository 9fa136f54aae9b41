import type { ComponentChildren } from "preact";
import { classes } from "./classes";

export interface ColumnsProps {
  left: ComponentChildren;
  right: ComponentChildren;
  /** How wide the left one is where there is room for two: a form, or half. */
  share?: "form" | "half";
}

/** Two columns; one above the other where the panel is under 700 px wide. */
export function Columns({ left, right, share = "form" }: ColumnsProps) {
  return (
    <div class={classes("columns", `columns-${share}`)}>
      <div class="nbml-column">{left}</div>
      <div class="nbml-column">{right}</div>
    </div>
  );
}

/** Things in a line that wraps, or under each other. */
export function Row({ children, end }: { children: ComponentChildren; end?: boolean }) {
  return <div class={classes("row", end && "row-end")}>{children}</div>;
}

export function Stack({ children, tight }: { children: ComponentChildren; tight?: boolean }) {
  return <div class={classes("stack", tight && "stack-tight")}>{children}</div>;
}

export interface SectionProps {
  title: ComponentChildren;
  children: ComponentChildren;
  /** At the right end of the title's line. */
  aside?: ComponentChildren;
}

/** A part of a room under a heading. */
export function Section({ title, children, aside }: SectionProps) {
  return (
    <section class="nbml-section">
      <div class="nbml-section-head">
        <h3 class="nbml-section-title">{title}</h3>
        {aside && <div class="nbml-section-aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

import type { ComponentChildren } from "preact";

export interface EmptyProps {
  /** What this place is for. */
  title: ComponentChildren;
  /** How it gets filled. */
  children?: ComponentChildren;
  /** The one thing to do. */
  action?: ComponentChildren;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div class="nbml-empty">
      <p class="nbml-empty-title">{title}</p>
      {children && <div class="nbml-empty-words">{children}</div>}
      {action && <div class="nbml-empty-action">{action}</div>}
    </div>
  );
}

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface DisclosureProps {
  summary: ComponentChildren;
  children: ComponentChildren;
  /** Open at first; afterwards the person decides. */
  open?: boolean;
  onToggle?: (isOpen: boolean) => void;
  /** At the right end of the summary's line. */
  aside?: ComponentChildren;
}

/** What is one fold away. Its content is made when it is first opened, and kept. */
export function Disclosure({ summary, children, open = false, onToggle, aside }: DisclosureProps) {
  const [isOpen, setOpen] = useState(open);
  const [isMade, setMade] = useState(open);
  return (
    <details
      class="nbml-disclosure"
      open={isOpen}
      onToggle={event => {
        const now = event.currentTarget.open;
        if (now === isOpen) return;
        setOpen(now);
        setMade(isMade || now);
        onToggle?.(now);
      }}
    >
      <summary>
        <span class="nbml-disclosure-words">{summary}</span>
        {aside && <span class="nbml-disclosure-aside">{aside}</span>}
      </summary>
      {isMade && <div class="nbml-disclosure-body">{children}</div>}
    </details>
  );
}

import { CopyButton } from "./copy-button";

export interface CodeProps {
  text: string;
  label: string;
}

/** Code to take away. */
export function Code({ text, label }: CodeProps) {
  return (
    <div class="nbml-code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by keyboard */}
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} small />
    </div>
  );
}

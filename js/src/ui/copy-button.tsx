import { useEffect, useState } from "preact/hooks";
import { Button, type ButtonProps } from "./button";
import { useLocale } from "./locale";

export interface CopyButtonProps {
  text: string | (() => string | Promise<string>);
  /** The words on it; "Copy" where there are none. */
  children?: string;
  small?: boolean;
  kind?: ButtonProps["kind"];
}

/** Puts a text on the clipboard and says so; where the browser does not let it, it marks nothing as done. */
export function CopyButton({ text, children, small, kind }: CopyButtonProps) {
  const { t } = useLocale();
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    const words = typeof text === "string" ? text : await text();
    setState((await write(words)) ? "done" : "failed");
  };
  const words = children ?? t("panel.copy");
  const said = { idle: words, done: t("panel.copied"), failed: t("panel.copy_failed") }[state];
  return (
    <Button small={small} kind={kind} onClick={() => copy().catch(() => setState("failed"))}>
      <span aria-live="polite">{said}</span>
    </Button>
  );
}

/** Puts a text on the clipboard; false where the browser does not let it. */
export async function write(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return writeBySelection(words);
  }
}

/** For pages that may not use the clipboard themselves: notebooks in frames, plain http. */
function writeBySelection(words: string): boolean {
  const area = document.createElement("textarea");
  area.value = words;
  area.style.cssText = "position: fixed; opacity: 0";
  document.body.append(area);
  area.select();
  const isDone = document.execCommand?.("copy") ?? false;
  area.remove();
  return isDone;
}

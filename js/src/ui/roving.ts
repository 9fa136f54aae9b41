/** One tab stop for a row of controls: arrow keys, Home and End move between them. */
export function onArrowKeys(event: KeyboardEvent, selector: string, isVertical = false): HTMLElement | null {
  const root = event.currentTarget as HTMLElement;
  const all = Array.from(root.querySelectorAll<HTMLElement>(selector)).filter(
    el => !(el as HTMLButtonElement).disabled,
  );
  const at = all.indexOf(document.activeElement as HTMLElement);
  const isRtl = getComputedStyle(root).direction === "rtl";
  const ahead = isVertical ? "ArrowDown" : isRtl ? "ArrowLeft" : "ArrowRight";
  const back = isVertical ? "ArrowUp" : isRtl ? "ArrowRight" : "ArrowLeft";
  const keys: Record<string, number> = { [ahead]: at + 1, [back]: at - 1, Home: 0, End: all.length - 1 };
  const to = keys[event.key];
  if (to === undefined || !all.length) return null;
  event.preventDefault();
  const next = all[(to + all.length) % all.length] ?? null;
  next?.focus();
  return next;
}

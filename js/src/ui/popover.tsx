import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { classes } from "./classes";

export interface PopoverProps {
  anchor: RefObject<HTMLElement | null>;
  children: ComponentChildren;
  onClose: () => void;
  /** As wide as the anchor at least. */
  fit?: boolean;
  kind?: "list" | "tip";
}

const GAP = 2;
const EDGE = 8;

/** What lies above the page beside its anchor: in the browser's top layer, so that no cell of a notebook cuts it. */
export function Popover({ anchor, children, onClose, fit, kind = "list" }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current: el } = ref;
    if (!el) return;
    // Where a browser has no top layer, it lies above its neighbours at least.
    if (el.showPopover) el.showPopover();
    else el.removeAttribute("popover");
    const place = () => {
      const at = anchor.current?.getBoundingClientRect();
      if (!at) return;
      const below = innerHeight - at.bottom - EDGE;
      const isAbove = below < Math.min(el.scrollHeight, 180) && at.top > below;
      el.style.minWidth = fit ? `${at.width}px` : "";
      el.style.maxHeight = `${Math.max(80, (isAbove ? at.top : below) - GAP - EDGE)}px`;
      el.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - el.offsetWidth - EDGE))}px`;
      el.style.top = isAbove ? "auto" : `${at.bottom + GAP}px`;
      el.style.bottom = isAbove ? `${innerHeight - at.top + GAP}px` : "auto";
    };
    place();
    const grown = new ResizeObserver(place);
    grown.observe(el);
    addEventListener("scroll", place, { capture: true, passive: true });
    addEventListener("resize", place);
    return () => {
      grown.disconnect();
      removeEventListener("scroll", place, { capture: true });
      removeEventListener("resize", place);
    };
  }, []);
  useLayoutEffect(() => {
    const outside = (event: PointerEvent) => {
      const { target } = event;
      if (!(target instanceof Node) || ref.current?.contains(target) || anchor.current?.contains(target))
        return;
      onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [onClose]);
  return (
    <div ref={ref} popover="manual" class={classes("popover", `popover-${kind}`)}>
      {children}
    </div>
  );
}

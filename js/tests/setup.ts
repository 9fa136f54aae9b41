/** What jsdom lacks of a browser, and a page that is clean after each test. */
import { cleanup, configure } from "@testing-library/preact";
import { afterEach, vi } from "vitest";

class NoResize {
  observe() {}
  unobserve() {}
  disconnect() {}
}

globalThis.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver;
const isBrowser = typeof window !== "undefined";
if (isBrowser)
  window.matchMedia ??= (() => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  })) as unknown as typeof window.matchMedia;
// axe looks for icon fonts on a canvas.
if (isBrowser) HTMLCanvasElement.prototype.getContext = () => null;
if (isBrowser) Element.prototype.scrollIntoView ??= () => {};

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  if (!isBrowser) return;
  cleanup();
  document.body.replaceChildren();
  delete (globalThis as { nbmlPage?: unknown }).nbmlPage;
  vi.useRealTimers();
});

/** Light or dark, as the page around the panel is; told again when the page changes its mind. */
export type Theme = "light" | "dark";

const WATCHED = [
  "class",
  "style",
  "data-jp-theme-light",
  "data-jp-theme-name",
  "data-vscode-theme-kind",
  "data-theme",
];

export function themeOf(el: Element): Theme {
  const { body, documentElement } = document;
  const jupyter = body.dataset.jpThemeLight ?? documentElement.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  const code = body.dataset.vscodeThemeKind;
  if (code) return /dark|^vscode-high-contrast$/.test(code) ? "dark" : "light";
  const paper = background(el);
  if (paper !== null) return paper < 0.4 ? "dark" : "light";
  return matchMedia?.("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back with the theme now and whenever it changes; gives what ends that. */
export function watchTheme(el: Element, tell: (theme: Theme) => void): () => void {
  let last: Theme | null = null;
  const look = () => {
    const theme = themeOf(el);
    if (theme !== last) tell(theme);
    last = theme;
  };
  const page = new MutationObserver(look);
  for (const node of [document.body, document.documentElement]) {
    page.observe(node, { attributes: true, attributeFilter: WATCHED });
  }
  const system = matchMedia?.("(prefers-color-scheme: dark)");
  system?.addEventListener("change", look);
  look();
  return () => {
    page.disconnect();
    system?.removeEventListener("change", look);
  };
}

/** Brightness, 0 to 1, of the nearest paper that is not seen through; null where there is none. */
function background(el: Element): number | null {
  for (let at = el.parentElement; at; at = at.parentElement) {
    const [r, g, b, a = 1] =
      getComputedStyle(at)
        .backgroundColor.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    if (r !== undefined && g !== undefined && b !== undefined && a > 0.5) {
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    }
  }
  return null;
}

/** The language that components speak in: given by the panel, English words where there is none. */
import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Plots } from "../figure/plots";
import { type Formats, formats } from "../i18n/format";
import { type Language, type Translate, translator } from "../i18n/translate";

export interface Locale {
  t: Translate;
  fmt: Formats;
  plots: Plots | null;
}

const english = signal<Language>("en");
const plain: Locale = { t: translator(english), fmt: formats(english, translator(english)), plots: null };

export const LocaleContext = createContext<Locale>(plain);
export const useLocale = (): Locale => useContext(LocaleContext);

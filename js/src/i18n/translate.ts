/** Sentences from the one catalogue, in the language in force. Reading one subscribes to the language. */
import catalogue from "nbml:catalogue";
import type { ReadonlySignal } from "@preact/signals";

export type Language = "en" | "ja";
export type Fields = Record<string, string | number>;
/** The sentence of a key; with `count`, of `key.one` or `key.other`. Numbers of {fields} are formatted before. */
export type Translate = (key: string, fields?: Fields, count?: number) => string;

const PLACE = /\{([A-Za-z_]\w*)\}/g;

export function translator(language: ReadonlySignal<Language>): Translate {
  return (key, fields, count) => {
    const spoken = language.value;
    const sentences = catalogue[spoken];
    const form = count === undefined ? key : `${key}.${new Intl.PluralRules(spoken).select(count)}`;
    const sentence = sentences[form] ?? (count === undefined ? undefined : sentences[`${key}.other`]) ?? key;
    return sentence.replace(PLACE, (_, name: string) => String(fields?.[name] ?? "?"));
  };
}

/** Numbers, times and dates as people read them; digits from the spread, as nbml.cli.figures. */
import type { ReadonlySignal } from "@preact/signals";
import type { Language, Translate } from "./translate";

const TAG: Record<Language, string> = { en: "en-GB", ja: "ja-JP" };
const HUGE = 1e7;
const TINY = 1e-4;
const NONE = "–";
type Number = number | null | undefined;

/** Decimal places worth showing: the spread's first digit, two if that is a 1; else four digits in all. */
export function decimals(value: Number, spread?: Number): number {
  if (spread && Number.isFinite(spread)) {
    const exponent = Math.floor(Math.log10(Math.abs(spread)));
    return (Math.abs(spread) < 2 * 10 ** exponent ? 1 : 0) - exponent;
  }
  return value && Number.isFinite(value) ? 3 - Math.floor(Math.log10(Math.abs(value))) : 1;
}

export interface Formats {
  /** A number with so many decimal places, else four significant digits. */
  number(value: Number, places?: number): string;
  /** A value with its spread and unit: 3.9 ± 0.3 MPa. */
  spread(value: Number, spread: Number, unit?: string | null): string;
  /** A whole number: 1,030. */
  count(value: Number): string;
  /** A share of 1: 2.5 %. */
  percent(share: Number): string;
  /** A duration, coarser as it grows: 8.2 s, 3 min 5 s, 2 h 10 min. */
  seconds(seconds: Number): string;
  /** A duration that is a guess, in round figures: 40 s, 3 min. */
  about(seconds: Number): string;
  bytes(bytes: Number): string;
  /** An instant (ISO 8601), in the reader's time zone. */
  date(iso: string | null | undefined): string;
  /** How long ago an instant was: 3 hours ago. */
  ago(iso: string | null | undefined): string;
  /** Names in a row: a, b and c. */
  list(names: readonly string[]): string;
}

export function formats(language: ReadonlySignal<Language>, t: Translate): Formats {
  const tag = () => TAG[language.value];
  const fixed = (value: number, places: number) => {
    const shown = Math.min(Math.max(places, 0), 20);
    const rounded = places < 0 ? Math.round(value / 10 ** -places) * 10 ** -places : value;
    return new Intl.NumberFormat(tag(), {
      minimumFractionDigits: shown,
      maximumFractionDigits: shown,
    }).format(rounded);
  };
  const number: Formats["number"] = (value, places) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
    if (value && (Math.abs(value) < TINY || Math.abs(value) >= HUGE)) {
      return new Intl.NumberFormat(tag(), { notation: "scientific", maximumSignificantDigits: 3 }).format(
        value,
      );
    }
    return fixed(value, places ?? decimals(value));
  };
  const seconds: Formats["seconds"] = value => {
    if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
    if (value < 9.95) return t("panel.time.s", { s: fixed(Math.max(value, 0), 1) });
    const whole = Math.round(value);
    if (whole < 60) return t("panel.time.s", { s: whole });
    if (whole < 3600) return t("panel.time.min_s", { m: Math.floor(whole / 60), s: whole % 60 });
    return t("panel.time.h_min", { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
  };
  return {
    number,
    seconds,
    spread(value, spread, unit) {
      const after = unit ? ` ${unit}` : "";
      if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
      if (spread === null || spread === undefined || !Number.isFinite(spread)) return number(value) + after;
      const places = decimals(value, spread);
      return `${number(value, places)} ± ${number(spread, places)}${after}`;
    },
    count: value =>
      value === null || value === undefined ? NONE : new Intl.NumberFormat(tag()).format(value),
    percent(share) {
      if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
      const percent = share * 100;
      const places = percent !== 0 && percent < 9.95 && percent !== Math.round(percent) ? 1 : 0;
      return `${fixed(percent, places)} %`;
    },
    about(value) {
      if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
      if (value < 10) return t("panel.time.s", { s: Math.max(1, Math.round(value)) });
      if (value < 55) return t("panel.time.s", { s: Math.round(value / 5) * 5 });
      if (value < 3570) return t("panel.time.min", { m: Math.max(1, Math.round(value / 60)) });
      return t("panel.time.h", { h: fixed(value / 3600, value < 36_000 ? 1 : 0) });
    },
    bytes(value) {
      if (value === null || value === undefined) return NONE;
      const power = value < 1024 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), 3);
      const scaled = value / 1024 ** power;
      return `${fixed(scaled, power && scaled < 9.95 ? 1 : 0)} ${["B", "kB", "MB", "GB"][power]}`;
    },
    date(iso) {
      const instant = iso ? new Date(iso) : null;
      if (!instant || Number.isNaN(instant.getTime())) return NONE;
      return new Intl.DateTimeFormat(tag(), { dateStyle: "medium", timeStyle: "short" }).format(instant);
    },
    ago(iso) {
      const instant = iso ? new Date(iso).getTime() : Number.NaN;
      if (Number.isNaN(instant)) return NONE;
      const past = (instant - Date.now()) / 1000;
      const steps: [number, Intl.RelativeTimeFormatUnit][] = [
        [86_400, "day"],
        [3600, "hour"],
        [60, "minute"],
        [1, "second"],
      ];
      const [size, unit] = steps.find(([length]) => Math.abs(past) >= length) ?? [1, "second"];
      return new Intl.RelativeTimeFormat(tag(), { numeric: "auto" }).format(Math.round(past / size), unit);
    },
    list: names => new Intl.ListFormat(tag(), { type: "conjunction" }).format(names),
  };
}

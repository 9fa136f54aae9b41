/** What is looked at: which model, which features, which row. Shared by all figures, so that one click is seen in all. */
import { signal } from "@preact/signals";
import type { HandedRow } from "../../app";
import type { Body } from "../../protocol/client";
import type { ExplainView, FeatureLine } from "../../protocol/types";

type Model = Pick<Body<"explain.open">, "job_id" | "target" | "family" | "of">;

export type { Model };
export type Of = NonNullable<Model["of"]>;
export type View = "dependence" | "partial" | "interactions" | "permutation" | "residuals";

export const FIRST = 20;
export const MOST = 60;
export const STRONGEST = "strongest";
export const NONE = "none";

export class Choices {
  readonly target = signal<string | null>(null);
  readonly family = signal<string | null>(null);
  readonly of = signal<Of>("held_out");
  /** Families drawn beside the first. */
  readonly beside = signal<readonly string[]>([]);
  readonly words = signal("");
  readonly shown = signal(FIRST);
  /** Number of the chosen row in the table, from 1. */
  readonly row = signal<number | null>(null);
  /** A row of another room, which the table does not have; looked at in place of the chosen one. */
  readonly handed = signal<HandedRow | null>(null);
  readonly feature = signal<string | null>(null);
  /** STRONGEST, NONE, or "=" and a feature's name. */
  readonly colour = signal<string>(STRONGEST);
  /** "=" and a column's name, or NONE. */
  readonly by = signal<string>(NONE);
  readonly view = signal<View>("dependence");
  readonly pair = signal<readonly [string, string] | null>(null);

  constructor(readonly jobId: string) {}

  model(): Model {
    return {
      job_id: this.jobId,
      target: this.target.value,
      family: this.family.value,
      of: this.of.value,
    };
  }

  /** Another target has other models; what was looked at in it stays where it can. */
  setTarget(target: string): void {
    this.target.value = target;
    this.family.value = null;
    this.beside.value = [];
    this.pair.value = null;
  }

  setFamily(family: string): void {
    this.family.value = family;
    this.beside.value = this.beside.value.filter(one => one !== family);
    this.pair.value = null;
  }

  look(feature: string): void {
    this.feature.value = feature;
    if (this.view.value !== "partial") this.view.value = "dependence";
  }
}

/** Features whose name holds every word, most important first. */
export function matching(view: ExplainView, words: string): FeatureLine[] {
  const wanted = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return view.features;
  return view.features.filter(({ name, label }) => {
    const text = `${name} ${label}`.normalize("NFKC").toLowerCase();
    return wanted.every(word => text.includes(word));
  });
}

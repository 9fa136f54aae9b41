/** The experiments of a search: asked for once, changed by what a person plans and measures. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../../app";
import { type Body, Closed, KernelFault } from "../../../protocol/client";
import type { ExperimentList } from "../../../protocol/types";

type Change = "optimize.experiments" | "optimize.plan" | "optimize.measure" | "optimize.unplan";
export type Planned = Body<"optimize.plan">["rows"][number];

export interface Book {
  list: ExperimentList | null;
  fault: KernelFault | null;
  isBusy: boolean;
  /** Rows of the front that are planned. */
  rows: ReadonlySet<number>;
  plan(rows: Planned[]): Promise<boolean>;
  measure(number: number, target: string, value: number | null): Promise<boolean>;
  drop(number: number): Promise<boolean>;
}

export function useBook(app: App, jobId: string): Book {
  const [list, setList] = useState<ExperimentList | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [busy, setBusy] = useState(0);
  const language = app.store.language.value;
  const send = async <K extends Change>(kind: K, body: Body<K>): Promise<boolean> => {
    setBusy(now => now + 1);
    setFault(null);
    try {
      setList((await app.client.ask(kind, body)) as ExperimentList);
      return true;
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
      return false;
    } finally {
      setBusy(now => now - 1);
    }
  };
  useEffect(() => {
    send("optimize.experiments", { job_id: jobId });
  }, [jobId, language]);
  const rows = list?.rows.flatMap(line => (line.row === null ? [] : [line.row])) ?? [];
  return {
    list,
    fault,
    isBusy: busy > 0,
    rows: new Set(rows),
    plan: planned => send("optimize.plan", { job_id: jobId, rows: planned }),
    measure: (number, target, value) => send("optimize.measure", { job_id: jobId, number, target, value }),
    drop: number => send("optimize.unplan", { job_id: jobId, number }),
  };
}

/** One question to the kernel that follows what is chosen; the last answer stays in sight until the next is there. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../app";
import { type Answered, type Body, Closed, KernelFault, type Kind } from "../protocol/client";
import type { ProgressNote } from "../protocol/types";

export interface Asked<V> {
  value: V | null;
  fault: KernelFault | null;
  progress: ProgressNote | null;
  /** The value is that of an earlier question. */
  isOld: boolean;
  again(): void;
}

/** `body` null asks nothing. */
export function useAsk<K extends Kind>(app: App, kind: K, body: Body<K> | null): Asked<Answered<K>> {
  const [attempt, setAttempt] = useState(0);
  const key = body && JSON.stringify([kind, body, app.store.language.value, attempt]);
  const [made, setMade] = useState<{ key: string; value: Answered<K> } | null>(null);
  const [failed, setFailed] = useState<{ key: string; fault: KernelFault } | null>(null);
  const [noted, setNoted] = useState<{ key: string; note: ProgressNote } | null>(null);
  useEffect(() => {
    if (!key || !body) return;
    const asked = new AbortController();
    const onProgress = (note: ProgressNote) => setNoted({ key, note });
    app.client.ask(kind, body, { signal: asked.signal, onProgress }).then(
      value => setMade({ key, value }),
      error => {
        if (error instanceof KernelFault) setFailed({ key, fault: error });
        else if (!(error instanceof Closed)) throw error;
      },
    );
    return () => asked.abort(new Closed());
  }, [key]);
  return {
    value: body ? (made?.value ?? null) : null,
    fault: failed?.key === key ? failed.fault : null,
    progress: noted?.key === key ? noted.note : null,
    isOld: made?.key !== key,
    again: () => setAttempt(attempt + 1),
  };
}

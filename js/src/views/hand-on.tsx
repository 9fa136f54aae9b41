/** A finished job into the browser's downloads: a report to read, a notebook that does it again without nbml. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app";
import { Closed, KernelFault } from "../protocol/client";
import type { ProgressNote } from "../protocol/types";
import { Button, FaultNotice, ProgressBar, Row } from "../ui";
import { save } from "./predict/batch/download";

const FILES = ["report", "notebook"] as const;
type What = (typeof FILES)[number];

export function HandOn({ app, jobId }: { app: App; jobId: string }) {
  const { client, t } = app;
  const [busy, setBusy] = useState<What | null>(null);
  const [note, setNote] = useState<ProgressNote | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const leave = useRef(new AbortController());
  useEffect(() => () => leave.current.abort(new Closed()), []);
  const make = async (what: What) => {
    setBusy(what);
    setNote(null);
    setFault(null);
    const chunks: string[] = [];
    const theme = document.querySelector('.nbml[data-theme="dark"]') ? "dark" : "light";
    try {
      const options = { chunks, signal: leave.current.signal, onProgress: setNote };
      const { name } = await client.ask("hand_on", { job_id: jobId, what, theme }, options);
      save(await unpacked(chunks.join("")), name);
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    } finally {
      setBusy(null);
    }
  };
  return (
    <Row>
      {FILES.map(what => (
        <Button
          key={what}
          busy={busy === what}
          disabled={busy !== null && busy !== what}
          onClick={() => make(what)}
          title={t(`panel.hand_on.${what}_hint`)}
        >
          {t(`panel.hand_on.${what}`)}
        </Button>
      ))}
      {busy && note && (
        <ProgressBar thin label={note.text} value={note.total ? note.done / note.total : null}>
          {note.text}
        </ProgressBar>
      )}
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
    </Row>
  );
}

async function unpacked(text: string): Promise<Blob> {
  const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
  return new Response(new Response(bytes).body?.pipeThrough(new DecompressionStream("gzip"))).blob();
}

/** The log in sentences, folded; read from the kernel while it is open. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import type { LogLine } from "../../../protocol/types";
import { Disclosure, FaultNotice } from "../../../ui";

const EVERY_MS = 1000;
const MOST = 1000;

export function Log({ app, jobId, seq }: { app: App; jobId: string; seq: number }) {
  const { t, fmt, client, store } = app;
  const [isOpen, setOpen] = useState(false);
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const read = useRef(0);
  const box = useRef<HTMLOListElement>(null);
  const language = store.language.value;
  useEffect(() => {
    read.current = 0;
    setLines([]);
  }, [jobId, language]);
  useEffect(() => {
    if (!isOpen || read.current >= seq) return;
    const asked = new AbortController();
    const timer = setTimeout(
      () =>
        client.ask("train.log", { job_id: jobId, after: read.current }, { signal: asked.signal }).then(
          more => {
            read.current = more.seq;
            setLines(known => [...known, ...more.lines].slice(-MOST));
            setFault(null);
          },
          error => error instanceof KernelFault && setFault(error),
        ),
      read.current ? EVERY_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      asked.abort(new Closed());
    };
  }, [isOpen, seq > read.current, lines, jobId, language]);
  useEffect(() => {
    const { current: el } = box;
    if (el && el.scrollHeight - el.scrollTop - el.clientHeight < 80) el.scrollTop = el.scrollHeight;
  }, [lines]);
  return (
    <Disclosure summary={t("train_room.log")} onToggle={setOpen}>
      {fault && <FaultNotice fault={fault} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long log is scrolled by keyboard */}
      <ol class="nbml-train-log" ref={box} tabIndex={0} aria-label={t("train_room.log")}>
        {lines.map(line => (
          <li key={line.seq} class={`nbml-log-${line.level}`}>
            <span class="nbml-quiet nbml-figures">{fmt.seconds(line.elapsed_s)}</span>
            <span>
              {line.level !== "info" && <strong>{t(`panel.level.${line.level}`)} </strong>}
              {line.text}
            </span>
          </li>
        ))}
      </ol>
    </Disclosure>
  );
}

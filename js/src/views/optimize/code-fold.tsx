/** The same search as code: a call to paste, and a file for the command line. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { OptimizeForm, SearchCode } from "../../protocol/types";
import { Code, Disclosure, FaultNotice, Tabs } from "../../ui";

type Kind = "call" | "yaml";

export function CodeFold({ app, form, jobId }: { app: App; form?: OptimizeForm; jobId?: string }) {
  const { t } = app;
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>("call");
  const [code, setCode] = useState<SearchCode | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    const asked = new AbortController();
    const body = { form: form ?? null, job_id: jobId ?? null };
    app.client.ask("optimize.code", body, { signal: asked.signal }).then(
      made => {
        setCode(made);
        setFault(null);
      },
      error => error instanceof KernelFault && setFault(error),
    );
    return () => asked.abort(new Closed());
  }, [isOpen, form, jobId]);
  return (
    <Disclosure summary={t("optimize_room.code")} onToggle={setOpen}>
      {fault && <FaultNotice fault={fault} />}
      {code && !fault && (
        <Tabs
          label={t("optimize_room.code")}
          tabs={(["call", "yaml"] as const).map(id => ({ id, label: t(`optimize_room.code.${id}`) }))}
          value={kind}
          onChange={setKind}
        >
          <Code text={code[kind]} label={t(`optimize_room.code.${kind}`)} />
        </Tabs>
      )}
    </Disclosure>
  );
}

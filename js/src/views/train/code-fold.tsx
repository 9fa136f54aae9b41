/** The same job as code: a call to paste, and a file for the command line. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { Code as JobCode, TrainForm } from "../../protocol/types";
import { Code, Disclosure, FaultNotice, Tabs } from "../../ui";

export interface CodeFoldProps {
  app: App;
  form?: TrainForm;
  jobId?: string;
}

type Kind = "call" | "yaml";

export function CodeFold({ app, form, jobId }: CodeFoldProps) {
  const { t } = app;
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>("call");
  const [code, setCode] = useState<JobCode | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    const asked = new AbortController();
    app.client
      .ask("train.code", { form: form ?? null, job_id: jobId ?? null }, { signal: asked.signal })
      .then(
        made => {
          setCode(made);
          setFault(null);
        },
        error => error instanceof KernelFault && setFault(error),
      );
    return () => asked.abort(new Closed());
  }, [isOpen, form, jobId]);
  return (
    <Disclosure summary={t("train_room.code")} onToggle={setOpen}>
      {fault && <FaultNotice fault={fault} />}
      {code && !fault && (
        <Tabs
          label={t("train_room.code")}
          tabs={[
            { id: "call", label: t("train_room.code.call") },
            { id: "yaml", label: t("train_room.code.yaml") },
          ]}
          value={kind}
          onChange={setKind}
        >
          <Code text={code[kind]} label={t(`train_room.code.${kind}`)} />
          {code.note && <p class="nbml-quiet">{code.note}</p>}
        </Tabs>
      )}
    </Disclosure>
  );
}

/** One run: what can be done with it, its name and note, and where it comes from. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../app";
import type { KernelFault } from "../../protocol/client";
import type { JobSummary, Lineage } from "../../protocol/types";
import {
  Button,
  Confirm,
  CopyButton,
  FaultNotice,
  Field,
  Row,
  Section,
  Stack,
  Status,
  TextBox,
} from "../../ui";
import { HandOn } from "../hand-on";
import { LineageGraph } from "./lineage-graph";
import { Best, MARK } from "./run-table";

export interface DetailProps {
  app: App;
  line: JobSummary;
  onOpen: (job_id: string) => void;
  onDescribe: (change: { name?: string; note?: string }) => void;
  onStop: () => void;
  onResume: () => void;
  onDelete: () => Promise<void>;
}

export function Detail({ app, line, onOpen, onDescribe, onStop, onResume, onDelete }: DetailProps) {
  const { t, fmt } = app;
  const [name, setName] = useState(line.title);
  const [note, setNote] = useState(line.note);
  const [isAsking, setAsking] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isUnderWay = line.state === "running" || line.state === "queued";
  const isDamaged = line.state === "damaged";
  const isEnded = line.state === "succeeded" || line.state === "cancelled";
  const hasResult = line.task === "train" && isEnded && Object.keys(line.best).length > 0;
  const facts = [
    t("runs_room.fact.rows", { n: fmt.count(line.n_rows) }, line.n_rows),
    t(
      line.task === "optimize" ? "runs_room.fact.tried" : "runs_room.fact.trials",
      { n: fmt.count(line.trials) },
      line.trials,
    ),
    line.project !== "default" && line.project,
    fmt.date(line.created),
    fmt.seconds(line.seconds),
  ].filter(Boolean);
  return (
    <Section
      title={line.title}
      aside={<Status mark={MARK[line.state]}>{t(`runs_room.state.${line.state}`)}</Status>}
    >
      <Stack>
        {!isDamaged && (
          <p class="nbml-quiet nbml-runs-facts">
            <Best app={app} line={line} /> · {facts.join(" · ")}
          </p>
        )}
        <Row>
          {!isDamaged && (
            <Button kind="primary" onClick={() => onOpen(line.id)}>
              {t("runs_room.open")}
            </Button>
          )}
          {isUnderWay && <Button onClick={onStop}>{t("runs_room.stop")}</Button>}
          {line.state === "interrupted" && <Button onClick={onResume}>{t("runs_room.resume")}</Button>}
          <CopyButton text={`nbml.open("${line.id}")`}>{t("runs_room.copy_code")}</CopyButton>
          {line.run_id && <CopyButton text={line.run_id}>{t("runs_room.copy_run")}</CopyButton>}
          {hasResult && <HandOn app={app} jobId={line.id} />}
          <Button
            kind="danger"
            disabled={isUnderWay || isDamaged}
            title={isUnderWay ? t("runs_room.stop_first") : undefined}
            onClick={() => setAsking(true)}
          >
            {t("runs_room.delete")}
          </Button>
        </Row>
        {!isDamaged && (
          <div class="nbml-runs-words">
            <Field label={t("runs_room.name")} help={t("runs_room.name_help")}>
              <TextBox
                value={name}
                onChange={setName}
                maxLength={200}
                onCommit={value => value !== line.title && onDescribe({ name: value })}
              />
            </Field>
            <Field label={t("runs_room.note")} help={t("runs_room.note_help")}>
              <TextBox
                value={note}
                onChange={setNote}
                rows={3}
                maxLength={10_000}
                onCommit={value => value.trim() !== line.note && onDescribe({ note: value })}
              />
            </Field>
          </div>
        )}
        {!isDamaged && <Trace app={app} line={line} onOpen={onOpen} />}
      </Stack>
      {isAsking && (
        <Confirm
          danger
          busy={isDeleting}
          title={t("runs_room.delete_asked", { title: line.title })}
          confirm={t("runs_room.delete")}
          onCancel={() => setAsking(false)}
          onConfirm={async () => {
            setDeleting(true);
            await onDelete();
            setDeleting(false);
            setAsking(false);
          }}
        >
          <p>{t("runs_room.delete_what")}</p>
          {line.run_id && <p>{t("runs_room.run_stays", { run: line.run_id })}</p>}
        </Confirm>
      )}
    </Section>
  );
}

function Trace({ app, line, onOpen }: { app: App; line: JobSummary; onOpen: (job_id: string) => void }) {
  const { client, t } = app;
  const [graph, setGraph] = useState<Lineage | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  useEffect(() => {
    const leave = new AbortController();
    client
      .ask("runs.lineage", { job_id: line.id }, { signal: leave.signal })
      .then(setGraph, error => !leave.signal.aborted && setFault(error as KernelFault));
    return () => leave.abort();
  }, [client, line.id, line.state, line.title]);
  return (
    <Section title={t("runs_room.lineage")}>
      {fault && <FaultNotice fault={fault} />}
      {graph && <LineageGraph app={app} graph={graph} onOpen={onOpen} />}
    </Section>
  );
}

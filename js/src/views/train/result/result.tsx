/** A finished job: how good it is in one sentence, then the scores, the figures, and where it is kept. */
import { useEffect, useState } from "preact/hooks";
import type { App, RoomName } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import type { ResultView, Snapshot, TargetResult } from "../../../protocol/types";
import { Button, Disclosure, FaultNotice, Notice, Row, Section, Stack } from "../../../ui";
import { HandOn } from "../../hand-on";
import { CodeFold } from "../code-fold";
import { Log } from "../live/log";
import { TargetChoice } from "../live/search-plot";
import { Board } from "./board";
import { Figures } from "./figures";

export interface ResultProps {
  app: App;
  job: Snapshot;
  onAgain: () => void;
}

const NEXT: RoomName[] = ["explain", "predict", "optimize"];

export function Result({ app, job, onAgain }: ResultProps) {
  const { t, fmt } = app;
  const { view, fault } = useResult(app, job);
  const [chosen, setChosen] = useState<string | null>(null);
  if (fault) return <FaultNotice fault={fault} />;
  if (!view) return <p class="nbml-train-waits">{t("train_room.result.loading")}</p>;
  const target = view.targets.find(one => one.target === chosen) ?? view.targets[0];
  const rooms = NEXT.filter(name => app.store.state.value.rooms.includes(name));
  return (
    <Section
      title={job.title}
      aside={
        <TargetChoice
          app={app}
          targets={view.targets.map(one => one.target)}
          value={target?.target ?? ""}
          onChange={setChosen}
        />
      }
    >
      <Stack>
        {view.state === "cancelled" && <Notice level="info">{t("train_room.result.stopped")}</Notice>}
        {view.targets.map(one => (
          <Verdict key={one.target} result={one} many={view.targets.length > 1} />
        ))}
        <Row>
          {rooms.map(name => (
            <Button key={name} onClick={() => app.open(name)}>
              {t(`panel.room.${name}`)}
            </Button>
          ))}
          <Button onClick={onAgain}>{t("train_room.again")}</Button>
          {view.targets.some(one => one.leaders.some(row => row.chosen)) && (
            <HandOn app={app} jobId={view.job_id} />
          )}
        </Row>
        {target && <Board app={app} view={view} result={target} />}
        {target && <Figures app={app} view={view} result={target} />}
        {view.warnings.length > 0 && (
          <Disclosure
            summary={t("train_room.warnings", { n: view.warnings.length }, view.warnings.length)}
            open={view.warnings.length <= 2}
          >
            {view.warnings.map(line => (
              <Notice key={line.code + line.message} level="warning">
                {line.message} <span class="nbml-quiet">{line.next_step}</span>
              </Notice>
            ))}
          </Disclosure>
        )}
        <CodeFold app={app} jobId={view.job_id} />
        <Log app={app} jobId={view.job_id} seq={job.seq} />
        <Disclosure summary={t("train_room.kept")}>
          <dl class="nbml-train-facts">
            <dt>{t("train_room.kept.run")}</dt>
            <dd>{view.run.run_id ? <code>{view.run.run_id}</code> : t("train_room.kept.waiting")}</dd>
            {view.run.uri && (
              <>
                <dt>MLflow</dt>
                <dd>
                  {view.run.url ? (
                    <a href={view.run.url} target="_blank" rel="noreferrer">
                      {view.run.url}
                    </a>
                  ) : (
                    <code>{view.run.uri}</code>
                  )}
                </dd>
              </>
            )}
            <dt>{t("train_room.kept.folder")}</dt>
            <dd>
              <code>{view.folder}</code>
            </dd>
            <dt>{t("train_room.kept.job")}</dt>
            <dd>
              <code>{view.job_id}</code>
            </dd>
            <dt>{t("train_room.kept.time")}</dt>
            <dd>
              {t("train_room.kept.took", {
                time: fmt.seconds(view.seconds),
                share: fmt.percent(view.busy_share),
              })}
            </dd>
          </dl>
        </Disclosure>
      </Stack>
    </Section>
  );
}

function Verdict({ result, many }: { result: TargetResult; many: boolean }) {
  return (
    <p class={`nbml-train-verdict nbml-tone-${result.tone}`}>
      {many && <strong>{result.target}: </strong>}
      {result.verdict}
    </p>
  );
}

function useResult(app: App, job: Snapshot) {
  const [view, setView] = useState<ResultView | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const language = app.store.language.value;
  useEffect(() => {
    const asked = new AbortController();
    setFault(null);
    app.client.ask("train.result", { job_id: job.job_id }, { signal: asked.signal }).then(setView, error => {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    });
    return () => asked.abort(new Closed());
  }, [job.job_id, language]);
  return { view: view?.job_id === job.job_id ? view : null, fault };
}

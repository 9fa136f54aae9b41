import { useState } from "preact/hooks";
import type { App, RoomProps } from "../../app";
import { KernelFault } from "../../protocol/client";
import type { JobView } from "../../protocol/types";
import {
  foldSpread,
  isFinished,
  leader,
  secondsLeft,
  shareDone,
  trialsDone,
  trialsPlanned,
} from "../../state/job";
import { Button, FaultNotice, type Mark, ProgressBar, Status } from "../../ui";

const MARK: Record<string, Mark> = {
  queued: "waiting",
  running: "working",
  succeeded: "done",
  cancelled: "stopped",
  failed: "failed",
  interrupted: "failed",
};

/** The job in hand at the foot of every room: how far, how good, how long, and Stop. */
export function JobLine({ app }: RoomProps) {
  const job = app.store.job.value;
  return job && <Line app={app} job={job} />;
}

function Line({ app, job: { job_id, snapshot: job } }: { app: App; job: JobView }) {
  const { store, t, fmt } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const line = store.state.value.job;
  const state = line?.id === job_id && line.state === "interrupted" ? "interrupted" : job.state;
  const isOver = isFinished(job) || state === "interrupted";
  const isStopping = store.stopping.value === job_id;
  const room = line?.task ?? "train";
  const isLost = store.connection.value === "lost";
  const said = t(`panel.state.${state}`);
  const stop = () => {
    setFault(null);
    store.stop().catch(error => error instanceof KernelFault && setFault(error));
  };
  return (
    <section class="nbml-foot" aria-label={t("panel.job.label")}>
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
      <ProgressBar thin value={shareDone(job)} label={t("panel.job.progress")} />
      <div class="nbml-job-line">
        <Status mark={isLost && !isOver ? "waiting" : (MARK[state] ?? "waiting")}>
          <span role="status">
            {isStopping
              ? t("panel.job.stopping")
              : isLost && !isOver
                ? t("panel.job.last_heard", { state: said })
                : said}
          </span>
        </Status>
        <strong class="nbml-job-title" title={job.title}>
          {job.title}
        </strong>
        <span class="nbml-job-facts nbml-figures">
          <Trials app={app} job={job} />
          <Best app={app} job={job} />
          <span>
            {isOver ? (
              t("panel.job.took", { time: fmt.seconds(job.elapsed_s) })
            ) : (
              <Left app={app} job={job} />
            )}
          </span>
        </span>
        <span class="nbml-job-actions">
          {app.room.value !== room && store.state.value.rooms.includes(room) && (
            <Button small kind="quiet" onClick={() => app.open(room)}>
              {t("panel.job.show", { room: t(`panel.room.${room}`) })}
            </Button>
          )}
          {!isOver && (
            <Button small onClick={stop} disabled={isStopping || isLost} title={t("panel.job.stop_words")}>
              {isStopping ? t("panel.job.stopping") : t("panel.job.stop")}
            </Button>
          )}
        </span>
      </div>
      {job.error && (
        <p class="nbml-foot-words">
          {job.error.message} <span class="nbml-quiet">{job.error.next_step}</span>
        </p>
      )}
      {state === "interrupted" && (
        <p class="nbml-foot-words nbml-quiet">{t("panel.job.interrupted_words", { id: job_id })}</p>
      )}
    </section>
  );
}

type Facts = { app: App; job: JobView["snapshot"] };

function Trials({ app: { t, fmt }, job }: Facts) {
  const planned = trialsPlanned(job);
  if (!job.studies.length) return null;
  const done = fmt.count(trialsDone(job));
  return (
    <span>
      {planned === null
        ? t("panel.job.trials", { done })
        : t("panel.job.trials_of", { done, planned: fmt.count(planned) })}
    </span>
  );
}

function Best({ app: { t, fmt, store }, job }: Facts) {
  const study = leader(job);
  if (!study?.best) return null;
  const { value, folds } = study.best;
  const score = fmt.spread(value, foldSpread(folds), store.unitOf(study.target));
  return <span title="RMSE">{t("panel.job.best", { score })}</span>;
}

function Left({ app: { t, fmt, store }, job }: Facts) {
  const left = secondsLeft(job);
  const cluster = store.state.value.cluster;
  if (job.stage !== "search" && job.waiting_for && job.stage !== "workers") return <>{job.waiting_for}</>;
  if (cluster.state === "starting" && cluster.text && !job.folds_done) return <>{cluster.text}</>;
  if (job.stage && job.stage !== "search") return <>{t(`panel.stage.${job.stage}`)}</>;
  return <>{left === null ? t("panel.job.estimating") : t("panel.job.left", { time: fmt.about(left) })}</>;
}

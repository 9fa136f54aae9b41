/** A job under way: what happens and what it waits for, how long still, how to stop it, how good so far. */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import { KernelFault } from "../../../protocol/client";
import type { Snapshot } from "../../../protocol/types";
import { secondsLeft, shareDone, trialsDone, trialsPlanned } from "../../../state/job";
import { Amount, Button, FaultNotice, ProgressBar, Row, Section, Stack } from "../../../ui";
import { LiveLeaderboard } from "./leaderboard";
import { Log } from "./log";
import { Notices } from "./notices";
import { SearchPlot, TargetChoice } from "./search-plot";

export function Live({ app, job }: { app: App; job: Snapshot }) {
  const targets = [...new Set(job.studies.map(study => study.target))];
  const [chosen, setChosen] = useState<string | null>(null);
  const target = chosen !== null && targets.includes(chosen) ? chosen : (targets[0] ?? "");
  return (
    <Section
      title={job.title}
      aside={<TargetChoice app={app} targets={targets} value={target} onChange={setChosen} />}
    >
      <Stack>
        <Standing app={app} job={job} />
        {targets.length > 0 ? (
          <>
            <SearchPlot app={app} job={job} target={target} />
            <LiveLeaderboard app={app} job={job} target={target} />
          </>
        ) : (
          <div class="nbml-train-plot-kept" />
        )}
        <Notices app={app} job={job} />
        <Log app={app} jobId={job.job_id} seq={job.seq} />
      </Stack>
    </Section>
  );
}

function Standing({ app, job }: { app: App; job: Snapshot }) {
  const { t, fmt, store } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const isStopping = store.stopping.value === job.job_id;
  const isLost = store.connection.value === "lost";
  const left = secondsLeft(job);
  const planned = trialsPlanned(job);
  const done = fmt.count(trialsDone(job));
  const stop = () => {
    setFault(null);
    store.stop().catch(error => error instanceof KernelFault && setFault(error));
  };
  return (
    <div class="nbml-train-standing">
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
      <div class="nbml-train-stage">
        <span role="status">{isStopping ? t("train_room.stopping") : stageWords(app, job)}</span>
        <Button small disabled={isStopping || isLost} onClick={stop} title={t("train_room.stop.words")}>
          {isStopping ? t("train_room.stopping.short") : t("train_room.stop")}
        </Button>
      </div>
      <ProgressBar value={job.stage === "search" ? shareDone(job) : null} label={t("train_room.progress")} />
      <Row>
        <Amount label={t("train_room.amount.trials")}>
          {planned === null ? done : `${done} / ${fmt.count(planned)}`}
        </Amount>
        <Amount label={t("train_room.amount.left")}>
          {job.stage === "search" && left !== null ? t("train_room.about", { time: fmt.about(left) }) : "–"}
        </Amount>
        <Amount label={t("train_room.amount.elapsed")}>{fmt.seconds(job.elapsed_s)}</Amount>
        <Amount label={t("train_room.amount.cores")}>{workersBusy(app, job)}</Amount>
      </Row>
    </div>
  );
}

/** How many have work, and how much of their time it takes lately; the share is known after a few folds. */
function workersBusy({ t, fmt }: App, job: Snapshot): string {
  if (!job.workers) return "–";
  const said = { busy: job.busy, workers: job.workers, share: fmt.percent(job.recent_share) };
  const isKnown = job.stage === "search" && job.recent_share !== null;
  return t(isKnown ? "train_room.cores" : "train_room.cores.count", said);
}

/** What goes on, in words; what is waited for where something is. */
export function stageWords({ t, store }: App, job: Snapshot): string {
  const { cluster } = store.state.value;
  const isCold = job.executor !== "inline" && !job.folds_done;
  if (cluster.state === "starting" && isCold) return cluster.text || t("train_room.starting");
  if (job.state === "queued") return t("train_room.starting");
  if (job.stage === "workers") return t("train_room.stage.workers_n", { n: job.waiting_for || "–" });
  return t(`train_room.stage.${job.stage ?? "prepare"}`);
}

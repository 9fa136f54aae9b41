/** A job that left no result: why, and what to do about it. */
import { useState } from "preact/hooks";
import type { App } from "../../app";
import { KernelFault } from "../../protocol/client";
import type { Snapshot } from "../../protocol/types";
import { trialsDone } from "../../state/job";
import { Button, FaultNotice, Notice, Row, Section, Stack } from "../../ui";
import { CodeFold } from "./code-fold";
import { LiveLeaderboard } from "./live/leaderboard";
import { Log } from "./live/log";
import { Notices } from "./live/notices";
import { SearchPlot } from "./live/search-plot";

export interface OutcomeProps {
  app: App;
  job: Snapshot;
  how: "failed" | "interrupted" | "stopped";
  onAgain: () => void;
}

export function Outcome({ app, job, how, onAgain }: OutcomeProps) {
  const { t } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [isResuming, setResuming] = useState(false);
  const targets = [...new Set(job.studies.map(study => study.target))];
  const resume = async () => {
    setResuming(true);
    setFault(null);
    try {
      await app.client.ask("train.resume", { job_id: job.job_id });
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else throw error;
    } finally {
      setResuming(false);
    }
  };
  return (
    <Section title={job.title}>
      <Stack>
        {how === "failed" && job.error && <FaultNotice fault={job.error} />}
        {how === "stopped" && <Notice level="info">{t("train_room.outcome.stopped")}</Notice>}
        {how === "interrupted" && (
          <Notice
            level="warning"
            action={{ label: t("train_room.resume"), onClick: resume, busy: isResuming }}
          >
            {t("train_room.outcome.interrupted", { n: trialsDone(job) })}
          </Notice>
        )}
        {fault && <FaultNotice fault={fault} />}
        <Row>
          <Button onClick={onAgain}>{t("train_room.again")}</Button>
        </Row>
        {trialsDone(job) > 0 &&
          targets.map(target => (
            <div key={target}>
              {targets.length > 1 && <h4 class="nbml-train-target">{target}</h4>}
              <SearchPlot app={app} job={job} target={target} />
              <LiveLeaderboard app={app} job={job} target={target} />
            </div>
          ))}
        <Notices app={app} job={job} />
        <CodeFold app={app} jobId={job.job_id} />
        <Log app={app} jobId={job.job_id} seq={job.seq} />
      </Stack>
    </Section>
  );
}

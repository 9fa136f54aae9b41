/** The job in hand, in whatever state it is. */
import type { App } from "../../app";
import type { JobView as Known } from "../../protocol/types";
import { Live } from "./live/live";
import { Outcome } from "./outcome";
import { Result } from "./result/result";

export interface JobViewProps {
  app: App;
  job: Known;
  onAgain: () => void;
}

export function JobView({ app, job: { job_id, snapshot }, onAgain }: JobViewProps) {
  const line = app.store.state.value.job;
  const job = snapshot.job_id ? snapshot : { ...snapshot, job_id };
  const shared = { app, job, onAgain };
  if (job.state === "failed") return <Outcome {...shared} how="failed" />;
  if (job.state === "succeeded") return <Result {...shared} />;
  if (job.state === "cancelled") {
    const hasResult = job.studies.some(study => study.best) || Object.keys(job.scores).length > 0;
    return hasResult ? <Result {...shared} /> : <Outcome {...shared} how="stopped" />;
  }
  if (line?.id === job_id && line.state === "interrupted") return <Outcome {...shared} how="interrupted" />;
  return <Live app={app} job={job} key={job_id} />;
}

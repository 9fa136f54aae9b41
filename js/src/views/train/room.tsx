import { useEffect, useMemo } from "preact/hooks";
import type { App, RoomProps } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import { isFinished } from "../../state/job";
import { Button, Columns, Empty, FaultNotice } from "../../ui";
import { Drafting } from "./drafting";
import { Form } from "./form/form";
import { JobView } from "./job-view";
import { Plan } from "./plan";
import "./train.css";

/** Left what to train, right what will be, is or was trained. */
export function TrainRoom({ app }: RoomProps) {
  const { store } = app;
  const drafting = useMemo(() => new Drafting(app), [app]);
  const table = store.state.value.table;
  const known = table && `${table.sha256} ${table.revision}`;
  const language = store.language.value;
  useEffect(() => {
    if (table) drafting.load(table.sha256);
  }, [known]);
  useEffect(() => drafting.reword(), [language]);
  useEffect(() => () => drafting.close(), [drafting]);
  const job = store.state.value.job?.task === "optimize" ? null : store.job.value;
  if (!table && !job) return <NoTable app={app} />;
  const right = job ? (
    <JobView app={app} job={job} onAgain={() => again(app, drafting, job.job_id)} />
  ) : (
    drafting.draft.value && <Plan app={app} draft={drafting.draft.value} isOld={drafting.isLooking.value} />
  );
  if (!table) return <div class="nbml-train">{right}</div>;
  return (
    <div
      class={
        job ? `nbml-train nbml-train-job${isFinished(job.snapshot) ? "" : " nbml-train-live"}` : "nbml-train"
      }
    >
      <Columns left={<Left app={app} drafting={drafting} />} right={right} />
    </div>
  );
}

function Left({ app, drafting }: { app: App; drafting: Drafting }) {
  const fault = drafting.fault.value;
  if (fault) {
    return (
      <FaultNotice fault={fault} action={{ label: app.t("panel.again"), onClick: () => drafting.load() }} />
    );
  }
  if (!drafting.draft.value) return <p class="nbml-train-waits">{app.t("train_room.looking")}</p>;
  return <Form app={app} drafting={drafting} />;
}

function NoTable({ app }: { app: App }) {
  const { t, store } = app;
  const hasData = store.state.value.rooms.includes("data");
  return (
    <Empty
      title={t("train_room.empty")}
      action={
        hasData && (
          <Button kind="primary" onClick={() => app.open("data")}>
            {t("train_room.empty.action")}
          </Button>
        )
      }
    >
      {t("train_room.empty.words")}
    </Empty>
  );
}

/** Puts a job's settings into the form and brings the form into sight. */
async function again(app: App, drafting: Drafting, jobId: string): Promise<void> {
  if (!app.store.state.value.table) {
    app.open("data");
    return;
  }
  try {
    const { form } = await app.client.ask("train.again", { job_id: jobId });
    drafting.take(form);
  } catch (error) {
    if (error instanceof KernelFault) drafting.refused.value = error;
    else if (!(error instanceof Closed)) throw error;
  }
}

import { useEffect, useMemo, useState } from "preact/hooks";
import type { App, HandedRow, RoomProps } from "../../app";
import { isFinished } from "../../state/job";
import { Button, Empty, FaultNotice, Section, Stack } from "../../ui";
import { HandOn } from "../hand-on";
import { useAsk } from "../use-ask";
import { Choices } from "./choices";
import { ChosenRow } from "./chosen-row";
import { CodeFold } from "./code-fold";
import { ModelBar } from "./model-bar";
import { Overview } from "./overview";
import { Work } from "./picture";
import { Views } from "./views";
import "./explain.css";

/** What a finished model has learnt: over all rows, in one row, feature by feature. */
export function ExplainRoom({ app }: RoomProps) {
  const { t } = app;
  const job = app.store.job.value;
  const isTraining = app.store.state.value.job?.task !== "optimize";
  const coming = app.handed.value;
  const handed = coming?.room === "explain" ? coming.row : null;
  if (handed && (!job || !isTraining || job.job_id === handed.job_id)) {
    const { job_id } = handed;
    const title = job?.job_id === job_id ? job.snapshot.title : handed.title;
    return <Explained app={app} jobId={job_id} title={title} handed={handed} key={job_id} />;
  }
  if (!job || !isTraining) {
    return <Nothing app={app} title={t("explain_room.empty")} words={t("explain_room.empty.words")} />;
  }
  const { snapshot } = job;
  if (!isFinished(snapshot))
    return <Nothing app={app} title={snapshot.title} words={t("explain_room.waits")} />;
  const hasModel = snapshot.state !== "failed" && snapshot.studies.some(study => study.best);
  if (!hasModel) return <Nothing app={app} title={snapshot.title} words={t("explain_room.unfinished")} />;
  return <Explained app={app} jobId={job.job_id} title={snapshot.title} key={job.job_id} />;
}

type ExplainedProps = { app: App; jobId: string; title: string; handed?: HandedRow };

function Explained({ app, jobId, title, handed }: ExplainedProps) {
  const { t } = app;
  const choices = useMemo(() => new Choices(jobId), [jobId]);
  useEffect(() => {
    choices.handed.value = handed ?? null;
  }, [choices, handed]);
  const [isStopped, setStopped] = useState(false);
  const isInFront = app.room.value === "explain";
  const [isSeen, setSeen] = useState(isInFront);
  useEffect(() => {
    if (isInFront) setSeen(true);
  }, [isInFront]);
  const asked = useAsk(app, "explain.open", isStopped || !isSeen ? null : choices.model());
  const view = asked.value;
  const row = choices.row.value;
  const seen = useAsk(
    app,
    "explain.row",
    view && row !== null ? { ...choices.model(), target: view.target, family: view.family, row } : null,
  );
  if (asked.fault) {
    const back = () => {
      choices.of.value = "held_out";
      choices.family.value = null;
      asked.again();
    };
    return <FaultNotice fault={asked.fault} action={{ label: t("panel.again"), onClick: back }} />;
  }
  if (isStopped) {
    const again = () => {
      choices.of.value = "held_out";
      choices.family.value = null;
      setStopped(false);
    };
    return <Button onClick={again}>{t("panel.again")}</Button>;
  }
  if (!view || (asked.isOld && asked.progress)) {
    return (
      <div class="nbml-explain">
        <Work app={app} note={asked.progress} onStop={asked.progress ? () => setStopped(true) : undefined} />
      </div>
    );
  }
  const shared = { app, choices, view };
  return (
    <div class={asked.isOld ? "nbml-explain nbml-explain-old" : "nbml-explain"} aria-busy={asked.isOld}>
      <Stack>
        <Section title={title} aside={<HandOn app={app} jobId={jobId} />}>
          <ModelBar {...shared} />
        </Section>
        <Overview {...shared} row={seen.value} />
        <ChosenRow {...shared} asked={seen} />
        <Views {...shared} row={seen.value} />
        {view.is_sampled && (
          <p class="nbml-quiet">{t("explain_room.sampled", { rows: app.fmt.count(view.n_rows) })}</p>
        )}
        <CodeFold {...shared} />
      </Stack>
    </div>
  );
}

function Nothing({ app, title, words }: { app: App; title: string; words: string }) {
  return (
    <Empty
      title={title}
      action={
        app.store.state.value.rooms.includes("train") && (
          <Button kind="primary" onClick={() => app.open("train")}>
            {app.t("explain_room.empty.action")}
          </Button>
        )
      }
    >
      {words}
    </Empty>
  );
}

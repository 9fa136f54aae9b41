import { useEffect, useMemo, useState } from "preact/hooks";
import type { App, RoomProps } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import type { JobView, MeasuredRows } from "../../protocol/types";
import { isFinished } from "../../state/job";
import { Button, Columns, Empty, FaultNotice, Notice, Section } from "../../ui";
import { Form } from "./form/form";
import { ofDraft } from "./front/front";
import { Live } from "./front/live";
import { Result } from "./front/result";
import { Scatter } from "./front/scatter";
import { Setting } from "./setting";
import "./optimize.css";

/** Left what is wanted and what may be set, right the front that is looked for or found. */
export function OptimizeRoom({ app }: RoomProps) {
  const { store } = app;
  const setting = useMemo(() => new Setting(app), [app]);
  const line = store.state.value.job;
  const language = store.language.value;
  const hand = line?.task === "train" ? `${line.id} ${line.state}` : "";
  useEffect(() => {
    if (hand || !setting.form.value) setting.load();
  }, [hand]);
  useEffect(() => {
    setting.again();
  }, [language]);
  useEffect(() => () => setting.close(), [setting]);
  const job = line?.task === "optimize" ? store.job.value : null;
  const draft = setting.draft.value;
  if (!job && draft && !draft.form.runs.length) return <NoModels app={app} />;
  return (
    <div class={job ? "nbml-optimize nbml-optimize-job" : "nbml-optimize"}>
      <Columns
        left={<Left app={app} setting={setting} />}
        right={job ? <Job app={app} setting={setting} job={job} /> : <Plan app={app} setting={setting} />}
      />
    </div>
  );
}

type Props = { app: App; setting: Setting };

function Left({ app, setting }: Props) {
  const fault = setting.fault.value;
  const again = { label: app.t("panel.again"), onClick: () => setting.load() };
  if (fault && (fault.field !== "runs" || !setting.draft.value))
    return <FaultNotice fault={fault} action={again} />;
  if (!setting.draft.value) return <p class="nbml-quiet">{app.t("optimize_room.looking")}</p>;
  return <Form app={app} setting={setting} />;
}

function NoModels({ app }: RoomProps) {
  const { t, store } = app;
  return (
    <Empty
      title={t("optimize_room.empty")}
      action={
        store.state.value.rooms.includes("train") && (
          <Button kind="primary" onClick={() => app.open("train")}>
            {t("optimize_room.empty.action")}
          </Button>
        )
      }
    >
      {t("optimize_room.empty.words")}
    </Empty>
  );
}

/** What will be done, before it is. */
function Plan({ app, setting }: Props) {
  const { t, fmt } = app;
  const form = setting.form.value;
  const measured = useMeasured(app, form?.runs ?? []);
  const draft = setting.draft.value;
  if (!form || !draft) return null;
  const goals = form.goals.filter(goal => goal.goal && goal.of);
  const front = ofDraft({ ...draft, form });
  const free = form.inputs.filter(row => row.use !== "fixed").length;
  return (
    <Section title={t("optimize_room.plan")}>
      {goals.length ? (
        <p class="nbml-optimize-verdict">
          {t("optimize_room.plan.words", {
            inputs: fmt.count(free),
            goals: fmt.list(goals.map(goal => `${goal.of} (${t(`optimize_room.goal.${goal.goal}`)})`)),
            n: fmt.count(form.evaluations),
            targets: fmt.list(draft.targets.map(target => target.name)),
          })}
        </p>
      ) : (
        <p>{t("optimize_room.plan.none")}</p>
      )}
      <p class="nbml-quiet">{t("optimize_room.plan.next")}</p>
      {measured && measured.n_rows > 0 && <Scatter app={app} front={front} measured={measured} />}
    </Section>
  );
}

function Job({ app, setting, job: { job_id, snapshot } }: Props & { job: JobView }) {
  const { t, client, store } = app;
  const measured = useMeasured(app, setting.form.value?.runs ?? []);
  const job = snapshot.job_id ? snapshot : { ...snapshot, job_id };
  const line = store.state.value.job;
  const titles = new Map(setting.draft.value?.runs.map(run => [run.id, run.title]));
  const again = async () => {
    try {
      setting.take((await client.ask("optimize.again", { job_id })).form);
    } catch (error) {
      if (error instanceof KernelFault) setting.refused.value = error;
      else if (!(error instanceof Closed)) throw error;
    }
  };
  if (job.state === "failed")
    return (
      <Notice
        level="error"
        title={t("optimize_room.front.failed")}
        action={{ label: t("optimize_room.front.again"), onClick: again }}
      >
        {job.error?.message} {job.error?.next_step}
      </Notice>
    );
  if (isFinished(job) && job.artifacts.includes("pareto"))
    return <Result app={app} jobId={job_id} measured={measured} titles={titles} onAgain={again} />;
  if (isFinished(job)) return <Notice level="info">{t("optimize_room.front.stopped")}</Notice>;
  if (line?.state === "interrupted")
    return <Notice level="warning">{t("panel.job.interrupted_words", { id: job_id })}</Notice>;
  const ranges = ["between", "at_least", "at_most"];
  const limits =
    setting.form.value?.goals.filter(goal => ranges.includes(goal.goal ?? "") && !goal.soft) ?? [];
  const kept = new Set(limits.map(goal => goal.of));
  return <Live key={job_id} app={app} job={job} measured={measured} kept={kept} />;
}

function useMeasured(app: App, runs: readonly string[]): MeasuredRows | null {
  const [measured, setMeasured] = useState<MeasuredRows | null>(null);
  const known = runs.join(" ");
  useEffect(() => {
    if (!known) return;
    const asked = new AbortController();
    app.client
      .ask("optimize.measured", { runs: known.split(" ") }, { signal: asked.signal })
      .then(setMeasured, error => {
        if (!(error instanceof KernelFault || error instanceof Closed)) throw error;
      });
    return () => asked.abort(new Closed());
  }, [known]);
  return measured;
}

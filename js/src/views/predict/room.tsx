/** Predict: ask the models of a finished run, point by point in the profiler or for a whole table. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { App, RoomProps } from "../../app";
import type { ModelList, ModelView } from "../../protocol/types";
import { Button, Combo, Empty, FaultNotice, Notice, Select, Tabs } from "../../ui";
import { BatchTab } from "./batch/batch";
import { LEVELS, PredictModel } from "./model";
import "./predict.css";
import { ProfilerView } from "./profiler/profiler";

type Part = "profiler" | "batch";
const PARTS: readonly Part[] = ["profiler", "batch"];

export function PredictRoom({ app }: RoomProps) {
  const { store, t } = app;
  const model = useMemo(() => new PredictModel(app), [app]);
  const [part, setPart] = useState<Part>("profiler");
  const isInFront = app.room.value === "predict";
  const job = store.state.value.job;
  const language = store.language.value;
  const hasEnded = job?.state === "succeeded" || job?.state === "cancelled";
  const handed = app.handed.value;
  const taken = useRef<typeof handed>(null);
  useEffect(() => {
    if (!isInFront) return;
    if (handed?.room === "predict" && handed !== taken.current) {
      taken.current = handed;
      setPart("profiler");
      model.take(handed.row);
    } else model.look(hasEnded ? job?.id : null);
  }, [model, isInFront, handed, job?.id, hasEnded]);
  useEffect(() => {
    if (model.opened.peek()) model.profiler.ask();
  }, [language]);
  useEffect(() => () => model.close(), [model]);
  const list = model.list.value;
  const opened = model.opened.value;
  const fault = model.fault.value;
  return (
    <div class="nbml-predict">
      {fault && (
        <FaultNotice fault={fault} action={{ label: t("panel.again"), onClick: () => model.look(job?.id) }} />
      )}
      {list && !list.models.length && !fault && <NoModel app={app} />}
      {!opened && !fault && (!list || list.models.length > 0) && (
        <p class="nbml-quiet" role="status">
          {t(list ? "predict_room.opening" : "predict_room.waiting")}
        </p>
      )}
      {list && opened && (
        <>
          <Choice app={app} model={model} list={list} opened={opened} />
          {opened.notes.map(note => (
            <Notice key={note.code + note.message} level="warning">
              {note.message} <span class="nbml-quiet">{note.next_step}</span>
            </Notice>
          ))}
          <Tabs<Part>
            label={t("predict_room.parts")}
            value={part}
            onChange={setPart}
            tabs={PARTS.map(id => ({ id, label: t(`predict_room.tab.${id}`) }))}
          >
            {part === "profiler" ? (
              <ProfilerView app={app} model={model} opened={opened} />
            ) : (
              <BatchTab app={app} model={model} opened={opened} />
            )}
          </Tabs>
        </>
      )}
    </div>
  );
}

interface ChoiceProps {
  app: App;
  model: PredictModel;
  list: ModelList;
  opened: ModelView;
}

function Choice({ app, model, list, opened }: ChoiceProps) {
  const { t, fmt } = app;
  const level = model.interval.value;
  return (
    <div class="nbml-predict-choice">
      <div class="nbml-predict-run-choice">
        <span class="nbml-quiet">{t("predict_room.model")}</span>
        <Combo
          label={t("predict_room.model")}
          value={opened.job_id}
          disabled={model.isOpening.value || model.batch.running.value !== null}
          options={list.models.map(one => ({
            value: one.job_id,
            label: one.title,
            hint: `${fmt.list(one.targets)} · ${fmt.ago(one.created)}`,
          }))}
          onChange={job => job && model.open(job)}
        />
      </div>
      <div class="nbml-predict-level-choice">
        <span class="nbml-quiet">{t("predict_room.interval")}</span>
        <Select
          label={t("predict_room.interval")}
          value={level === null ? "none" : String(level)}
          options={[
            ...LEVELS.map(one => ({ value: String(one), label: fmt.percent(one) })),
            { value: "none", label: t("predict_room.interval.none") },
          ]}
          onChange={value => model.chooseInterval(value === "none" ? null : Number(value))}
        />
      </div>
    </div>
  );
}

function NoModel({ app }: { app: App }) {
  const { t, store } = app;
  const hasTrain = store.state.value.rooms.includes("train");
  return (
    <Empty
      title={t("predict_room.empty")}
      action={
        hasTrain && (
          <Button kind="primary" onClick={() => app.open("train")}>
            {t("predict_room.empty.action")}
          </Button>
        )
      }
    >
      {t("predict_room.empty.words")}
    </Empty>
  );
}

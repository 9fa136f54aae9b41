/** Batch: choose a table, see which column is which input, predict, look at the answers, download them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { ModelView, PredictionRecord } from "../../../protocol/types";
import {
  Button,
  Confirm,
  Disclosure,
  FaultNotice,
  Notice,
  ProgressBar,
  Row,
  Section,
  Stack,
  Switch,
} from "../../../ui";
import { Source } from "../../data/source";
import type { PredictModel } from "../model";
import { Mapping } from "./mapping";
import { Predictions } from "./predictions";

export function BatchTab({ app, model, opened }: { app: App; model: PredictModel; opened: ModelView }) {
  const { t, fmt, store } = app;
  const { batch } = model;
  const [isChoosing, setChoosing] = useState(false);
  const chosen = batch.chosen.value;
  const running = batch.running.value;
  const shown = batch.shown.value;
  const fault = batch.fault.value;
  const table = store.state.value.table;
  const isBusy = batch.isReading.value || running !== null;
  const answers = useRef<HTMLDivElement>(null);
  const known = useRef(shown?.record.id);
  useEffect(() => {
    if (shown && shown.record.id !== known.current) answers.current?.scrollIntoView?.({ block: "nearest" });
    known.current = shown?.record.id;
  }, [shown?.record.id]);
  const choose = async (source: Parameters<typeof batch.choose>[0]) => {
    const isRead = await batch.choose(source);
    if (isRead) setChoosing(false);
    return isRead;
  };
  return (
    <Stack>
      <div class="nbml-predict-busy">
        {batch.isReading.value && <ProgressBar thin value={null} label={t("data_room.reading")} />}
      </div>
      {fault && <FaultNotice fault={fault} onDismiss={() => (batch.fault.value = null)} />}
      {!chosen || isChoosing ? (
        <Section
          title={t("predict_room.batch.choose")}
          aside={
            chosen && (
              <Button small kind="quiet" onClick={() => setChoosing(false)}>
                {t("data_room.source.back", { name: chosen.name })}
              </Button>
            )
          }
        >
          <div class="nbml-predict-source">
            <p class="nbml-quiet">{t("predict_room.batch.words")}</p>
            {table && (
              <Row>
                <Button small disabled={isBusy} onClick={() => choose({ kind: "table" })}>
                  {t("predict_room.batch.in_hand", { name: table.name, rows: fmt.count(table.n_rows) })}
                </Button>
              </Row>
            )}
            <Source app={app} isBusy={isBusy} choose={choose} />
          </div>
        </Section>
      ) : (
        <Section
          title={<bdi>{chosen.name}</bdi>}
          aside={
            <Button small disabled={isBusy} onClick={() => setChoosing(true)}>
              {t("data_room.source.change")}
            </Button>
          }
        >
          <Stack>
            <p class="nbml-quiet">
              {t("data_room.source.shape", {
                rows: fmt.count(chosen.n_rows),
                columns: fmt.count(chosen.columns.length),
              })}
            </p>
            {chosen.warnings.length > 0 && (
              <Disclosure
                summary={t(
                  "predict_room.batch.warnings",
                  { n: chosen.warnings.length },
                  chosen.warnings.length,
                )}
              >
                <ul>
                  {chosen.warnings.map(words => (
                    <li key={words}>{words}</li>
                  ))}
                </ul>
              </Disclosure>
            )}
            <Mapping app={app} batch={batch} chosen={chosen} opened={opened} />
            {chosen.fault && (
              <Notice level="error">
                <span>{chosen.fault.message}</span> <span>{chosen.fault.next_step}</span>{" "}
                <span class="nbml-code-name">{chosen.fault.code}</span>
              </Notice>
            )}
            <Row>
              {running ? (
                <ProgressBar
                  value={running.total ? running.done / running.total : null}
                  label={t("predict_room.batch.running")}
                >
                  <span class="nbml-figures">
                    {running.text ||
                      t("predict_room.batch.done_of", {
                        done: fmt.count(running.done),
                        total: fmt.count(running.total ?? 0),
                      })}
                  </span>
                  <Button small kind="quiet" onClick={() => batch.stop()}>
                    {t("predict_room.stop")}
                  </Button>
                </ProgressBar>
              ) : (
                <>
                  <Button
                    kind="primary"
                    disabled={chosen.fault !== null || isBusy}
                    onClick={() => batch.start()}
                  >
                    {t("predict_room.batch.start", { n: fmt.count(chosen.n_rows) }, chosen.n_rows)}
                  </Button>
                  <Switch checked={batch.beside.value} onChange={on => (batch.beside.value = on)}>
                    {t("predict_room.batch.beside")}
                  </Switch>
                </>
              )}
            </Row>
          </Stack>
        </Section>
      )}
      <div ref={answers}>
        {shown && (
          <Section title={t("predict_room.run.title")}>
            <Predictions app={app} batch={batch} view={shown} />
          </Section>
        )}
      </div>
      <Earlier app={app} model={model} />
    </Stack>
  );
}

/** Runs of these models, to look at again. */
function Earlier({ app, model }: { app: App; model: PredictModel }) {
  const { t, fmt } = app;
  const { batch } = model;
  const [going, setGoing] = useState<PredictionRecord | null>(null);
  const runs = batch.runs.value?.predictions ?? [];
  const others = runs.filter(run => run.id !== batch.shown.value?.record.id);
  if (!others.length) return null;
  return (
    <Disclosure summary={t("predict_room.earlier", { n: others.length }, others.length)}>
      <ul class="nbml-predict-earlier">
        {others.map(run => (
          <li key={run.id}>
            <bdi>{run.source}</bdi>{" "}
            <span class="nbml-quiet nbml-figures">
              {t("predict_room.earlier.line", { rows: fmt.count(run.rows), when: fmt.date(run.created) })}
            </span>
            <Button small kind="quiet" onClick={() => batch.open(run.id)}>
              {t("predict_room.earlier.open")}
            </Button>
            <Button small kind="quiet" onClick={() => setGoing(run)}>
              {t("predict_room.earlier.drop")}
            </Button>
          </li>
        ))}
      </ul>
      {going && (
        <Confirm
          title={t("predict_room.earlier.drop_title")}
          confirm={t("predict_room.earlier.drop")}
          danger
          onConfirm={() => {
            batch.drop(going.id);
            setGoing(null);
          }}
          onCancel={() => setGoing(null)}
        >
          {t("predict_room.earlier.drop_words", { source: going.source, rows: fmt.count(going.rows) })}
        </Confirm>
      )}
    </Disclosure>
  );
}

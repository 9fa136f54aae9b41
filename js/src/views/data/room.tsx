/** Data: choose a table, see how it was read, correct it, look at it, and mend what the checks find. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { RoomProps } from "../../app";
import { Button, Columns, CopyButton, Empty, FaultNotice, ProgressBar, Row, Section, Tabs } from "../../ui";
import { useId } from "../../ui/id";
import { type ChartChoice, Charts, FIRST_CHOICE } from "./charts";
import { Checks } from "./checks";
import "./data.css";
import { Examples } from "./examples";
import { Grid } from "./grid";
import { DataModel } from "./model";
import { Report } from "./report";
import { Sheet } from "./sheet";
import { Source } from "./source";

type Part = "table" | "columns" | "charts";
const PARTS: readonly Part[] = ["table", "columns", "charts"];

export function DataRoom({ app }: RoomProps) {
  const { t, fmt, store } = app;
  const model = useMemo(() => new DataModel(app), [app]);
  const panelId = useId();
  const [part, setPart] = useState<Part>("table");
  const [isChoosing, setChoosing] = useState(false);
  const [charts, setCharts] = useState<ChartChoice>(FIRST_CHOICE);
  const { value: view } = model.view;
  const revision = store.state.value.table?.revision;
  const language = store.language.value;
  const isLive = store.connection.value === "live" || store.connection.value === "busy";
  useEffect(() => {
    if (isLive && model.busy.peek() === null) model.open();
  }, [model, revision, language, isLive]);
  const source = view?.source ?? null;
  const names = view?.columns.map(column => column.name).join("\n");
  useEffect(() => setCharts(FIRST_CHOICE), [source?.kind, source?.name, names]);
  const onKeyDown = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    const key = event.key.toLowerCase();
    if (isTyping || !(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "y" || event.shiftKey) view?.can_redo && model.change("data.redo", {});
    else view?.can_undo && model.change("data.undo", {});
  };
  const busy = model.busy.value !== null;
  const undo = (
    <>
      <Button
        small
        kind="quiet"
        disabled={!view?.can_undo}
        busy={busy}
        onClick={() => model.change("data.undo", {})}
      >
        {t("data_room.report.undo")}
      </Button>
      <Button
        small
        kind="quiet"
        disabled={!view?.can_redo}
        busy={busy}
        onClick={() => model.change("data.redo", {})}
      >
        {t("data_room.report.redo")}
      </Button>
      {source && !view?.fault && (
        <CopyButton small kind="quiet" text={() => model.code()}>
          {t("data_room.report.code")}
        </CopyButton>
      )}
    </>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: undo and redo by keyboard; buttons do the same
    <div class="nbml-data" onKeyDown={onKeyDown}>
      <div class="nbml-data-busy">
        {busy && <ProgressBar thin value={null} label={model.busy.value ?? ""} />}
      </div>
      {source === null || isChoosing ? (
        <Columns
          left={
            <Section
              title={t("data_room.source.title")}
              aside={
                source && (
                  <Button small kind="quiet" onClick={() => setChoosing(false)}>
                    {t("data_room.source.back", { name: source.name })}
                  </Button>
                )
              }
            >
              <Source
                app={app}
                isBusy={busy}
                choose={source => model.change("data.choose", { source })}
                onChosen={() => setChoosing(false)}
              />
            </Section>
          }
          right={
            <Empty title={t("data_room.empty.title")}>
              <p>{t("data_room.empty.words")}</p>
              <Examples
                app={app}
                isBusy={busy}
                choose={async name => {
                  const source = { kind: "example" as const, name };
                  if (await model.change("data.choose", { source })) setChoosing(false);
                }}
              />
              {model.fault.value && (
                <FaultNotice fault={model.fault.value} onDismiss={() => (model.fault.value = null)} />
              )}
            </Empty>
          }
        />
      ) : (
        <>
          <div class="nbml-data-parts">
            <div class="nbml-data-current">
              <bdi class="nbml-data-current-name">{source.name}</bdi>
              <span class="nbml-quiet nbml-data-current-kind">
                {t(`data_room.source.kind.${source.kind}`)}
              </span>
              <Button small onClick={() => setChoosing(true)}>
                {t("data_room.source.change")}
              </Button>
            </div>
            <Row end>{undo}</Row>
          </div>
          <Columns
            share="half"
            left={<Report model={model} onTypes={() => setPart("columns")} />}
            right={<Checks model={model} onColumns={() => setPart("columns")} />}
          />
        </>
      )}
      {view !== null && view.n_columns > 0 && !isChoosing && (
        <>
          <div class="nbml-data-parts">
            <Tabs<Part>
              label={source?.name ?? ""}
              panelId={panelId}
              value={part}
              onChange={setPart}
              tabs={PARTS.map(id => ({
                id,
                label: t(`data_room.tab.${id}`),
                note: {
                  table: fmt.count(view.n_rows),
                  columns: fmt.count(view.n_columns),
                  charts: undefined,
                }[id],
              }))}
            />
            <Row end>
              {app.store.state.value.rooms.includes("train") && (
                <Button kind="primary" onClick={() => app.open("train")}>
                  {t("data_room.report.train")}
                </Button>
              )}
            </Row>
          </div>
          <div id={panelId} role="tabpanel" aria-labelledby={`${panelId}-${part}`}>
            {part === "table" && (
              <Grid
                model={model}
                onColumn={position => {
                  setCharts({ ...FIRST_CHOICE, x: String(position) });
                  setPart("charts");
                }}
              />
            )}
            {part === "columns" && <Sheet model={model} />}
            {part === "charts" && <Charts model={model} choice={charts} onChange={setCharts} />}
          </div>
        </>
      )}
    </div>
  );
}

/** The row in hand: how to find one, the list it came from, and how its prediction comes about. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../../app";
import type { PlotlyFigure } from "../../figure/plotly";
import type { Body } from "../../protocol/client";
import type { ExplainView, RowLine, RowView } from "../../protocol/types";
import { Button, FaultNotice, Figure, Section, Segmented, Stack, Table, TextBox } from "../../ui";
import { familyName } from "../train/result/board";
import { type Asked, useAsk } from "../use-ask";
import type { Choices, Model } from "./choices";

type Pick = NonNullable<Body<"explain.rows">["pick"]>;
const PICKS: Pick[] = ["worst", "highest", "lowest", "random"];
const PAUSE_MS = 250;

interface ChosenRowProps {
  app: App;
  choices: Choices;
  view: ExplainView;
  asked: Asked<RowView>;
}

export function ChosenRow({ app, choices, view, asked }: ChosenRowProps) {
  const model = { ...choices.model(), target: view.target, family: view.family };
  if (choices.handed.value) return <Handed app={app} choices={choices} view={view} model={model} />;
  return (
    <Section title={app.t("explain_room.row")}>
      <div class="nbml-explain-row">
        <Picker app={app} choices={choices} model={model} />
        <Stack>
          <Waterfall app={app} view={view} asked={asked} hasRow={choices.row.value !== null} />
          {choices.row.value !== null &&
            choices.beside.value.map(family => (
              <div key={family}>
                <h4 class="nbml-explain-model">{familyName(app, family)}</h4>
                <OtherWaterfall app={app} view={view} row={choices.row.value} model={{ ...model, family }} />
              </div>
            ))}
        </Stack>
      </div>
    </Section>
  );
}

/** A row that came from another room: what the final model makes of it. */
function Handed({ app, choices, view, model }: Omit<ChosenRowProps, "asked"> & { model: Model }) {
  const { t, fmt } = app;
  const row = choices.handed.value;
  const place = useRef<HTMLDivElement>(null);
  const asked = useAsk(app, "explain.new_row", row && { ...model, cells: Object.fromEntries(row.cells) });
  useEffect(() => place.current?.scrollIntoView?.({ block: "nearest" }), [row, asked.value !== null]);
  if (!row) return null;
  const after = view.unit ? ` ${view.unit}` : "";
  const figure = (asked.value?.figure ?? null) as PlotlyFigure | null;
  const own = figure?.layout?.height;
  return (
    <div ref={place}>
      <Section
        title={row.title}
        aside={
          <Button
            small
            onClick={() => {
              choices.handed.value = null;
            }}
          >
            {t("explain_room.row.handed.back")}
          </Button>
        }
      >
        {asked.fault && <FaultNotice fault={asked.fault} />}
        <p class="nbml-explain-sentence" role="status">
          {asked.value
            ? t("explain_room.row.handed.words", {
                title: row.title,
                predicted: fmt.number(asked.value.predicted) + after,
              })
            : " "}
        </p>
        <p class="nbml-quiet">{t("explain_room.row.handed.how")}</p>
        {!asked.fault && (
          <Figure
            figure={figure}
            label={t("explain_room.waterfall")}
            height={typeof own === "number" ? own : 440}
          />
        )}
      </Section>
    </div>
  );
}

function Picker({ app, choices, model }: { app: App; choices: Choices; model: Model }) {
  const { t, fmt } = app;
  const [pick, setPick] = useState<Pick>("worst");
  const [seed, setSeed] = useState(0);
  const [words, setWords] = useState("");
  const [sought, setSought] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSought(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const found = useAsk(app, "explain.rows", {
    ...model,
    pick: sought ? "search" : pick,
    seed: !sought && pick === "random" ? seed : 0,
    words: sought,
  });
  const rows = found.value?.rows ?? [];
  const first = rows[0]?.row;
  useEffect(() => {
    if (choices.row.value === null && first !== undefined) choices.row.value = first;
  }, [first]);
  const number = (value: number | null) => fmt.number(value);
  const columns = [
    {
      key: "row",
      title: t("explain_room.row.list.row"),
      cell: (line: RowLine) => fmt.count(line.row),
      value: (line: RowLine) => line.row,
      width: "4rem",
      align: "end" as const,
    },
    ...(["predicted", "measured", "residual"] as const).map(key => ({
      key,
      title: t(`explain_room.row.list.${key}`),
      cell: (line: RowLine) => number(line[key]),
      value: (line: RowLine) => line[key],
      width: "minmax(5rem, 1fr)",
      align: "end" as const,
    })),
  ];
  return (
    <Stack tight>
      <TextBox
        type="search"
        label={t("explain_room.row.search")}
        placeholder={t("explain_room.row.search")}
        value={words}
        onChange={setWords}
      />
      <Segmented
        label={t("explain_room.row.pick")}
        value={sought ? null : pick}
        options={PICKS.map(value => ({ value, label: t(`explain_room.row.${value}`) }))}
        onChange={value => {
          setPick(value);
          setWords("");
          setSought("");
          if (value === "random") setSeed(Math.floor(Math.random() * 2 ** 31));
        }}
      />
      {found.fault && <FaultNotice fault={found.fault} />}
      <Table
        label={t("explain_room.row.list")}
        columns={columns}
        rows={rows}
        rowKey={line => String(line.row)}
        height="18rem"
        select="one"
        selected={new Set(choices.row.value === null ? [] : [String(choices.row.value)])}
        onSelect={keys => {
          const [key] = keys;
          if (key !== undefined) choices.row.value = Number(key);
        }}
        empty={found.value ? t("explain_room.row.list.none") : ""}
      />
      {found.value && sought && found.value.total > rows.length && (
        <p class="nbml-quiet">
          {t("explain_room.row.matches", { n: fmt.count(found.value.total), shown: rows.length })}
        </p>
      )}
    </Stack>
  );
}

function OtherWaterfall(props: { app: App; view: ExplainView; model: Model; row: number | null }) {
  const { app, view, model, row } = props;
  const asked = useAsk(app, "explain.row", row === null ? null : { ...model, row });
  return <Waterfall app={app} view={view} asked={asked} hasRow={row !== null} />;
}

interface WaterfallProps {
  app: App;
  view: ExplainView;
  asked: Asked<RowView>;
  hasRow: boolean;
}

function Waterfall({ app, view, asked, hasRow }: WaterfallProps) {
  const { t, fmt } = app;
  if (!hasRow) return <p class="nbml-quiet">{t("explain_room.row.none")}</p>;
  if (asked.fault) return <FaultNotice fault={asked.fault} />;
  const { value: row } = asked;
  const after = view.unit ? ` ${view.unit}` : "";
  const said = row && {
    row: fmt.count(row.row),
    predicted: fmt.number(row.predicted) + after,
    measured: fmt.number(row.measured) + after,
    residual: fmt.number(row.residual) + after,
  };
  const figure = (row?.figure ?? null) as PlotlyFigure | null;
  const own = figure?.layout?.height;
  return (
    <div aria-busy={asked.isOld}>
      <p class="nbml-explain-sentence" role="status">
        {said
          ? t(row.measured === null ? "explain_room.row.words.unmeasured" : "explain_room.row.words", said)
          : " "}
      </p>
      <Figure
        figure={figure}
        label={t("explain_room.waterfall")}
        height={typeof own === "number" ? own : 440}
      />
    </div>
  );
}

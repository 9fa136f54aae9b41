/** Charts of one and two columns, and of how columns go together. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { PlotlyFigure } from "../../figure/plotly";
import { KernelFault } from "../../protocol/client";
import { Combo, FaultNotice, Field, Figure, MultiCombo, Segmented } from "../../ui";
import { isQuantity } from "./distribution";
import type { DataModel } from "./model";

type What = "columns" | "correlation";
type Method = "pearson" | "spearman";

export interface ChartChoice {
  what: What;
  x: string | null;
  y: string | null;
  colour: string | null;
  positions: string[];
  method: Method;
}

export const FIRST_CHOICE: ChartChoice = {
  what: "columns",
  x: null,
  y: null,
  colour: null,
  positions: [],
  method: "pearson",
};

interface Props {
  model: DataModel;
  choice: ChartChoice;
  onChange: (choice: ChartChoice) => void;
}

export function Charts({ model, choice, onChange }: Props) {
  const { t, client } = model.app;
  const { value: columns } = model.columns;
  const [figure, setFigure] = useState<PlotlyFigure | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const options = useMemo(
    () =>
      model.known.value.map(column => ({
        value: String(column.position),
        label: column.label,
        hint: t(`data_room.kind.${column.kind}`),
      })),
    [columns, t("data_room.kind.number")],
  );
  const quantities = useMemo(
    () => new Set(model.known.value.filter(isQuantity).map(column => String(column.position))),
    [columns],
  );
  const known = model.known.value;
  const first =
    known.find(column => column.role === "target") ??
    known.find(column => column.role === "feature" && isQuantity(column)) ??
    columns[0];
  const x = choice.x ?? String(first?.position ?? 0);
  const { revision } = model;
  const mayColour = choice.y !== null && quantities.has(x) && quantities.has(choice.y);
  const body =
    choice.what === "columns"
      ? {
          chart: choice.what,
          x: Number(x),
          y: number(choice.y),
          colour: mayColour ? number(choice.colour) : null,
        }
      : { chart: choice.what, positions: choice.positions.map(Number), method: choice.method };
  useEffect(() => {
    let isGone = false;
    client.ask("data.figure", { revision, ...body }).then(
      drawn => {
        if (isGone) return;
        setFigure(drawn.figure as unknown as PlotlyFigure);
        setFault(null);
      },
      error => !isGone && error instanceof KernelFault && setFault(error),
    );
    return () => {
      isGone = true;
    };
  }, [revision, JSON.stringify(body), model.app.store.language.value]);
  const name = (place: string | null) => (place === null ? "" : (columns[Number(place)]?.label ?? ""));
  const names = [name(x), name(choice.y)].filter(Boolean).join(", ");
  return (
    <div class="nbml-data-charts">
      <div class="nbml-data-chart-form">
        <Segmented<What>
          label={t("data_room.chart.what")}
          value={choice.what}
          onChange={what => onChange({ ...choice, what })}
          options={[
            { value: "columns", label: t("data_room.chart.columns") },
            { value: "correlation", label: t("data_room.chart.correlation") },
          ]}
        />
        {choice.what === "columns" ? (
          <>
            <Field label={t("data_room.chart.x")}>
              <Combo value={x} options={options} onChange={place => onChange({ ...choice, x: place })} />
            </Field>
            <Field label={t("data_room.chart.y")}>
              <Combo
                value={choice.y}
                options={options}
                clearable
                placeholder={t("data_room.chart.y_none")}
                onChange={place => onChange({ ...choice, y: place })}
              />
            </Field>
            {mayColour && (
              <Field label={t("data_room.chart.colour")}>
                <Combo
                  value={choice.colour}
                  options={options}
                  clearable
                  placeholder={t("data_room.chart.colour_none")}
                  onChange={place => onChange({ ...choice, colour: place })}
                />
              </Field>
            )}
          </>
        ) : (
          <>
            <Field label={t("data_room.chart.method")}>
              <Segmented<Method>
                value={choice.method}
                onChange={method => onChange({ ...choice, method })}
                options={[
                  { value: "pearson", label: t("data_room.chart.pearson") },
                  { value: "spearman", label: t("data_room.chart.spearman") },
                ]}
              />
            </Field>
            <Field label={t("data_room.chart.positions")} help={t("data_room.chart.positions_help")}>
              <MultiCombo
                value={choice.positions}
                options={options.filter(option => quantities.has(option.value))}
                onChange={positions => onChange({ ...choice, positions: positions.slice(0, 60) })}
              />
            </Field>
          </>
        )}
      </div>
      <div class="nbml-data-chart">
        {fault ? (
          <FaultNotice fault={fault} />
        ) : (
          <Figure
            figure={figure}
            label={
              choice.what === "columns"
                ? t("data_room.chart.label", { names })
                : t("data_room.chart.label_correlation")
            }
            height={choice.what === "columns" ? 380 : 480}
            onClick={rows => model.select(rows.map(row => row - 1).filter(row => row >= 0))}
          />
        )}
      </div>
    </div>
  );
}

function number(place: string | null): number | null {
  return place === null ? null : Number(place);
}

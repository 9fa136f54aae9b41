/** The front as points: any two axes, a third as colour, training rows behind; a press selects a row. */
import { useMemo, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { PlotlyFigure } from "../../../figure/plotly";
import type { MeasuredRows } from "../../../protocol/types";
import { Figure, Select } from "../../../ui";
import { type Axis, axisOf, behind, type Front, usualAxes } from "./front";

export interface ScatterProps {
  app: App;
  front: Front;
  measured: MeasuredRows | null;
  /** Rows that pass the filter; all when left out. */
  shown?: readonly number[];
  selected?: number | null;
  onSelect?: (row: number) => void;
}

const FRONT = "#0072b2";
const CHOSEN = "#d55e00";
const BEHIND = "#8c8c8c";

export function Scatter({ app, front, measured, shown, selected = null, onSelect }: ScatterProps) {
  const { t } = app;
  const [asked, setAsked] = useState<{ x?: string; y?: string; colour?: string }>({});
  const usual = usualAxes(front);
  const numbers = front.axes.filter(axis => axis.isNumber);
  const there = (key: string | undefined) => (key && numbers.some(axis => axis.key === key) ? key : null);
  const third = front.goals.find(key => key !== usual.x && key !== usual.y) ?? null;
  const x = axisOf(front, there(asked.x) ?? usual.x);
  const y = axisOf(front, there(asked.y) ?? usual.y);
  const colour = asked.colour === "" ? undefined : axisOf(front, there(asked.colour) ?? third);
  const figure = useMemo(
    () => (x && y ? draw(front, { x, y, colour }, behind(measured, x, y), shown, selected, words(t)) : null),
    [front, x?.key, y?.key, colour?.key, measured, shown, selected, t("optimize_room.measured")],
  );
  if (!x || !y) return null;
  const options = numbers.map(axis => ({ value: axis.key, label: axis.label }));
  return (
    <div class="nbml-optimize-scatter">
      <div class="nbml-optimize-axes">
        {(["x", "y", "colour"] as const).map(name => (
          <span key={name} class="nbml-optimize-axis">
            <span>{t(`optimize_room.axis.${name}`)}</span>
            <Select
              label={t(`optimize_room.axis.${name}`)}
              value={(name === "x" ? x : name === "y" ? y : colour)?.key ?? ""}
              options={
                name === "colour" ? [{ value: "", label: t("optimize_room.axis.none") }, ...options] : options
              }
              onChange={key => setAsked({ ...asked, [name]: key })}
            />
          </span>
        ))}
      </div>
      <Figure
        figure={figure}
        height={360}
        label={t("optimize_room.scatter", { x: x.label, y: y.label })}
        onClick={rows => rows[0] !== undefined && rows[0] >= 0 && onSelect?.(rows[0])}
      />
    </div>
  );
}

const words = (t: App["t"]) => ({
  measured: t("optimize_room.measured"),
  front: t("optimize_room.front"),
  knee: t("optimize_room.knee"),
  selected: t("optimize_room.selected"),
});

/** A text that Plotly shows letter by letter. */
export function plain(text: string, width = 40): string {
  const cut =
    Array.from(text).length > width
      ? `${Array.from(text)
          .slice(0, width - 1)
          .join("")}…`
      : text;
  const signs: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    $: "&#36;",
    "{": "&#123;",
    "}": "&#125;",
  };
  return cut.replace(/[&<>${}]/g, sign => signs[sign] ?? sign);
}

type Axes = { x: Axis; y: Axis; colour: Axis | undefined };

export function draw(
  front: Front,
  { x, y, colour }: Axes,
  training: [number[], number[]] | null,
  shown: readonly number[] | undefined,
  selected: number | null,
  said: ReturnType<typeof words>,
): PlotlyFigure {
  const rows = shown ?? Array.from({ length: front.rows }, (_, row) => row);
  const at = (axis: Axis, list: readonly number[]) => list.map(row => axis.cells[row] ?? null);
  const hover = `${plain(x.label)}: %{x:.5~g}<br>${plain(y.label)}: %{y:.5~g}<extra></extra>`;
  const data: Record<string, unknown>[] = [];
  if (training?.[0].length) {
    data.push({
      type: training[0].length >= 3000 ? "scattergl" : "scatter",
      mode: "markers",
      name: said.measured,
      x: training[0],
      y: training[1],
      customdata: training[0].map(() => -1),
      marker: { color: BEHIND, size: 4, opacity: 0.4 },
      hoverinfo: "skip",
    });
  }
  const found: Record<string, unknown> = {
    type: "scatter",
    mode: "markers",
    name: said.front,
    x: at(x, rows),
    y: at(y, rows),
    customdata: rows,
    hovertemplate: colour
      ? hover.replace("<extra>", `<br>${plain(colour.label)}: %{marker.color:.5~g}<extra>`)
      : hover,
    marker: {
      size: 9,
      line: { width: 0.5, color: "rgba(60,60,60,0.8)" },
      ...(colour
        ? {
            color: at(colour, rows),
            colorscale: "Viridis",
            colorbar: { title: { text: plain(colour.label, 24), side: "right" }, thickness: 12 },
          }
        : { color: FRONT }),
    },
  };
  if (rows.length) data.push(found);
  const ring = (row: number, name: string, marker: Record<string, unknown>) =>
    data.push({
      type: "scatter",
      mode: "markers",
      name,
      x: at(x, [row]),
      y: at(y, [row]),
      customdata: [row],
      hovertemplate: hover,
      marker,
    });
  if (front.knee !== null && rows.includes(front.knee))
    ring(front.knee, said.knee, {
      symbol: "star",
      size: 15,
      color: "#e69f00",
      line: { width: 1, color: "#444" },
    });
  if (selected !== null && selected < front.rows)
    ring(selected, said.selected, { symbol: "circle-open", size: 18, color: CHOSEN, line: { width: 3 } });
  return {
    data,
    layout: {
      xaxis: { title: { text: plain(x.label), standoff: 8 } },
      yaxis: { title: { text: plain(y.label), standoff: 8 } },
      showlegend: data.length > 1,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      margin: { l: 60, r: 16, t: 36, b: 48 },
      uirevision: plain(`${x.key} ${y.key}`, 200),
    },
  };
}

/** Figures of a front: points in a plane or in space, training rows behind, the knee and the chosen row marked. */
import type { PlotlyFigure } from "../../../figure/plotly";
import type { Axis, Front } from "./front";
import { type Look, spaceOf, USUAL_LOOK } from "./space";

const FRONT = "#0072b2";
const CHOSEN = "#d55e00";
const KNEE = "#e69f00";
const BEHIND = "#8c8c8c";
/** Training rows from which points are drawn by WebGL. */
const MANY = 3000;

export interface Axes {
  x: Axis;
  y: Axis;
  z?: Axis | undefined;
  colour: Axis | undefined;
  look?: Look;
}

export interface Said {
  measured: string;
  front: string;
  knee: string;
  selected: string;
}

const SIGNS: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  $: "&#36;",
  "{": "&#123;",
  "}": "&#125;",
};

/** A text that Plotly shows letter by letter. */
export const plain = (text: string, width = 40) =>
  shortened(text, width).replace(/[&<>${}]/g, sign => SIGNS[sign] ?? sign);

function shortened(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length > width ? `${letters.slice(0, width - 1).join("")}…` : text;
}

/** `training`: a list of numbers an axis; `shown`: rows that pass the filter, all when left out. */
export function draw(
  front: Front,
  { x, y, z, colour, look = USUAL_LOOK }: Axes,
  training: readonly number[][] | null,
  shown: readonly number[] | undefined,
  selected: number | null,
  said: Said,
): PlotlyFigure {
  const rows = shown ?? Array.from({ length: front.rows }, (_, row) => row);
  const axes = z ? [x, y, z] : [x, y];
  const cells = (list: readonly number[]) => axes.map(axis => list.map(row => axis.cells[row] ?? null));
  const whole = axes.map((axis, place) => [...axis.cells, ...(training?.[place] ?? [])]);
  const names = axes.map(axis => plain(axis.label, z ? 24 : 40));
  const space = z ? spaceOf(names, whole, look) : null;
  const flat = (columns: readonly (readonly (string | number | null)[])[]) =>
    space ? space.flat(columns) : { x: columns[0], y: columns[1] };
  const hoverOf = (list: readonly number[]) => ({
    text: list.map(row =>
      [...axes, ...(colour ? [colour] : [])]
        .map(axis => `${plain(axis.label)}: ${told(axis.cells[row])}`)
        .join("<br>"),
    ),
    hovertemplate: "%{text}<extra></extra>",
  });
  const data: Record<string, unknown>[] = [...(space?.frame ?? [])];
  if (training?.[0]?.length) {
    data.push({
      type: training[0].length >= MANY ? "scattergl" : "scatter",
      mode: "markers",
      name: said.measured,
      ...flat(training),
      customdata: training[0].map(() => -1),
      marker: { color: BEHIND, size: 4, opacity: 0.4 },
      hoverinfo: "skip",
    });
  }
  if (rows.length)
    data.push({
      type: "scatter",
      mode: "markers",
      name: said.front,
      ...flat(cells(rows)),
      ...hoverOf(rows),
      customdata: rows,
      marker: {
        size: 9,
        line: { width: 0.5, color: "rgba(60,60,60,0.8)" },
        ...(colour
          ? {
              color: rows.map(row => colour.cells[row] ?? null),
              colorscale: "Viridis",
              colorbar: { title: { text: plain(colour.label, 24), side: "right" }, thickness: 12 },
            }
          : { color: FRONT }),
      },
    });
  const ring = (row: number, name: string, marker: Record<string, unknown>) =>
    data.push({
      type: "scatter",
      mode: "markers",
      name,
      ...flat(cells([row])),
      ...hoverOf([row]),
      customdata: [row],
      marker,
    });
  if (front.knee !== null && rows.includes(front.knee))
    ring(front.knee, said.knee, {
      symbol: "star",
      size: 15,
      color: KNEE,
      line: { width: 1, color: "#444" },
    });
  if (selected !== null && selected < front.rows)
    ring(selected, said.selected, {
      symbol: "circle-open",
      size: 18,
      color: CHOSEN,
      line: { width: 3, color: CHOSEN },
    });
  const title = (name: string | undefined) => ({ title: { text: name, standoff: 8 } });
  return {
    data,
    layout: {
      ...(space?.layout ?? { xaxis: title(names[0]), yaxis: title(names[1]) }),
      showlegend: data.length > (space?.frame.length ?? 0) + 1,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      margin: z ? { l: 8, r: 8, t: 36, b: 8 } : { l: 60, r: 16, t: 36, b: 48 },
      uirevision: plain([x, y, z].map(axis => axis?.key).join(" "), 300),
    },
  };
}

const told = (cell: string | number | null | undefined) =>
  typeof cell === "number" ? String(Number(cell.toPrecision(5))) : plain(String(cell ?? "–"));

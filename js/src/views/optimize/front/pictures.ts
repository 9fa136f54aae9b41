/** Figures of a front: points in a plane or in space, training rows behind, the knee and the chosen row marked. */
import type { PlotlyFigure } from "../../../figure/plotly";
import type { Axis, Front } from "./front";

const FRONT = "#0072b2";
const CHOSEN = "#d55e00";
const KNEE = "#e69f00";
const BEHIND = "#8c8c8c";
/** Far enough away for the names of the axes. */
const CAMERA = { eye: { x: 1.55, y: 1.55, z: 1 }, center: { x: 0, y: 0, z: -0.15 } };
/** Training rows from which points are drawn by WebGL. */
const MANY = 3000;

export interface Axes {
  x: Axis;
  y: Axis;
  z?: Axis | undefined;
  colour: Axis | undefined;
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

/** A text in space, which is drawn letter by letter but for tags. */
const inSpace = (text: string) => shortened(text, 24).replace(/[<>]/g, sign => (sign === "<" ? "‹" : "›"));

/** `training`: a list of numbers an axis; `shown`: rows that pass the filter, all when left out. */
export function draw(
  front: Front,
  { x, y, z, colour }: Axes,
  training: readonly number[][] | null,
  shown: readonly number[] | undefined,
  selected: number | null,
  said: Said,
): PlotlyFigure {
  const rows = shown ?? Array.from({ length: front.rows }, (_, row) => row);
  const axes = z ? { x, y, z } : { x, y };
  const names = Object.keys(axes) as (keyof typeof axes)[];
  const type = z ? "scatter3d" : "scatter";
  const at = (axis: Axis, list: readonly number[]) => list.map(row => axis.cells[row] ?? null);
  const points = (list: readonly number[]) =>
    Object.fromEntries(Object.entries(axes).map(([name, axis]) => [name, at(axis, list)]));
  const told = Object.entries(axes).map(([name, axis]) => `${plain(axis.label)}: %{${name}:.5~g}`);
  const hover = `${told.join("<br>")}<extra></extra>`;
  const data: Record<string, unknown>[] = [];
  if (training?.[0]?.length) {
    data.push({
      type: !z && training[0].length >= MANY ? "scattergl" : type,
      mode: "markers",
      name: said.measured,
      ...Object.fromEntries(names.map((name, place) => [name, training[place]])),
      customdata: training[0].map(() => -1),
      marker: { color: BEHIND, size: z ? 2.5 : 4, opacity: 0.4 },
      hoverinfo: "skip",
    });
  }
  const line = { width: z ? 0 : 0.5, color: "rgba(60,60,60,0.8)" };
  if (rows.length)
    data.push({
      type,
      mode: "markers",
      name: said.front,
      ...points(rows),
      customdata: rows,
      hovertemplate: colour
        ? hover.replace("<extra>", `<br>${plain(colour.label)}: %{marker.color:.5~g}<extra>`)
        : hover,
      marker: {
        size: z ? 5 : 9,
        line,
        ...(colour
          ? {
              color: at(colour, rows),
              colorscale: "Viridis",
              colorbar: { title: { text: plain(colour.label, 24), side: "right" }, thickness: 12 },
            }
          : { color: FRONT }),
      },
    });
  const ring = (row: number, name: string, marker: Record<string, unknown>) =>
    data.push({
      type,
      mode: "markers",
      name,
      ...points([row]),
      customdata: [row],
      hovertemplate: hover,
      marker,
    });
  if (front.knee !== null && rows.includes(front.knee))
    ring(front.knee, said.knee, {
      symbol: z ? "diamond" : "star",
      size: z ? 8 : 15,
      color: KNEE,
      line: { width: 1, color: "#444" },
    });
  if (selected !== null && selected < front.rows)
    ring(selected, said.selected, {
      symbol: "circle-open",
      size: z ? 12 : 18,
      color: CHOSEN,
      line: { width: 3, color: CHOSEN },
    });
  const title = (axis: Axis) => ({
    title: { text: z ? inSpace(axis.label) : plain(axis.label), standoff: 8 },
  });
  const named = z
    ? { scene: { xaxis: title(x), yaxis: title(y), zaxis: title(z), aspectmode: "cube", camera: CAMERA } }
    : { xaxis: title(x), yaxis: title(y) };
  return {
    data,
    layout: {
      ...named,
      showlegend: data.length > 1,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      margin: z ? { l: 0, r: 0, t: 36, b: 0 } : { l: 60, r: 16, t: 36, b: 48 },
      uirevision: plain([x, y, z].map(axis => axis?.key).join(" "), 300),
    },
  };
}

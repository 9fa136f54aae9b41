/** A figure in the colours, type and size of the place it stands in. Pure but for reading CSS variables. */
import type { PlotlyFigure } from "./plotly";

/** Qualitative colours that colour-blind readers tell apart, for light and dark paper. */
const SERIES = ["#4477aa", "#ee8866", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999999"];

export function themed(figure: PlotlyFigure, el: HTMLElement, height: number): Required<PlotlyFigure> {
  const style = getComputedStyle(el);
  const css = (name: string, other: string) => style.getPropertyValue(name).trim() || other;
  const text = css("--nbml-text", "#222");
  const quiet = css("--nbml-text-quiet", "#666");
  const grid = css("--nbml-grid", "#e5e5e5");
  const paper = css("--nbml-surface", "#fff");
  const axis = {
    gridcolor: grid,
    zerolinecolor: grid,
    linecolor: css("--nbml-line", "#bbb"),
    tickcolor: css("--nbml-line", "#bbb"),
    tickfont: { color: quiet },
    automargin: true,
  };
  const given = figure.layout ?? {};
  const layout: Record<string, unknown> = {
    colorway: SERIES,
    hovermode: "closest",
    ...given,
    width: el.clientWidth || 640,
    height,
    autosize: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...(given.font as object), family: style.fontFamily, size: 12, color: text },
    hoverlabel: {
      bgcolor: paper,
      bordercolor: css("--nbml-line", "#bbb"),
      font: { family: style.fontFamily, size: 12, color: text },
      align: "left",
      namelength: 40,
    },
    margin: { l: 56, r: 16, t: given.title ? 40 : 16, b: 44, ...(given.margin as object) },
    legend: { bgcolor: "rgba(0,0,0,0)", ...(given.legend as object) },
  };
  for (const name of new Set([
    "xaxis",
    "yaxis",
    ...Object.keys(given).filter(key => /^[xy]axis\d*$/.test(key)),
  ])) {
    layout[name] = { ...axis, ...(given[name] as object) };
  }
  delete layout.template;
  const config = {
    displaylogo: false,
    displayModeBar: false,
    responsive: false,
    scrollZoom: false,
    ...figure.config,
  };
  return { data: figure.data, layout, config };
}

/** Every row as a line over inputs and goals; a press selects the nearest line. Drawn here: lines are few. */
import type { App } from "../../../app";
import type { Axis, Front } from "./front";

const HEIGHT = 220;
const TOP = 34;
const FOOT = 18;
const SPACE = 92;
const MOST = 24;

export interface ParallelProps {
  app: App;
  front: Front;
  shown: readonly number[];
  selected: number | null;
  onSelect: (row: number) => void;
}

export function Parallel({ app, front, shown, selected, onSelect }: ParallelProps) {
  const { t, fmt } = app;
  const axes = chosen(front).slice(0, MOST);
  if (axes.length < 2) return null;
  const scales = axes.map(scale);
  const width = SPACE * axes.length;
  const line = (row: number) =>
    scales.map((of, at) => `${at ? "L" : "M"}${place(at)} ${of.y(row).toFixed(1)}`).join("");
  const order = selected === null ? shown : [...shown.filter(row => row !== selected), selected];
  return (
    <div class="nbml-optimize-scrolls">
      <svg
        class="nbml-optimize-parallel"
        viewBox={`0 0 ${width} ${HEIGHT + TOP + FOOT}`}
        style={{ minWidth: `${width * 0.8}px` }}
        role="img"
        aria-label={t("optimize_room.parallel")}
      >
        <title>{t("optimize_room.parallel.words")}</title>
        {order.map(row => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the table selects the same rows by keyboard
          <path
            key={row}
            d={line(row)}
            class={row === selected ? "nbml-optimize-line nbml-optimize-line-chosen" : "nbml-optimize-line"}
            onClick={() => onSelect(row)}
          />
        ))}
        {axes.map((axis, at) => (
          <g key={axis.key}>
            <line x1={place(at)} x2={place(at)} y1={TOP} y2={TOP + HEIGHT} />
            <text x={place(at)} y={12} text-anchor="middle">
              <title>{axis.label}</title>
              {short(axis.role === "predicted" ? axis.of : axis.label)}
            </text>
            <text x={place(at)} y={TOP - 6} text-anchor="middle" class="nbml-optimize-end">
              {scales[at]?.top(fmt.number)}
            </text>
            <text x={place(at)} y={TOP + HEIGHT + 13} text-anchor="middle" class="nbml-optimize-end">
              {scales[at]?.foot(fmt.number)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

const place = (at: number) => SPACE * (at + 0.5);
const short = (text: string) =>
  Array.from(text).length > 14 ? `${Array.from(text).slice(0, 13).join("")}…` : text;

/** Inputs that vary, then what goals are on. */
function chosen(front: Front): Axis[] {
  const goals = new Set(front.goals);
  const inputs = front.axes.filter(
    axis => axis.role === "input" && !goals.has(axis.key) && new Set(axis.cells).size > 1,
  );
  return [...inputs, ...front.axes.filter(axis => goals.has(axis.key))];
}

function scale(axis: Axis) {
  const levels = axis.isNumber ? [] : [...new Set(axis.cells.map(String))];
  const values = axis.cells.map(cell =>
    axis.isNumber ? (typeof cell === "number" ? cell : Number.NaN) : levels.indexOf(String(cell)),
  );
  const known = values.filter(value => !Number.isNaN(value));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const end = (value: number, number: (value: number) => string) =>
    axis.isNumber ? number(value) : short(levels[value] ?? "");
  return {
    y: (row: number) => {
      const value = values[row];
      const share =
        value === undefined || Number.isNaN(value) ? 0 : high > low ? (value - low) / (high - low) : 0.5;
      return TOP + HEIGHT * (1 - share);
    },
    top: (number: (value: number) => string) => end(high, number),
    foot: (number: (value: number) => string) => (high > low ? end(low, number) : ""),
  };
}

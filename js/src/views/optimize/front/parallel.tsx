/** Every row as a line over inputs and goals; a press selects the nearest line, a pull along an axis keeps a part of
 * it. Drawn here: lines are few. */
import { useRef, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { Axis, Front, Limit } from "./front";

const HEIGHT = 220;
const TOP = 34;
const FOOT = 18;
const SPACE = 92;
const MOST = 24;
/** A pull shorter than this is a press. */
const PRESS = 5;

export interface ParallelProps {
  app: App;
  front: Front;
  shown: readonly number[];
  selected: number | null;
  onSelect: (row: number) => void;
  limits: readonly Limit[];
  onLimits: (limits: Limit[]) => void;
}

export function Parallel({ app, front, shown, selected, onSelect, limits, onLimits }: ParallelProps) {
  const { t, fmt } = app;
  const box = useRef<SVGSVGElement>(null);
  const [pull, setPull] = useState<{ at: number; from: number; to: number } | null>(null);
  const axes = chosen(front).slice(0, MOST);
  if (axes.length < 2) return null;
  const scales = axes.map(scale);
  const width = SPACE * axes.length;
  const line = (row: number) =>
    scales.map((of, at) => `${at ? "L" : "M"}${place(at)} ${of.y(row).toFixed(1)}`).join("");
  const kept = shown.filter(row => row !== selected && row !== front.knee);
  const last = [front.knee, selected].filter((row): row is number => row !== null && shown.includes(row));
  const order = [...kept, ...new Set(last)];
  const limitOf = (axis: Axis) => limits.find(limit => limit.key === axis.key);
  const height = (event: PointerEvent) => {
    const at = box.current?.getBoundingClientRect();
    const y = at?.height ? ((event.clientY - at.top) / at.height) * (HEIGHT + TOP + FOOT) : 0;
    return Math.min(Math.max(y, TOP), TOP + HEIGHT);
  };
  const settle = () => {
    setPull(null);
    const axis = pull && axes[pull.at];
    const of = pull && scales[pull.at];
    if (!axis || !of) return;
    const others = limits.filter(limit => limit.key !== axis.key);
    if (Math.abs(pull.to - pull.from) < PRESS) return onLimits(others);
    const ends = [of.value(pull.from), of.value(pull.to)].sort((a, b) => a - b) as [number, number];
    const [low, high] = ends.map(end => Number(end.toPrecision(4)));
    onLimits([...others, { key: axis.key, low: low ?? null, high: high ?? null }]);
  };
  return (
    <div class="nbml-optimize-scrolls">
      <svg
        ref={box}
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
            class={`nbml-optimize-line${row === selected ? " nbml-optimize-line-chosen" : row === front.knee ? " nbml-optimize-line-knee" : ""}`}
            onClick={() => onSelect(row)}
          />
        ))}
        {axes.map((axis, at) => {
          const of = scales[at];
          const limit = limitOf(axis);
          const part =
            pull?.at === at
              ? ([pull.from, pull.to].sort((a, b) => a - b) as [number, number])
              : limit && of && axis.isNumber
                ? ([of.place(limit.high ?? Infinity), of.place(limit.low ?? -Infinity)] as const)
                : null;
          return (
            <g key={axis.key}>
              <line x1={place(at)} x2={place(at)} y1={TOP} y2={TOP + HEIGHT} />
              {part && (
                <rect
                  class="nbml-optimize-kept-part"
                  x={place(at) - 6}
                  width={12}
                  y={part[0]}
                  height={Math.max(part[1] - part[0], 2)}
                />
              )}
              {axis.isNumber && (
                <rect
                  class="nbml-optimize-pull"
                  x={place(at) - 9}
                  width={18}
                  y={TOP}
                  height={HEIGHT}
                  onPointerDown={event => {
                    event.currentTarget.setPointerCapture?.(event.pointerId);
                    setPull({ at, from: height(event), to: height(event) });
                  }}
                  onPointerMove={event => pull?.at === at && setPull({ ...pull, to: height(event) })}
                  onPointerUp={settle}
                />
              )}
              <text x={place(at)} y={12} text-anchor="middle">
                <title>{axis.label}</title>
                {short(axis.role === "predicted" ? axis.of : axis.label)}
              </text>
              <text x={place(at)} y={TOP - 6} text-anchor="middle" class="nbml-optimize-end">
                {of?.top(fmt.number)}
              </text>
              <text x={place(at)} y={TOP + HEIGHT + 13} text-anchor="middle" class="nbml-optimize-end">
                {of?.foot(fmt.number)}
              </text>
            </g>
          );
        })}
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
  const share = (value: number) =>
    high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0.5;
  return {
    y: (row: number) => {
      const value = values[row];
      return TOP + HEIGHT * (1 - (value === undefined || Number.isNaN(value) ? 0 : share(value)));
    },
    place: (value: number) => TOP + HEIGHT * (1 - share(value)),
    value: (y: number) => low + (high - low) * (1 - (y - TOP) / HEIGHT),
    top: (number: (value: number) => string) => end(high, number),
    foot: (number: (value: number) => string) => (high > low ? end(low, number) : ""),
  };
}

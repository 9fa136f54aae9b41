/** One target along one input: curve, interval, rug, ghosts of pins, and the current value as a line to drag. */
import { useRef } from "preact/hooks";
import type { InputLine } from "../../../protocol/types";
import type { Pin, Profiler } from "./profiler-model";
import {
  across,
  bandPath,
  down,
  HEIGHT,
  levelsOf,
  linePath,
  rugPath,
  type Span,
  spanOf,
  type Cell as Value,
  valueAt,
  WIDTH,
} from "./scale";

export interface CellProps {
  profiler: Profiler;
  input: InputLine;
  /** Places of the input and the target. */
  place: number;
  target: number;
  value: Value;
  scale: Span;
  pins: readonly Pin[];
  label: string;
}

export function Cell({ profiler, input, place, target, value, scale, pins, label }: CellProps) {
  const frame = useRef<SVGSVGElement>(null);
  const curve = profiler.view.value?.curves.find(one => one.input === place);
  const here = profiler.view.value?.here[target];
  const x = spanOf(input, value);
  const line = curve?.lines[target];
  const spot = across(input, x, value);
  const band = curve && line?.lower.length ? bandPath(input, x, scale, curve, line.lower, line.upper) : null;
  const drag = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box?.width) return;
    profiler.set(place, valueAt(input, x, (event.clientX - box.left) / box.width), true);
  };
  const isFree = input.is_needed;
  return (
    <svg
      ref={frame}
      class="nbml-predict-cell"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      onPointerDown={event => {
        if (!isFree || event.button !== 0) return;
        event.currentTarget.setPointerCapture?.(event.pointerId);
        drag(event);
      }}
      onPointerMove={event => event.buttons === 1 && isFree && drag(event)}
      onPointerUp={() => profiler.settle()}
      onPointerCancel={() => profiler.settle()}
    >
      {levelsOf(input) === null && <Outside input={input} x={x} />}
      <path class="nbml-predict-grid" d={`M0 ${HEIGHT * 0.25}H${WIDTH}M0 ${HEIGHT * 0.6}H${WIDTH}`} />
      {band && <path class="nbml-predict-band" d={band} />}
      <path class="nbml-predict-rug" d={rugPath(input, x)} />
      {pins.map((pin, number) => {
        const ghost = pin.view.curves.find(one => one.input === place);
        const answers = ghost?.lines[target];
        const at = across(input, x, pin.row[place] ?? null);
        return (
          <g key={pin.name} class={`nbml-predict-ghost nbml-predict-ghost-${number}`}>
            {ghost && answers && <path d={linePath(input, x, scale, ghost, answers.predicted)} />}
            {at !== null && <path d={`M${at} 0V${HEIGHT}`} />}
          </g>
        );
      })}
      {curve && line && (
        <path class="nbml-predict-curve" d={linePath(input, x, scale, curve, line.predicted)} />
      )}
      {here && <path class="nbml-predict-level" d={`M0 ${down(scale, here.predicted)}H${WIDTH}`} />}
      {spot !== null && <path class="nbml-predict-now" d={`M${spot} 0V${HEIGHT}`} />}
      {spot !== null && here && (
        <path class="nbml-predict-point" d={`M${spot} ${down(scale, here.predicted)}h0`} />
      )}
    </svg>
  );
}

/** Where no training row was. */
function Outside({ input, x }: { input: InputLine; x: Span }) {
  const low = across(input, x, input.low) ?? 0;
  const high = across(input, x, input.high) ?? WIDTH;
  return (
    <g class="nbml-predict-outside">
      {low > 0 && <rect x={0} y={0} width={low} height={HEIGHT} />}
      {high < WIDTH && <rect x={high} y={0} width={WIDTH - high} height={HEIGHT} />}
    </g>
  );
}

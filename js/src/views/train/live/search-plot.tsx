/** Trials as dots, the best so far as a line; hover or arrow keys tell one trial with its fold scores. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { Snapshot } from "../../../protocol/types";
import { Chips, Row, Select } from "../../../ui";
import { type Drawing, drawing, nearest, type Point } from "./points";
import { TrialCard } from "./trial-card";

const HEIGHT = 250;
const FRAME = { height: HEIGHT, left: 58, right: 12, top: 12, bottom: 34, strip: 20 };

export interface SearchPlotProps {
  app: App;
  job: Snapshot;
  target: string;
}

export function SearchPlot({ app, job, target }: SearchPlotProps) {
  const { t, fmt } = app;
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [at, setAt] = useState<{ study: string; trial: number } | null>(null);
  const all = useMemo(
    () => job.studies.filter(study => study.target === target).map((study, index) => ({ study, index })),
    [job.studies, target],
  );
  const shown = all.filter(({ study }) => !hidden.includes(study.id));
  const drawn = useMemo(() => drawing(shown, { ...FRAME, width }), [job.studies, target, hidden, width]);
  const chosen =
    drawn.points.find(point => point.study.id === at?.study && point.trial.number === at.trial) ?? null;
  const choose = (point: Point | null | undefined) =>
    setAt(point ? { study: point.study.id, trial: point.trial.number } : null);
  const step = (by: number) => {
    const place = chosen ? drawn.points.indexOf(chosen) : by > 0 ? -1 : drawn.points.length;
    choose(drawn.points[Math.min(Math.max(place + by, 0), drawn.points.length - 1)]);
  };
  const isCut = shown.some(({ study }) => (study.trials[0]?.number ?? 0) > 0);
  const floor = HEIGHT - FRAME.bottom - FRAME.strip;
  const unit = app.store.unitOf(target);
  const has = (state: string) => drawn.points.some(point => point.trial.state === state);
  return (
    <div class="nbml-train-plot">
      <Row>
        {all.length > 1 && (
          <Chips
            label={t("train_room.field.models")}
            value={shown.map(({ study }) => study.id)}
            options={all.map(({ study, index }) => ({
              value: study.id,
              label: t(`train_room.family.${study.family}`),
              mark: `nbml-series-${index % 7}`,
            }))}
            onChange={ids => setHidden(all.map(({ study }) => study.id).filter(id => !ids.includes(id)))}
          />
        )}
        <Legend app={app} drawn={drawn} failed={has("failed")} pruned={has("pruned")} />
      </Row>
      <div class="nbml-train-plot-place" ref={place}>
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys go from trial to trial
          tabIndex={0}
          role="img"
          aria-label={t("train_room.plot", { n: drawn.points.length, target })}
          onPointerMove={event => {
            const box = event.currentTarget.getBoundingClientRect();
            choose(nearest(drawn.points, event.clientX - box.left, event.clientY - box.top));
          }}
          onPointerLeave={() => choose(null)}
          onBlur={() => choose(null)}
          onKeyDown={event => {
            const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
            if (event.key === "Escape") choose(null);
            if (!by) return;
            event.preventDefault();
            step(by);
          }}
        >
          <Axes
            drawn={drawn}
            width={width}
            floor={floor}
            fmt={fmt.number}
            title={unit ? `RMSE [${unit}]` : "RMSE"}
          />
          <text class="nbml-plot-title" x={FRAME.left} y={HEIGHT - 4}>
            {t("train_room.axis.trial")}
          </text>
          {drawn.points.some(point => point.trial.value === null) && (
            <text class="nbml-plot-tick" x={FRAME.left - 6} y={floor + FRAME.strip / 2 + 4} text-anchor="end">
              {t("train_room.axis.without")}
            </text>
          )}
          {drawn.series.map(one => (
            <g key={one.study.id} class={`nbml-series-${one.index % 7}`}>
              <path class="nbml-plot-dots" d={one.dots} />
              <path class="nbml-plot-far" d={one.far} />
              <path class="nbml-plot-mark" d={one.failed + one.pruned} />
              <path class="nbml-plot-best" d={one.best} />
            </g>
          ))}
          {chosen && <circle class="nbml-plot-chosen" cx={chosen.x} cy={chosen.y} r={6.5} />}
        </svg>
        {chosen && <TrialCard app={app} job={job} point={chosen} width={width} many={all.length > 1} />}
      </div>
      {isCut && (
        <p class="nbml-quiet">{t("train_room.plot.latest", { n: fmt.count(drawn.points.length) })}</p>
      )}
    </div>
  );
}

function Axes({
  drawn,
  width,
  floor,
  fmt,
  title,
}: {
  drawn: Drawing;
  width: number;
  floor: number;
  fmt: (value: number, places: number) => string;
  title: string;
}) {
  return (
    <g class="nbml-plot-axes">
      {drawn.yTicks.map(({ at, value }) => (
        <g key={value}>
          <line x1={FRAME.left} x2={width - FRAME.right} y1={at} y2={at} />
          <text class="nbml-plot-tick" x={FRAME.left - 6} y={at + 4} text-anchor="end">
            {fmt(value, drawn.places)}
          </text>
        </g>
      ))}
      <text class="nbml-plot-title" x={4} y={FRAME.top - 1}>
        {title}
      </text>
      <line class="nbml-plot-axis" x1={FRAME.left} x2={width - FRAME.right} y1={floor} y2={floor} />
      {drawn.xTicks.map(({ at, value }) => (
        <text key={value} class="nbml-plot-tick" x={at} y={HEIGHT - FRAME.bottom + 16} text-anchor="middle">
          {value}
        </text>
      ))}
    </g>
  );
}

interface LegendProps {
  app: App;
  drawn: Drawing;
  failed: boolean;
  pruned: boolean;
}

/** Every shape with its word; the chips above have the colours of several searches. */
function Legend({ app: { t }, drawn, failed, pruned }: LegendProps) {
  const far = drawn.points.some(point => point.isFar);
  const entries: [string, string, boolean][] = [
    ["dots", "M8 6h0", true],
    ["best", "M1 9H8V4H15", true],
    ["far", "M5 9l3-5l3 5z", far],
    ["mark", "M4.5 2.5l7 7m0-7l-7 7", failed],
    ["mark", "M8 2v8", pruned],
  ];
  const words = ["trial", "best", "far", "failed", "pruned"];
  return (
    <span class="nbml-train-legend">
      {entries.map(
        ([kind, path, isThere], place) =>
          isThere && (
            <span key={words[place]}>
              <svg width="16" height="12" aria-hidden="true" class="nbml-series-none">
                <path class={`nbml-plot-${kind}`} d={path} />
              </svg>
              {t(`train_room.legend.${words[place]}`)}
            </span>
          ),
      )}
    </span>
  );
}

/** Which target is looked at, where there are several. */
export function TargetChoice({
  app,
  targets,
  value,
  onChange,
}: {
  app: App;
  targets: readonly string[];
  value: string;
  onChange: (target: string) => void;
}) {
  if (targets.length < 2) return null;
  return (
    <Select
      label={app.t("train_room.field.targets")}
      value={value}
      options={targets.map(target => ({ value: target, label: target }))}
      onChange={onChange}
    />
  );
}

function useWidth(place: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    if (place.current?.clientWidth) setWidth(place.current.clientWidth);
  }, []);
  useEffect(() => {
    const { current: el } = place;
    if (!el || typeof ResizeObserver === "undefined") return;
    const sized = new ResizeObserver(() => el.clientWidth && setWidth(el.clientWidth));
    sized.observe(el);
    return () => sized.disconnect();
  }, []);
  return width;
}

/** The control of one input, above its curves: slider and box for a number, a menu for levels. */
import type { App } from "../../../app";
import type { InputLine } from "../../../protocol/types";
import { NumberBox, Select, Slider } from "../../../ui";
import type { Profiler } from "./profiler-model";
import { type Cell, levelsOf, onStep, placesOfStep, spanOf } from "./scale";

const MISSING = "-";

export interface InputHeadProps {
  app: App;
  profiler: Profiler;
  input: InputLine;
  place: number;
  value: Cell;
}

export function InputHead({ app, profiler, input, place, value }: InputHeadProps) {
  const { t, fmt } = app;
  const name = input.unit ? `${input.label} [${input.unit}]` : input.label;
  const flag = profiler.flag(place);
  const fault = profiler.fault.value?.field === `inputs.${place}` ? profiler.fault.value : null;
  return (
    <div class="nbml-predict-input" role="group" aria-label={name}>
      <div class="nbml-predict-name" title={name}>
        <bdi>{input.label}</bdi>
        {input.unit && <span class="nbml-quiet"> {input.unit}</span>}
      </div>
      {!input.is_needed ? (
        <p class="nbml-quiet">{t("predict_room.input.unused")}</p>
      ) : levelsOf(input) ? (
        <Levels app={app} profiler={profiler} input={input} place={place} value={value} label={name} />
      ) : (
        <Quantity app={app} profiler={profiler} input={input} place={place} value={value} label={name} />
      )}
      <div class="nbml-predict-said" aria-live="polite">
        {fault ? (
          <span class="nbml-predict-bad" title={fault.next_step}>
            {fault.message} <span class="nbml-code-name">{fault.code}</span>
          </span>
        ) : (
          flag && (
            <span class="nbml-predict-flag" title={t(`predict_room.flag.${flag}.help`)}>
              {flag === "outside"
                ? t("predict_room.flag.outside.range", {
                    low: fmt.number(input.low, placesOfStep(input)),
                    high: fmt.number(input.high, placesOfStep(input)),
                  })
                : t(`predict_room.flag.${flag}`)}
            </span>
          )
        )}
      </div>
    </div>
  );
}

function Quantity({ app, profiler, input, place, value, label }: InputHeadProps & { label: string }) {
  const { fmt, t } = app;
  const span = spanOf(input, value);
  const known = typeof value === "number" ? value : null;
  const middle = onStep(input, span, (span.low + span.high) / 2);
  const told = (number: number | null) => fmt.number(number, placesOfStep(input));
  return (
    <>
      <NumberBox
        label={label}
        value={known === null ? null : Number(known.toPrecision(10))}
        step={input.step}
        integer={input.kind === "integer"}
        placeholder={t("predict_room.input.missing")}
        onChange={number => profiler.set(place, number)}
      />
      <Slider
        label={t("predict_room.input.slide", { name: label })}
        value={known ?? middle}
        min={span.low}
        max={span.high}
        onChange={number => profiler.set(place, onStep(input, span, number), true)}
        onCommit={() => profiler.settle()}
      />
      <div class="nbml-predict-ends nbml-quiet nbml-figures">
        <span>{told(span.low)}</span>
        <span>{told(span.high)}</span>
      </div>
    </>
  );
}

function Levels({ app, profiler, input, place, value, label }: InputHeadProps & { label: string }) {
  const { t } = app;
  const levels = levelsOf(input) ?? [];
  const known = levels.indexOf(value);
  const options = levels.map((level, number) => ({ value: String(number), label: String(level) }));
  options.push({ value: MISSING, label: t("predict_room.input.missing") });
  return (
    <Select
      label={label}
      value={value === null ? MISSING : known < 0 ? null : String(known)}
      placeholder={value === null || known >= 0 ? undefined : String(value)}
      options={options}
      onChange={chosen => profiler.set(place, chosen === MISSING ? null : (levels[Number(chosen)] ?? null))}
    />
  );
}

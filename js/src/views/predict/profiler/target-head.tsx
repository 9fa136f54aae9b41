/** A target's answer at the current row, left of its curves: prediction, interval, family, how well it holds. */
import type { App } from "../../../app";
import { decimals } from "../../../i18n/format";
import type { FamilyLine, Here, TargetLine } from "../../../protocol/types";
import { classes, Select } from "../../../ui";
import type { PredictModel } from "../model";
import type { Span } from "./scale";

export interface TargetHeadProps {
  app: App;
  model: PredictModel;
  target: TargetLine;
  place: number;
  here: Here | undefined;
  scale: Span | undefined;
}

export function TargetHead({ app, model, target, place, here, scale }: TargetHeadProps) {
  const { t, fmt } = app;
  const said = model.families.value[place];
  const family = target.families.find(one => one.family === said) ?? target.families[0];
  const level = model.interval.value;
  const places = here && placesOf(here, family);
  const share = level === null ? null : family?.coverage[String(level)];
  const isOut = level !== null && here !== undefined && here.lower === null;
  const title = target.unit ? `${target.label} [${target.unit}]` : target.label;
  return (
    <div class="nbml-predict-target">
      <div class="nbml-predict-name" title={title}>
        <bdi>{target.label}</bdi>
      </div>
      <output class="nbml-predict-value nbml-figures" aria-label={title}>
        {here ? fmt.number(here.predicted, places) : "–"}
        {target.unit && <span class="nbml-predict-unit"> {target.unit}</span>}
      </output>
      <div class={classes("figures", "predict-bounds")}>
        {here && here.lower !== null && here.upper !== null && (
          <span
            title={
              share === null || share === undefined
                ? undefined
                : t("predict_room.coverage", { level: fmt.percent(level), share: fmt.percent(share) })
            }
          >
            {fmt.number(here.lower, places)} – {fmt.number(here.upper, places)}
          </span>
        )}
        {isOut && (
          <span class="nbml-quiet" title={t("predict_room.no_interval.help")}>
            {t("predict_room.no_interval")}
          </span>
        )}
      </div>
      {target.families.length > 1 && (
        <Select
          label={t("predict_room.family", { target: target.label })}
          value={family?.family ?? null}
          options={target.families.map(one => ({
            value: one.family,
            label: t(`predict_room.family_name.${one.family}`),
          }))}
          onChange={chosen => model.chooseFamily(place, chosen)}
        />
      )}
      {scale && (
        <div class="nbml-predict-scale nbml-quiet nbml-figures" aria-hidden="true">
          <span>{fmt.number(scale.high, spread(scale))}</span>
          <span>{fmt.number(scale.low, spread(scale))}</span>
        </div>
      )}
    </div>
  );
}

/** Digits worth showing: from how the error differs between folds, else a tenth of the interval's half width. */
export function placesOf(here: Here, family: FamilyLine | undefined): number {
  const half = here.lower === null || here.upper === null ? null : (here.upper - here.lower) / 20;
  return Math.min(Math.max(decimals(here.predicted, family?.spread || half), 0), 12);
}

const spread = (scale: Span) =>
  Math.min(Math.max(decimals(scale.high, (scale.high - scale.low) / 10), 0), 12);

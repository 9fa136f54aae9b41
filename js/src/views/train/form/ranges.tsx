/** Search ranges of each family, as they will be used; what was changed can be put back. */
import { useState } from "preact/hooks";
import type { SearchRange } from "../../../protocol/types";
import { Button, Disclosure, NumberBox, Row, Tabs } from "../../../ui";
import type { Drafting } from "../drafting";
import { notesAt } from "../drafting";
import type { FormProps } from "./form";

export function Ranges({ app, drafting }: FormProps) {
  const { t } = app;
  const ranges = drafting.draft.value?.ranges ?? {};
  const families = Object.keys(ranges);
  const [front, setFront] = useState<string | null>(null);
  const family = front && families.includes(front) ? front : (families[0] ?? null);
  const changed = Object.values(ranges)
    .flat()
    .filter(range => range.changed).length;
  if (!family) return null;
  return (
    <Disclosure
      summary={t("train_room.ranges")}
      aside={changed ? t("train_room.changed", { n: changed }, changed) : ""}
    >
      <Row>
        <Button small disabled={!drafting.past.value.length} onClick={() => drafting.undoRange()}>
          {t("train_room.undo")}
        </Button>
        <Button small disabled={!changed} onClick={() => drafting.resetRanges()}>
          {t("train_room.reset")}
        </Button>
      </Row>
      <Tabs
        label={t("train_room.field.models")}
        tabs={families.map(name => ({ id: name, label: t(`train_room.family.${name}`) }))}
        value={family}
        onChange={setFront}
      >
        <div class="nbml-train-ranges">
          {ranges[family]?.map(range => (
            <RangeRow key={range.name} app={app} drafting={drafting} family={family} range={range} />
          ))}
        </div>
      </Tabs>
    </Disclosure>
  );
}

interface RangeRowProps extends FormProps {
  drafting: Drafting;
  family: string;
  range: SearchRange;
}

function RangeRow({ app, drafting, family, range }: RangeRowProps) {
  const { t, fmt } = app;
  const { fault } = notesAt(drafting, `space.${family}.${range.name}`);
  const { low, high, choices } = range;
  const set = (ends: { low?: number; high?: number }) => {
    const next = { low: ends.low ?? low, high: ends.high ?? high };
    const isUsual = next.low === range.usual_low && next.high === range.usual_high;
    drafting.changeRange(family, range.name, isUsual ? undefined : next);
  };
  const words = `train_room.why.${family}.${range.name}`;
  const why = t(words) === words ? range.why : t(words);
  return (
    <div class="nbml-train-range" title={why}>
      <span class="nbml-train-range-name">
        <code>{range.name}</code>
        {range.log && <span class="nbml-quiet"> {t("train_room.range.log")}</span>}
      </span>
      {choices.length > 0 ? (
        <span>{choices.map(String).join(", ")}</span>
      ) : (
        <span class="nbml-train-range-ends">
          <NumberBox
            label={t("train_room.range.low", { name: range.name })}
            value={low}
            step={stepOf(range)}
            onChange={value => value !== null && set({ low: value })}
          />
          <span aria-hidden="true">–</span>
          <NumberBox
            label={t("train_room.range.high", { name: range.name })}
            value={high}
            step={stepOf(range)}
            onChange={value => value !== null && set({ high: value })}
          />
        </span>
      )}
      <span class="nbml-train-range-back">
        {range.changed && (
          <Button
            small
            kind="quiet"
            label={t("train_room.range.reset", { name: range.name })}
            title={`${fmt.number(range.usual_low)} – ${fmt.number(range.usual_high)}`}
            onClick={() => drafting.changeRange(family, range.name, undefined)}
          >
            {t("train_room.reset")}
          </Button>
        )}
      </span>
      <span class="nbml-train-range-why nbml-quiet">{why}</span>
      {fault && (
        <span class="nbml-field-fault" role="alert">
          {fault.message} {fault.next_step}
        </span>
      )}
    </div>
  );
}

/** A step worth taking on the scale of a range. */
function stepOf({ kind, usual_low, usual_high }: SearchRange): number {
  if (kind === "int" || usual_low === null || usual_high === null) return 1;
  return 10 ** Math.floor(Math.log10((usual_high - usual_low) / 10 || 1));
}

/** A weighted sum of inputs, or one input divided by another, within bounds. */
import { Button, Combo, NumberBox } from "../../../ui";
import { isWrong } from "../setting";
import { NumberField } from "./number-field";
import type { RuleOf, RuleProps } from "./rule";

const ENDS = ["low", "high"] as const;

export function Linear({ row, ...props }: RuleProps & { row: RuleOf<"linear"> }) {
  const { app, setting, field, numbers, change } = props;
  const { t } = app;
  const put = (index: number, term: Partial<(typeof row.terms)[number]>) =>
    change({ ...row, terms: row.terms.map((one, at) => (at === index ? { ...one, ...term } : one)) });
  return (
    <>
      {row.terms.map((term, index) => (
        <div class="nbml-optimize-term" key={index}>
          <NumberBox
            label={t("optimize_room.linear.factor", { name: term.name })}
            value={term.factor}
            isWrong={term.factor === null && isWrong(setting, field)}
            onChange={factor => put(index, { factor })}
          />
          <span aria-hidden="true">×</span>
          <Combo
            label={t("optimize_room.linear.input")}
            placeholder={t("optimize_room.linear.input")}
            value={term.name || null}
            options={numbers.map(({ name }) => ({ value: name, label: name }))}
            onChange={name => put(index, { name: name ?? "" })}
          />
          {row.terms.length > 1 && (
            <Button
              small
              kind="quiet"
              label={t("optimize_room.constraint.remove", { what: term.name })}
              onClick={() => change({ ...row, terms: row.terms.filter((_, at) => at !== index) })}
            >
              {t("optimize_room.remove")}
            </Button>
          )}
        </div>
      ))}
      <div class="nbml-optimize-controls">
        <Button small onClick={() => change({ ...row, terms: [...row.terms, { name: "", factor: 1 }] })}>
          {t("optimize_room.linear.add")}
        </Button>
        <Ends {...props} row={row} />
      </div>
      <p class="nbml-quiet">{t("optimize_room.linear.help")}</p>
    </>
  );
}

export function Ratio({ row, ...props }: RuleProps & { row: RuleOf<"ratio"> }) {
  const { app, numbers, change } = props;
  const part = (name: "of" | "to") => (
    <Combo
      label={app.t(`optimize_room.ratio.${name}`)}
      placeholder={app.t(`optimize_room.ratio.${name}`)}
      value={row[name] || null}
      options={numbers
        .filter(input => input.name !== row[name === "of" ? "to" : "of"])
        .map(input => ({ value: input.name, label: input.name }))}
      onChange={chosen => change({ ...row, [name]: chosen ?? "" })}
    />
  );
  return (
    <>
      <div class="nbml-optimize-ratio">
        {part("of")}
        <span aria-hidden="true">÷</span>
        {part("to")}
      </div>
      <div class="nbml-optimize-controls">
        <Ends {...props} row={row} />
      </div>
    </>
  );
}

function Ends({ row, ...props }: RuleProps & { row: RuleOf<"linear"> | RuleOf<"ratio"> }) {
  return ENDS.map(end => (
    <NumberField
      key={end}
      {...props}
      field={`${props.field}.${end}`}
      words={`optimize_room.linear.${end}`}
      value={row[end]}
      onChange={value => props.change({ ...row, [end]: value })}
    />
  ));
}

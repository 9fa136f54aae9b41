/** What must hold of every row: mixtures, sums, counts, conditions, formulas, nearness. */
import type { KnownInput } from "../../../protocol/types";
import { Button, Combo, Menu, MultiCombo, NumberBox } from "../../../ui";
import type { RuleKind, RuleRow } from "../setting";
import { Part } from "./form";
import { FormulaBox, quoted } from "./formula-box";
import { everyName } from "./goals";
import { type FormProps, Notes } from "./notes";

const NEW: { [K in RuleKind]: Extract<RuleRow, { kind: K }> } = {
  mixture: { kind: "mixture", parts: [], total: 100, tolerance: null },
  linear: { kind: "linear", terms: [{ name: "", factor: 1 }], low: null, high: null },
  count: { kind: "count", of: [], most: null, least: 0 },
  when: { kind: "when", input: "", levels: [], limited: "", then_levels: [], low: null, high: null },
  combinations: { kind: "combinations", of: [] },
  formula: { kind: "formula", formula: "" },
  distance: { kind: "distance", most: 0.95 },
  interval: { kind: "interval", target: "", most: null },
};
const KINDS = Object.keys(NEW) as RuleKind[];

export function Constraints({ app, setting }: FormProps) {
  const { t } = app;
  const form = setting.form.value;
  const draft = setting.draft.value;
  if (!form || !draft) return null;
  const categories = draft.inputs.filter(input => input.kind === "category");
  const offered = KINDS.filter(kind => kind !== "when" || categories.length > 0);
  const clash = new Set(draft.feasibility.fields);
  return (
    <Part
      title={t("optimize_room.constraints")}
      aside={
        <Menu
          small
          items={offered.map(kind => ({
            id: kind,
            label: t(`optimize_room.constraint.${kind}`),
            onSelect: () => setting.change({ constraints: [...form.constraints, NEW[kind]] }),
          }))}
        >
          {t("optimize_room.constraints.add")}
        </Menu>
      }
    >
      {form.constraints.map((row, index) => {
        const what = t(`optimize_room.constraint.${row.kind}`);
        return (
          <fieldset
            key={index}
            class={`nbml-optimize-row${clash.has(`constraints.${index}`) ? " nbml-optimize-clash" : ""}`}
            data-field={`constraints.${index}`}
          >
            <legend class="nbml-unseen">{what}</legend>
            <div class="nbml-optimize-head">
              <span class="nbml-optimize-name">{what}</span>
              <Button
                small
                kind="quiet"
                label={t("optimize_room.constraint.remove", { what })}
                onClick={() => setting.remove("constraints", index)}
              >
                {t("optimize_room.remove")}
              </Button>
            </div>
            <Rule
              app={app}
              setting={setting}
              row={row}
              inputs={draft.inputs}
              change={next => setting.rule(index, next)}
            />
            <Notes setting={setting} field={`constraints.${index}`} />
          </fieldset>
        );
      })}
      {draft.notes
        .filter(note => note.field === "constraints")
        .map(note => (
          <p key={note.code} class={`nbml-optimize-note nbml-optimize-${note.severity}`}>
            {note.message}{" "}
            {note.remedies.map(remedy => (
              <Button key={remedy.text} small onClick={() => setting.change(remedy.set)}>
                {remedy.text}
              </Button>
            ))}
          </p>
        ))}
    </Part>
  );
}

type RuleProps = FormProps & { row: RuleRow; inputs: KnownInput[]; change: (next: RuleRow) => void };

function Rule(props: RuleProps) {
  const { app, setting, row, inputs, change } = props;
  const { t } = app;
  const numbers = inputs.filter(input => input.kind !== "category");
  const options = (list: KnownInput[]) => list.map(({ name }) => ({ value: name, label: name }));
  const number = (label: string, value: number | null, set: (value: number | null) => void) => (
    <span class="nbml-optimize-labelled nbml-optimize-number">
      <span>{t(label)}</span>
      <NumberBox label={t(label)} value={value} onChange={set} />
    </span>
  );
  switch (row.kind) {
    case "mixture":
      return (
        <>
          <MultiCombo
            label={t("optimize_room.mixture.parts")}
            placeholder={t("optimize_room.mixture.parts")}
            value={row.parts}
            options={options(numbers)}
            onChange={parts => change({ ...row, parts })}
          />
          <div class="nbml-optimize-controls">
            {number("optimize_room.mixture.total", row.total, total => change({ ...row, total }))}
            {number("optimize_room.mixture.tolerance", row.tolerance, tolerance =>
              change({ ...row, tolerance }),
            )}
          </div>
        </>
      );
    case "linear":
      return <Linear {...props} row={row} numbers={numbers} />;
    case "count":
      return (
        <>
          <MultiCombo
            label={t("optimize_room.count.of")}
            placeholder={t("optimize_room.count.of")}
            value={row.of}
            options={options(numbers)}
            onChange={of => change({ ...row, of })}
          />
          <div class="nbml-optimize-controls">
            {number("optimize_room.count.least", row.least, least => change({ ...row, least }))}
            {number("optimize_room.count.most", row.most, most => change({ ...row, most }))}
          </div>
        </>
      );
    case "when":
      return <When {...props} row={row} />;
    case "combinations":
      return (
        <MultiCombo
          label={t("optimize_room.combinations.of")}
          placeholder={t("optimize_room.combinations.of")}
          value={row.of}
          options={options(inputs)}
          onChange={of => change({ ...row, of })}
        />
      );
    case "formula":
      return (
        <>
          <FormulaBox
            label={t("optimize_room.constraint.formula")}
            names={everyName(setting)}
            value={row.formula}
            onChange={formula => change({ ...row, formula })}
          />
          <p class="nbml-quiet">{t("optimize_room.formula.help", { example: example(numbers) })}</p>
        </>
      );
    case "distance":
      return (
        <>
          {number("optimize_room.distance.most", row.most, most => change({ ...row, most }))}
          <p class="nbml-quiet">{t("optimize_room.distance.help")}</p>
        </>
      );
    case "interval":
      return (
        <div class="nbml-optimize-controls">
          <Combo
            label={t("optimize_room.interval.target")}
            placeholder={t("optimize_room.interval.target")}
            value={row.target || null}
            options={(setting.draft.value?.targets ?? []).map(({ name }) => ({ value: name, label: name }))}
            onChange={target => change({ ...row, target: target ?? "" })}
          />
          {number("optimize_room.interval.most", row.most, most => change({ ...row, most }))}
        </div>
      );
  }
}

type LinearProps = RuleProps & { row: Extract<RuleRow, { kind: "linear" }>; numbers: KnownInput[] };

function Linear({ app, row, numbers, change }: LinearProps) {
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
        {(["low", "high"] as const).map(end => (
          <span key={end} class="nbml-optimize-labelled nbml-optimize-number">
            <span>{t(`optimize_room.linear.${end}`)}</span>
            <NumberBox
              label={t(`optimize_room.linear.${end}`)}
              value={row[end]}
              onChange={value => change({ ...row, [end]: value })}
            />
          </span>
        ))}
      </div>
      <p class="nbml-quiet">{t("optimize_room.linear.help")}</p>
    </>
  );
}

type WhenProps = RuleProps & { row: Extract<RuleRow, { kind: "when" }> };

function When({ app, row, inputs, change }: WhenProps) {
  const { t } = app;
  const levels = (name: string) =>
    inputs.find(input => input.name === name)?.levels.map(level => ({ value: level, label: level })) ?? [];
  const then = inputs.find(input => input.name === row.limited);
  return (
    <div class="nbml-optimize-when">
      <span>{t("optimize_room.when.input")}</span>
      <Combo
        label={t("optimize_room.when.input")}
        value={row.input || null}
        options={inputs
          .filter(input => input.kind === "category")
          .map(({ name }) => ({ value: name, label: name }))}
        onChange={name => change({ ...row, input: name ?? "", levels: [] })}
      />
      <span>{t("optimize_room.when.levels")}</span>
      <MultiCombo
        label={t("optimize_room.when.levels")}
        value={row.levels.map(String)}
        options={levels(row.input)}
        onChange={chosen => change({ ...row, levels: chosen })}
      />
      <span>{t("optimize_room.when.then")}</span>
      <Combo
        label={t("optimize_room.when.then")}
        value={row.limited || null}
        options={inputs
          .filter(input => input.name !== row.input)
          .map(({ name }) => ({ value: name, label: name }))}
        onChange={name => change({ ...row, limited: name ?? "", then_levels: [], low: null, high: null })}
      />
      {then?.kind === "category" && (
        <>
          <span>{t("optimize_room.when.only")}</span>
          <MultiCombo
            label={t("optimize_room.when.only")}
            value={row.then_levels.map(String)}
            options={levels(row.limited)}
            onChange={chosen => change({ ...row, then_levels: chosen })}
          />
        </>
      )}
      {then &&
        then.kind !== "category" &&
        (["low", "high"] as const).map(end => (
          <>
            <span>{t(`optimize_room.when.${end}`)}</span>
            <NumberBox
              label={t(`optimize_room.when.${end}`)}
              value={row[end]}
              onChange={value => change({ ...row, [end]: value })}
            />
          </>
        ))}
    </div>
  );
}

function example(numbers: KnownInput[]): string {
  const [a, b] = numbers.map(input => quoted(input.name));
  return b ? `${a} / ${b} <= 0.5` : `${a ?? "x"} <= 10`;
}

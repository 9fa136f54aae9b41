/** What must hold of every row: mixtures, sums, ratios, counts, conditions, combinations, formulas, nearness. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { KnownInput } from "../../../protocol/types";
import { Button, Combo, Menu, MultiCombo } from "../../../ui";
import type { RuleKind, RuleRow } from "../setting";
import { Combinations, MODES } from "./combinations";
import { Part } from "./form";
import { FormulaBox, quoted } from "./formula-box";
import { everyName } from "./goals";
import { Linear, Ratio } from "./linear";
import { Mixture } from "./mixture";
import { type FormProps, Notes } from "./notes";
import { NumberField } from "./number-field";
import type { RuleProps } from "./rule";
import { When } from "./when";

const NEW: { [K in RuleKind]: Extract<RuleRow, { kind: K }> } = {
  mixture: { kind: "mixture", parts: [], total: 100, tolerance: null },
  linear: { kind: "linear", terms: [{ name: "", factor: 1 }], low: null, high: null },
  ratio: { kind: "ratio", of: "", to: "", low: null, high: null },
  count: { kind: "count", of: [], most: null, least: 0 },
  when: {
    kind: "when",
    when: [{ input: "", levels: [] }],
    limits: [{ input: "", levels: [], low: null, high: null }],
  },
  combinations: { kind: "combinations", of: [], mode: "seen", rows: [] },
  formula: { kind: "formula", formula: "" },
  distance: { kind: "distance", most: 0.95 },
  interval: { kind: "interval", target: "", most: null },
};

interface Offer {
  id: string;
  row: RuleRow;
}

const OFFERS: readonly Offer[] = Object.values(NEW).flatMap((row: RuleRow): Offer[] =>
  row.kind === "combinations"
    ? MODES.map(mode => ({ id: mode, row: { ...row, mode } }))
    : [{ id: row.kind, row }],
);

/** Key of what a constraint is called. */
const wordsOf = (row: RuleRow) =>
  row.kind === "combinations"
    ? `optimize_room.combinations.${row.mode}`
    : `optimize_room.constraint.${row.kind}`;

export function Constraints({ app, setting }: FormProps) {
  const { t } = app;
  const form = setting.form.value;
  const draft = setting.draft.value;
  const last = useRef<HTMLFieldSetElement>(null);
  const isNew = useRef(false);
  const count = form?.constraints.length ?? 0;
  useLayoutEffect(() => {
    if (isNew.current) {
      last.current?.scrollIntoView?.({ block: "center" });
      last.current?.querySelector<HTMLElement>("input, select")?.focus({ preventScroll: true });
    }
    isNew.current = false;
  }, [count]);
  if (!form || !draft) return null;
  const hasCategory = draft.inputs.some(input => input.kind === "category");
  const numbers = draft.inputs.filter(input => input.kind !== "category");
  const clash = new Set(draft.feasibility.fields);
  return (
    <Part
      title={t("optimize_room.constraints")}
      aside={
        <Menu
          small
          items={OFFERS.filter(({ id }) => id !== "when" || hasCategory).map(({ id, row }) => ({
            id,
            label: t(wordsOf(row)),
            onSelect() {
              isNew.current = true;
              setting.change({ constraints: [...form.constraints, row] });
            },
          }))}
        >
          {t("optimize_room.constraints.add")}
        </Menu>
      }
    >
      {form.constraints.map((row, index) => {
        const what = t(`optimize_room.constraint.${row.kind}`);
        const field = `constraints.${index}`;
        return (
          <fieldset
            key={index}
            ref={index === count - 1 ? last : undefined}
            class={`nbml-optimize-row${clash.has(field) ? " nbml-optimize-clash" : ""}`}
            data-field={field}
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
              field={field}
              inputs={draft.inputs}
              numbers={numbers}
              change={next => setting.rule(index, next)}
            />
            <Notes setting={setting} field={field} />
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

function Rule({ row, ...props }: RuleProps & { row: RuleRow }) {
  const { app, setting, field, numbers, change } = props;
  const { t } = app;
  switch (row.kind) {
    case "mixture":
      return <Mixture {...props} row={row} />;
    case "linear":
      return <Linear {...props} row={row} />;
    case "ratio":
      return <Ratio {...props} row={row} />;
    case "count":
      return (
        <>
          <MultiCombo
            label={t("optimize_room.count.of")}
            placeholder={t("optimize_room.count.of")}
            value={row.of}
            options={numbers.map(({ name }) => ({ value: name, label: name }))}
            onChange={of => change({ ...row, of })}
          />
          <div class="nbml-optimize-controls">
            {(["least", "most"] as const).map(end => (
              <NumberField
                key={end}
                {...props}
                field={`${field}.${end}`}
                words={`optimize_room.count.${end}`}
                value={row[end]}
                onChange={value => change({ ...row, [end]: value })}
              />
            ))}
          </div>
        </>
      );
    case "when":
      return <When {...props} row={row} />;
    case "combinations":
      return <Combinations {...props} row={row} />;
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
          <NumberField
            {...props}
            words="optimize_room.distance.most"
            value={row.most}
            onChange={most => change({ ...row, most })}
          />
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
          <NumberField
            {...props}
            field={`${field}.most`}
            words="optimize_room.interval.most"
            value={row.most}
            onChange={most => change({ ...row, most })}
          />
        </div>
      );
  }
}

function example(numbers: KnownInput[]): string {
  const [a, b] = numbers.map(input => quoted(input.name));
  return b ? `${a} / ${b} <= 0.5` : `${a ?? "x"} <= 10`;
}

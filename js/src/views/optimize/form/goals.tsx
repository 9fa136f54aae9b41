/** A row a target: what is wanted of it, and how much it counts; further goals on inputs and formulas. */
import type { GoalRow, KnownTarget } from "../../../protocol/types";
import { Button, Checkbox, Combo, Menu, NumberBox, Select, Spark } from "../../../ui";
import { plainNumber } from "../front/rows";
import { isWrong } from "../setting";
import { Part } from "./form";
import { FormulaBox } from "./formula-box";
import { type FormProps, Notes } from "./notes";

type Kind = NonNullable<GoalRow["goal"]>;
const KINDS: Kind[] = ["maximize", "minimize", "reach", "between", "at_least", "at_most"];
const RANGES: readonly Kind[] = ["between", "at_least", "at_most"];
const NEW: GoalRow = {
  on: "input",
  of: "",
  goal: "minimize",
  value: null,
  low: null,
  high: null,
  tolerance: null,
  weight: 1,
  soft: false,
};

export function Goals({ app, setting }: FormProps) {
  const { t } = app;
  const form = setting.form.value;
  const draft = setting.draft.value;
  if (!form || !draft) return null;
  const add = (on: GoalRow["on"]) => setting.change({ goals: [...form.goals, { ...NEW, on }] });
  return (
    <Part
      title={t("optimize_room.goals")}
      aside={
        <Menu
          small
          items={(["input", "formula"] as const).map(on => ({
            id: on,
            label: t(`optimize_room.goals.add.${on}`),
            onSelect: () => add(on),
          }))}
        >
          {t("optimize_room.goals.add")}
        </Menu>
      }
    >
      {form.goals.map((row, index) => (
        <Goal
          key={row.on === "target" ? `target ${row.of}` : index}
          app={app}
          setting={setting}
          row={row}
          index={index}
          known={row.on === "target" ? draft.targets.find(target => target.name === row.of) : undefined}
        />
      ))}
      <Notes setting={setting} field="goals_none" />
      {setting.draft.value?.notes
        .filter(note => note.field === "goals")
        .map(note => (
          <p key={note.code} class={`nbml-optimize-note nbml-optimize-${note.severity}`}>
            {note.message} {note.next_step}
          </p>
        ))}
    </Part>
  );
}

type GoalProps = FormProps & { row: GoalRow; index: number; known: KnownTarget | undefined };

function Goal({ app, setting, row, index, known }: GoalProps) {
  const { t } = app;
  const change = (changes: Partial<GoalRow>) => setting.goal(index, changes);
  const wrong = (part: string) => isWrong(setting, `goals.${index}.${part}`);
  const box = { app, row, change, wrong };
  const name = row.of || t(`optimize_room.goal.of.${row.on === "formula" ? "formula" : "input"}`);
  const numbers = (draftInputs(setting) ?? []).filter(input => input.kind !== "category");
  return (
    <fieldset class="nbml-optimize-row" data-field={`goals.${index}`}>
      <legend class="nbml-unseen">{t("optimize_room.goal.kind", { name })}</legend>
      <div class="nbml-optimize-head">
        {row.on === "target" ? (
          <span class="nbml-optimize-name" title={row.of}>
            {row.of}
          </span>
        ) : row.on === "input" ? (
          <Combo
            label={t("optimize_room.goal.of.input")}
            value={row.of || null}
            options={numbers.map(input => ({ value: input.name, label: input.name }))}
            placeholder={t("optimize_room.goal.of.input")}
            onChange={of => change({ of: of ?? "" })}
          />
        ) : (
          <FormulaBox
            label={t("optimize_room.goal.of.formula")}
            names={everyName(setting)}
            value={row.of}
            onChange={of => change({ of })}
          />
        )}
        {row.on !== "target" && (
          <Button
            small
            kind="quiet"
            label={t("optimize_room.goal.remove")}
            onClick={() => setting.remove("goals", index)}
          >
            {t("optimize_room.remove")}
          </Button>
        )}
      </div>
      <div class="nbml-optimize-controls">
        <Select
          label={t("optimize_room.goal.kind", { name })}
          value={row.goal ?? "none"}
          options={(row.on === "target" ? (["none", ...KINDS] as const) : KINDS).map(value => ({
            value: value as string,
            label: t(`optimize_room.goal.${value}`),
          }))}
          onChange={goal => change({ goal: goal === "none" ? null : (goal as Kind) })}
        />
        {(row.goal === "reach" || row.goal === "at_least" || row.goal === "at_most") && (
          <GoalNumber {...box} name="value" />
        )}
        {row.goal === "reach" && (
          <>
            <span aria-hidden="true">±</span>
            <GoalNumber {...box} name="tolerance" />
          </>
        )}
        {row.goal === "between" && (
          <>
            <GoalNumber {...box} name="low" />
            <span aria-hidden="true">–</span>
            <GoalNumber {...box} name="high" />
          </>
        )}
        {known && (
          <span class="nbml-optimize-seen">
            {known.bars.length > 0 && (
              <Spark bins={known.bars} width={56} label={t("optimize_room.input.spread", { name })} />
            )}
            {known.low !== null && (
              <span class="nbml-quiet">
                {t("optimize_room.goal.seen", {
                  low: plainNumber(known.low ?? 0),
                  high: plainNumber(known.high ?? 0),
                })}
              </span>
            )}
          </span>
        )}
      </div>
      {row.goal && (
        <div class="nbml-optimize-controls">
          <span class="nbml-optimize-inline">
            <span>{t("optimize_room.goal.weight")}</span>
            <span class="nbml-optimize-number">
              <NumberBox
                label={t("optimize_room.goal.weight.of", { name })}
                value={row.weight}
                isWrong={wrong("weight")}
                onChange={weight => change({ weight })}
              />
            </span>
          </span>
          {RANGES.includes(row.goal) && (
            <Checkbox checked={row.soft} onChange={soft => change({ soft })}>
              {t("optimize_room.goal.soft")}
            </Checkbox>
          )}
        </div>
      )}
      <Notes setting={setting} field={`goals.${index}`} />
    </fieldset>
  );
}

type GoalNumberProps = {
  app: FormProps["app"];
  wrong: (part: string) => boolean;
  name: "value" | "low" | "high" | "tolerance";
  row: GoalRow;
  change: (changes: Partial<GoalRow>) => void;
};

function GoalNumber({ app, name, row, change, wrong }: GoalNumberProps) {
  const label = app.t(`optimize_room.goal.${name}`);
  return (
    <span class="nbml-optimize-number">
      <NumberBox
        label={label}
        placeholder={label}
        value={row[name]}
        isWrong={wrong(name)}
        onChange={value => change({ [name]: value })}
      />
    </span>
  );
}

const draftInputs = (setting: FormProps["setting"]) => setting.draft.value?.inputs;

/** Everything a formula may speak of. */
export function everyName(setting: FormProps["setting"]): string[] {
  const draft = setting.draft.value;
  return draft ? [...draft.inputs.map(input => input.name), ...draft.targets.map(target => target.name)] : [];
}

/** A row an input: its range over the data's histogram, or a fixed value, or the values allowed. */
import { useEffect, useState } from "preact/hooks";
import type { InputRow, KnownInput } from "../../../protocol/types";
import {
  Button,
  Checkbox,
  Disclosure,
  MultiCombo,
  NumberBox,
  Range,
  Select,
  Spark,
  TextBox,
} from "../../../ui";
import { readNumber } from "../../../ui/number-box";
import { plainNumber } from "../front/rows";
import { isWrong } from "../setting";
import { Part } from "./form";
import { type FormProps, Notes } from "./notes";

const MANY = 12;
const SHOWN = 60;

export function Inputs({ app, setting }: FormProps) {
  const { t } = app;
  const [words, setWords] = useState("");
  const form = setting.form.value;
  const known = new Map(setting.draft.value?.inputs.map(input => [input.name, input]));
  if (!form) return null;
  const changed = form.inputs.filter(isChanged).length;
  const found = form.inputs
    .map((row, index) => ({ row, index }))
    .filter(({ row }) => row.name.toLocaleLowerCase().includes(words.toLocaleLowerCase()));
  return (
    <Part
      title={t("optimize_room.inputs")}
      aside={
        changed > 0 && (
          <span class="nbml-quiet">{t("optimize_room.inputs.changed", { n: changed }, changed)}</span>
        )
      }
    >
      {form.inputs.length > MANY && (
        <TextBox
          type="search"
          label={t("optimize_room.inputs.search")}
          placeholder={t("optimize_room.inputs.search")}
          value={words}
          onChange={setWords}
        />
      )}
      {found.slice(0, SHOWN).map(({ row, index }) => {
        const input = known.get(row.name);
        return (
          input && <Input key={row.name} app={app} setting={setting} row={row} index={index} known={input} />
        );
      })}
    </Part>
  );
}

export const isChanged = (row: InputRow) =>
  row.use !== "range" ||
  [row.low, row.high, row.step, row.tolerance].some(value => value !== null) ||
  row.log ||
  row.zero;

type InputProps = FormProps & { row: InputRow; index: number; known: KnownInput };

function Input({ app, setting, row, index, known }: InputProps) {
  const { t } = app;
  const { name } = row;
  const change = (changes: Partial<InputRow>) => setting.input(index, changes);
  const isCategory = known.kind === "category";
  const wrong = (part: string) => isWrong(setting, `inputs.${index}.${part}`);
  const shared = { app, row, known, change, wrong };
  return (
    <fieldset class="nbml-optimize-row" data-field={`inputs.${index}`}>
      <legend class="nbml-unseen">{name}</legend>
      <div class="nbml-optimize-head">
        <span class="nbml-optimize-name" title={name}>
          {name}
        </span>
        <Select
          label={t("optimize_room.input.use", { name })}
          value={row.use}
          options={(["range", "fixed", "levels"] as const).map(value => ({
            value,
            label: t(`optimize_room.input.${value === "range" && isCategory ? "all_levels" : value}`),
          }))}
          onChange={use => change({ use, ...begin(use, row, known) })}
        />
      </div>
      {row.use === "range" && !isCategory && <Bounds {...shared} />}
      {row.use === "range" && isCategory && (
        <p class="nbml-optimize-levels nbml-quiet">{known.levels.slice(0, 12).join(" · ")}</p>
      )}
      {row.use === "fixed" &&
        (isCategory ? (
          <Select
            label={t("optimize_room.input.value", { name })}
            value={row.fixed === null ? null : String(row.fixed)}
            options={known.levels.map(level => ({ value: level, label: level }))}
            onChange={fixed => change({ fixed })}
          />
        ) : (
          <NumberBox
            label={t("optimize_room.input.value", { name })}
            value={typeof row.fixed === "number" ? row.fixed : null}
            step={stepOf(row, known)}
            isWrong={wrong("fixed")}
            onChange={fixed => change({ fixed })}
          />
        ))}
      {row.use === "levels" &&
        (isCategory ? (
          <MultiCombo
            label={t("optimize_room.input.allowed", { name })}
            value={row.levels.map(String)}
            options={known.levels.map(level => ({ value: level, label: level }))}
            onChange={levels => change({ levels })}
          />
        ) : (
          <Listed {...shared} />
        ))}
      <Notes setting={setting} field={`inputs.${index}`} />
      {!isCategory && <More {...shared} />}
    </fieldset>
  );
}

type RowProps = {
  app: FormProps["app"];
  row: InputRow;
  known: KnownInput;
  change: (changes: Partial<InputRow>) => void;
  /** Whether something is wrong with a part of the row. */
  wrong: (part: string) => boolean;
};

/** From where to where an input may be set, as far as it is known. */
export function boundsOf(row: InputRow, known: KnownInput): [number, number] {
  const numbers = row.levels.filter(level => typeof level === "number");
  if (row.use === "fixed" && typeof row.fixed === "number") return [row.fixed, row.fixed];
  if (row.use === "levels" && numbers.length) return [Math.min(...numbers), Math.max(...numbers)];
  const low = row.low ?? known.low ?? 0;
  return [row.zero ? Math.min(0, low) : low, row.high ?? known.high ?? 1];
}

function Bounds({ app, row, known, change, wrong }: RowProps) {
  const { t } = app;
  const [least, most] = [known.low ?? 0, known.high ?? 1];
  const [low, high] = [row.low ?? least, row.high ?? most];
  const [from, to] = [Math.min(least, low, high), Math.max(most, low, high)];
  const step = stepOf(row, known);
  const round = (value: number) => Number((Math.round(value / step) * step).toPrecision(12));
  const count = known.bars.length;
  const bin = (value: number) => Math.round(((value - least) / (most - least || 1)) * count);
  return (
    <>
      {from < to && (
        <Range
          label={row.name}
          value={[Math.min(low, high), Math.max(low, high)]}
          min={from}
          max={to}
          format={undefined}
          onChange={([a, b]) =>
            change({
              low: a <= from ? (from === least ? null : from) : Math.max(round(a), from),
              high: b >= to ? (to === most ? null : to) : Math.min(round(b), to),
            })
          }
        >
          {count > 0 && from === least && to === most && (
            <Spark
              bins={known.bars}
              highlight={[bin(low), bin(high)]}
              label={t("optimize_room.input.spread", { name: row.name })}
            />
          )}
        </Range>
      )}
      <div class="nbml-optimize-bounds">
        <NumberBox
          label={t("optimize_room.input.low", { name: row.name })}
          value={row.low}
          placeholder={plainNumber(least)}
          step={step}
          isWrong={wrong("low")}
          onChange={value => change({ low: value })}
        />
        <span aria-hidden="true">–</span>
        <NumberBox
          label={t("optimize_room.input.high", { name: row.name })}
          value={row.high}
          placeholder={plainNumber(most)}
          step={step}
          isWrong={wrong("high")}
          onChange={value => change({ high: value })}
        />
      </div>
    </>
  );
}

function More({ app, row, known, change, wrong }: RowProps) {
  const { t } = app;
  const { name } = row;
  return (
    <Disclosure
      summary={
        <span title={t("optimize_room.goal.more", { name })}>{t("optimize_room.goal.more.short")}</span>
      }
    >
      <div class="nbml-optimize-controls">
        {row.use === "range" && (
          <span class="nbml-optimize-labelled">
            <span>{t("optimize_room.input.step")}</span>
            <NumberBox
              label={t("optimize_room.input.step")}
              value={row.step}
              placeholder={t("optimize_room.input.step.any")}
              isWrong={wrong("step")}
              onChange={step => change({ step })}
            />
          </span>
        )}
        <span class="nbml-optimize-labelled">
          <span>{t("optimize_room.input.tolerance")}</span>
          <NumberBox
            label={t("optimize_room.input.tolerance")}
            value={row.tolerance}
            isWrong={wrong("tolerance")}
            onChange={tolerance => change({ tolerance })}
          />
        </span>
        {row.use === "range" && known.resolution !== null && row.step === null && (
          <Button small onClick={() => change({ step: known.resolution })}>
            {t("optimize_room.input.step.data", { step: plainNumber(known.resolution) })}
          </Button>
        )}
        {row.use === "range" &&
          (["integer", "log", "zero", "extrapolate"] as const).map(flag => (
            <Checkbox key={flag} checked={row[flag]} onChange={on => change({ [flag]: on })}>
              {t(`optimize_room.input.${flag}`)}
            </Checkbox>
          ))}
        {isChanged(row) && (
          <Button small kind="quiet" onClick={() => change(usual(known))}>
            {t("optimize_room.inputs.reset")}
          </Button>
        )}
      </div>
    </Disclosure>
  );
}

/** Numbers in a line, kept as typed; what is no number is told by the kernel. */
function Listed({ app, row, change }: RowProps) {
  const [typed, setTyped] = useState(row.levels.join(", "));
  const said = row.levels.join(", ");
  useEffect(() => {
    if (readLevels(typed).join(", ") !== said) setTyped(said);
  }, [said]);
  return (
    <>
      <TextBox
        label={app.t("optimize_room.input.allowed", { name: row.name })}
        value={typed}
        onChange={text => {
          setTyped(text);
          change({ levels: readLevels(text) });
        }}
      />
      <p class="nbml-quiet">{app.t("optimize_room.input.allowed.help")}</p>
    </>
  );
}

/** Values separated by commas or blanks; a text that is no number stays a text. */
export function readLevels(text: string): (number | string)[] {
  return text
    .split(/[,、;\s]+/)
    .filter(Boolean)
    .map(word => {
      const number = readNumber(word);
      return number === null || Number.isNaN(number) ? word : number;
    });
}

/** What a new way of setting begins with. */
function begin(use: InputRow["use"], row: InputRow, known: KnownInput): Partial<InputRow> {
  if (use === "fixed" && row.fixed === null) {
    if (known.kind === "category") return { fixed: known.levels[0] ?? null };
    const [low, high] = [row.low ?? known.low ?? 0, row.high ?? known.high ?? 0];
    const step = stepOf(row, known);
    return { fixed: Number((Math.round((low + high) / 2 / step) * step).toPrecision(12)) };
  }
  if (use === "levels" && row.levels.length === 0 && known.kind === "category")
    return { levels: known.levels };
  return {};
}

function usual(known: KnownInput): Partial<InputRow> {
  const integer = known.kind === "integer" || known.kind === "boolean";
  return {
    use: "range",
    low: null,
    high: null,
    step: null,
    tolerance: null,
    log: false,
    zero: false,
    integer,
  };
}

/** By how much arrow keys and sliders move: the step, else the data's, else a round hundredth of the range. */
function stepOf(row: InputRow, known: KnownInput): number {
  if (row.step && row.step > 0) return row.step;
  if (row.integer) return 1;
  const width = (known.high ?? 1) - (known.low ?? 0);
  const hundredth = width > 0 ? 10 ** Math.floor(Math.log10(width / 50)) : 1;
  return Math.max(known.resolution ?? 0, hundredth);
}

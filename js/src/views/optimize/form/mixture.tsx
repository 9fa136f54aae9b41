/** Parts that sum to a total; each part's own bounds and step are those of its input, set here or there. */
import type { KnownInput } from "../../../protocol/types";
import { MultiCombo, NumberBox } from "../../../ui";
import { plainNumber } from "../front/rows";
import { isWrong } from "../setting";
import { boundsOf } from "./inputs";
import type { FormProps } from "./notes";
import { NumberField } from "./number-field";
import type { RuleOf, RuleProps } from "./rule";

const ENDS = ["low", "high", "step"] as const;

export function Mixture({ row, ...props }: RuleProps & { row: RuleOf<"mixture"> }) {
  const { app, field, numbers, change } = props;
  const { t } = app;
  const number = (name: "total" | "tolerance") => (
    <NumberField
      {...props}
      field={`${field}.${name}`}
      words={`optimize_room.mixture.${name}`}
      value={row[name]}
      onChange={value => change({ ...row, [name]: value })}
    />
  );
  return (
    <>
      <MultiCombo
        label={t("optimize_room.mixture.parts")}
        placeholder={t("optimize_room.mixture.parts")}
        value={row.parts}
        options={numbers.map(({ name }) => ({ value: name, label: name }))}
        onChange={parts => change({ ...row, parts })}
      />
      <div class="nbml-optimize-controls">
        {number("total")}
        {number("tolerance")}
      </div>
      {row.parts.length > 0 && <Parts {...props} parts={row.parts} total={row.total} />}
    </>
  );
}

type PartsProps = FormProps & { parts: readonly string[]; total: number | null; numbers: KnownInput[] };

function Parts({ app, setting, parts, total, numbers }: PartsProps) {
  const { t } = app;
  const rows = setting.form.value?.inputs ?? [];
  const known = parts.flatMap(name => {
    const index = rows.findIndex(row => row.name === name);
    const [row, input] = [rows[index], numbers.find(one => one.name === name)];
    return row && input ? [{ index, row, input, bounds: boundsOf(row, input) }] : [];
  });
  const sum = (at: 0 | 1) => known.reduce((all, part) => all + part.bounds[at], 0);
  const [least, most] = [sum(0), sum(1)];
  const isOut = total !== null && (total < least || total > most);
  return (
    <div class="nbml-optimize-scrolls">
      <table class="nbml-optimize-parts">
        <thead>
          <tr>
            <th scope="col">{t("optimize_room.mixture.part")}</th>
            {ENDS.map(end => (
              <th scope="col" key={end}>
                {t(`optimize_room.mixture.${end}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {known.map(({ index, row, bounds }) => (
            <tr key={row.name}>
              <th scope="row" title={row.name}>
                {row.name}
              </th>
              {row.use === "range" ? (
                ENDS.map(end => (
                  <td key={end}>
                    <NumberBox
                      label={t(`optimize_room.mixture.${end}.of`, { name: row.name })}
                      value={row[end]}
                      placeholder={
                        end === "step"
                          ? t("optimize_room.input.step.any")
                          : plainNumber(bounds[end === "low" ? 0 : 1])
                      }
                      isWrong={isWrong(setting, `inputs.${index}.${end}`)}
                      onChange={value => setting.input(index, { [end]: value })}
                    />
                  </td>
                ))
              ) : (
                <td colSpan={3} class="nbml-quiet">
                  {row.use === "fixed" ? `= ${row.fixed ?? "–"}` : row.levels.join(", ")}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p class={isOut ? "nbml-optimize-note nbml-optimize-error" : "nbml-quiet"}>
        {t("optimize_room.mixture.reach", { low: plainNumber(least), high: plainNumber(most) })}
      </p>
    </div>
  );
}

/** Which combinations of some inputs may be: those of the data, those listed, or all but those listed. */
import type { KnownInput } from "../../../protocol/types";
import { Button, MultiCombo, NumberBox, Select } from "../../../ui";
import { isWrong } from "../setting";
import type { RuleOf, RuleProps } from "./rule";

type Row = RuleOf<"combinations">;
type Cell = Row["rows"][number][number];
export const MODES = ["seen", "only", "never"] as const;

/** The same combinations over other inputs; what was not said is open. */
export function over(row: Row, of: readonly string[]): Row {
  const rows = row.rows.map(cells => of.map(name => cells[row.of.indexOf(name)] ?? null));
  const first = row.mode !== "seen" && of.length > 0 && !rows.length ? [of.map(() => null)] : rows;
  return { ...row, of: [...of], rows: first };
}

export function Combinations({ app, setting, field, row, inputs, change }: RuleProps & { row: Row }) {
  const { t } = app;
  const known = row.of.map(name => inputs.find(input => input.name === name));
  const put = (at: number, place: number, cell: Cell) =>
    change({
      ...row,
      rows: row.rows.map((cells, k) =>
        k === at ? cells.map((one, n) => (n === place ? cell : one)) : cells,
      ),
    });
  return (
    <>
      <Select
        label={t("optimize_room.combinations.mode")}
        value={row.mode}
        options={MODES.map(mode => ({ value: mode, label: t(`optimize_room.combinations.${mode}`) }))}
        onChange={mode => change(over({ ...row, mode }, row.of))}
      />
      <MultiCombo
        label={t("optimize_room.combinations.of")}
        placeholder={t("optimize_room.combinations.of")}
        value={row.of}
        options={inputs.map(({ name }) => ({ value: name, label: name }))}
        onChange={of => change(over(row, of))}
      />
      {row.mode !== "seen" && row.of.length > 0 && (
        <>
          <div class="nbml-optimize-scrolls">
            <table class="nbml-optimize-parts">
              <thead>
                <tr>
                  {row.of.map(name => (
                    <th scope="col" key={name} title={name}>
                      {name}
                    </th>
                  ))}
                  <td class="nbml-optimize-last" />
                </tr>
              </thead>
              <tbody>
                {row.rows.map((cells, at) => (
                  <tr key={at} aria-invalid={isWrong(setting, `${field}.rows.${at}`) || undefined}>
                    {row.of.map((name, place) => (
                      <td key={name}>
                        <CellBox
                          label={t("optimize_room.combinations.cell", { name, row: at + 1 })}
                          known={known[place]}
                          cell={cells[place] ?? null}
                          isWrong={isWrong(setting, `${field}.rows.${at}`) && (cells[place] ?? null) === null}
                          onChange={cell => put(at, place, cell)}
                        />
                      </td>
                    ))}
                    <td class="nbml-optimize-last">
                      <Button
                        small
                        kind="quiet"
                        label={t("optimize_room.combinations.remove", { row: at + 1 })}
                        onClick={() => change({ ...row, rows: row.rows.filter((_, k) => k !== at) })}
                      >
                        {t("optimize_room.remove")}
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Button small onClick={() => change({ ...row, rows: [...row.rows, row.of.map(() => null)] })}>
            {t("optimize_room.combinations.add")}
          </Button>
        </>
      )}
    </>
  );
}

interface CellBoxProps {
  label: string;
  known: KnownInput | undefined;
  cell: Cell;
  isWrong: boolean;
  onChange: (cell: Cell) => void;
}

function CellBox({ label, known, cell, isWrong, onChange }: CellBoxProps) {
  if (known?.kind !== "category")
    return (
      <NumberBox
        label={label}
        value={typeof cell === "number" ? cell : null}
        isWrong={isWrong}
        onChange={onChange}
      />
    );
  return (
    <Select
      label={label}
      value={cell === null ? null : String(cell)}
      placeholder="–"
      options={known.levels.map(level => ({ value: level, label: level }))}
      onChange={onChange}
    />
  );
}

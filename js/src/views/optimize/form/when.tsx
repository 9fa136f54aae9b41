/** Where categories have certain levels, other inputs keep to less; any number of either. */
import { Button, Combo, MultiCombo, NumberBox } from "../../../ui";
import type { RuleOf, RuleProps } from "./rule";

type Row = RuleOf<"when">;

export function When({ app, row, inputs, change }: RuleProps & { row: Row }) {
  const { t } = app;
  const find = (name: string) => inputs.find(input => input.name === name);
  const levels = (name: string) => find(name)?.levels.map(level => ({ value: level, label: level })) ?? [];
  const names = (list: typeof inputs) => list.map(({ name }) => ({ value: name, label: name }));
  const conditions = new Set(row.when.map(one => one.input));
  const putWhen = (index: number, one: Partial<Row["when"][number]>) =>
    change({ ...row, when: row.when.map((other, at) => (at === index ? { ...other, ...one } : other)) });
  const putThen = (index: number, one: Partial<Row["limits"][number]>) =>
    change({ ...row, limits: row.limits.map((other, at) => (at === index ? { ...other, ...one } : other)) });
  const remove = (part: "when" | "limits", index: number, what: string) =>
    row[part].length > 1 && (
      <Button
        small
        kind="quiet"
        label={t("optimize_room.constraint.remove", { what })}
        onClick={() =>
          change({ ...row, [part]: (row[part] as unknown[]).filter((_, at) => at !== index) } as Row)
        }
      >
        {t("optimize_room.remove")}
      </Button>
    );
  return (
    <>
      {row.when.map((one, index) => (
        <div class="nbml-optimize-when" key={`when ${index}`}>
          <span>{t(index ? "optimize_room.when.and" : "optimize_room.when.input")}</span>
          <Combo
            label={t("optimize_room.when.input")}
            value={one.input || null}
            options={names(inputs.filter(input => input.kind === "category"))}
            onChange={name => putWhen(index, { input: name ?? "", levels: [] })}
          />
          <span>{t("optimize_room.when.levels")}</span>
          <MultiCombo
            label={t("optimize_room.when.levels")}
            value={one.levels.map(String)}
            options={levels(one.input)}
            onChange={chosen => putWhen(index, { levels: chosen })}
          />
          {remove("when", index, one.input)}
        </div>
      ))}
      {row.limits.map((one, index) => {
        const then = find(one.input);
        return (
          <div class="nbml-optimize-when" key={`limit ${index}`}>
            <span>{t(index ? "optimize_room.when.and" : "optimize_room.when.then")}</span>
            <Combo
              label={t("optimize_room.when.then")}
              value={one.input || null}
              options={names(inputs.filter(input => !conditions.has(input.name)))}
              onChange={name => putThen(index, { input: name ?? "", levels: [], low: null, high: null })}
            />
            {then?.kind === "category" && (
              <>
                <span>{t("optimize_room.when.only")}</span>
                <MultiCombo
                  label={t("optimize_room.when.only")}
                  value={one.levels.map(String)}
                  options={levels(one.input)}
                  onChange={chosen => putThen(index, { levels: chosen })}
                />
              </>
            )}
            {then && then.kind !== "category" && (
              <>
                <span>{t("optimize_room.when.within")}</span>
                <div class="nbml-optimize-bounds">
                  {(["low", "high"] as const).map(end => (
                    <NumberBox
                      key={end}
                      label={t(`optimize_room.when.${end}`)}
                      placeholder={t(`optimize_room.when.${end}`)}
                      value={one[end]}
                      onChange={value => putThen(index, { [end]: value })}
                    />
                  ))}
                </div>
              </>
            )}
            {remove("limits", index, one.input)}
          </div>
        );
      })}
      <div class="nbml-optimize-controls">
        <Button small onClick={() => change({ ...row, when: [...row.when, { input: "", levels: [] }] })}>
          {t("optimize_room.when.add_when")}
        </Button>
        <Button
          small
          onClick={() =>
            change({ ...row, limits: [...row.limits, { input: "", levels: [], low: null, high: null }] })
          }
        >
          {t("optimize_room.when.add_then")}
        </Button>
      </div>
    </>
  );
}

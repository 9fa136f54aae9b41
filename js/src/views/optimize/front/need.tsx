/** "Type the value I need and show the cheapest." */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import { NumberBox, Select } from "../../../ui";
import { axisOf, cheapest, type Front } from "./front";

export function Need({ app, front, onSelect }: { app: App; front: Front; onSelect: (row: number) => void }) {
  const { t, fmt } = app;
  const numbers = front.axes.filter(axis => axis.isNumber);
  const options = numbers.map(axis => ({ value: axis.key, label: axis.label }));
  const first = front.goals.find(one => !front.costs.includes(one)) ?? numbers[0]?.key ?? "";
  const [key, setKey] = useState(first);
  const [cost, setCost] = useState(
    front.costs[0] ?? numbers.find(axis => axis.role === "input" && axis.key !== first)?.key ?? "",
  );
  const [sense, setSense] = useState<"at_least" | "at_most">("at_least");
  const [value, setValue] = useState<number | null>(null);
  const find = (asked: { key: string; sense: typeof sense; value: number | null; cost: string }) => {
    if (asked.value === null) return;
    const found = cheapest(front, { ...asked, value: asked.value }, asked.cost);
    if (found) onSelect(found.row);
  };
  const found = value === null ? null : cheapest(front, { key, sense, value }, cost);
  const told = (of: string, row: number) => fmt.number(axisOf(front, of)?.cells[row] as number);
  return (
    <section class="nbml-optimize-need" aria-label={t("optimize_room.need")}>
      <div class="nbml-optimize-controls">
        <span>{t("optimize_room.need.of")}</span>
        <Select
          label={t("optimize_room.need.of")}
          value={key}
          options={options}
          onChange={next => {
            setKey(next);
            find({ key: next, sense, value, cost });
          }}
        />
        <Select
          label={t("optimize_room.need")}
          value={sense}
          options={(["at_least", "at_most"] as const).map(one => ({
            value: one,
            label: t(`optimize_room.need.${one}`),
          }))}
          onChange={next => {
            setSense(next);
            find({ key, sense: next, value, cost });
          }}
        />
        <span class="nbml-optimize-number">
          <NumberBox
            label={t("optimize_room.goal.value")}
            placeholder={t("optimize_room.goal.value")}
            value={value}
            onChange={next => {
              setValue(next);
              find({ key, sense, value: next, cost });
            }}
          />
        </span>
        <span>{t("optimize_room.need.least")}</span>
        <Select
          label={t("optimize_room.need.least")}
          value={cost}
          options={options}
          onChange={next => {
            setCost(next);
            find({ key, sense, value, cost: next });
          }}
        />
      </div>
      {found && (
        <p role="status">
          {t(found.isReached ? "optimize_room.need.found" : "optimize_room.need.none", {
            row: found.row + 1,
            value: told(key, found.row),
            name: axisOf(front, cost)?.label ?? "",
            cost: told(cost, found.row),
          })}
        </p>
      )}
    </section>
  );
}

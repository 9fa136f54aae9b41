/** The front as a table: sorted by any column, narrowed by limits, the same row selected as in the figures. */
import { useMemo } from "preact/hooks";
import type { App } from "../../../app";
import { Button, type Column, MultiCombo, NumberBox, Select, Table } from "../../../ui";
import { type Axis, axisOf, type Front, type Limit } from "./front";

export interface RowsProps {
  app: App;
  front: Front;
  shown: readonly number[];
  selected: number | null;
  onSelect: (row: number) => void;
  reasons?: ReadonlyMap<number, string>;
}

export function Rows({ app, front, shown, selected, onSelect, reasons }: RowsProps) {
  const { t, fmt } = app;
  const columns = useMemo((): Column<number>[] => {
    const cells = front.axes.map(
      (axis): Column<number> => ({
        key: axis.key,
        title: axis.label,
        align: axis.isNumber ? "end" : "start",
        width: front.goals.includes(axis.key) ? "minmax(9rem, 1.2fr)" : "minmax(6.5rem, 1fr)",
        cell: row => {
          const cell = axis.cells[row] ?? null;
          if (typeof cell !== "number") return cell === null ? "–" : String(cell);
          return axis.role === "input" ? plainNumber(cell) : fmt.number(cell);
        },
        value: row => axis.cells[row] ?? null,
      }),
    );
    const number: Column<number> = {
      key: "row",
      title: t("optimize_room.table.row"),
      width: "4rem",
      align: "end",
      cell: row => `${row + 1}${row === front.knee ? " ★" : ""}`,
      value: row => row,
    };
    const goals = cells.filter(cell => front.goals.includes(cell.key));
    const why: Column<number>[] = reasons
      ? [
          {
            key: "reason",
            title: t("optimize_room.propose.reason"),
            width: "minmax(16rem, 1.5fr)",
            cell: row => reasons.get(row) ?? "",
            value: row => reasons.get(row) ?? "",
          },
        ]
      : [];
    return [number, ...why, ...goals, ...cells.filter(cell => !goals.includes(cell))];
  }, [front, reasons, t("optimize_room.table.row")]);
  return (
    <Table
      label={t("optimize_room.table.label")}
      columns={columns}
      rows={shown}
      rowKey={row => String(row)}
      select="one"
      selected={new Set(selected === null ? [] : [String(selected)])}
      onSelect={keys => {
        const [key] = keys;
        if (key !== undefined) onSelect(Number(key));
      }}
      height="20rem"
      empty={t("optimize_room.filter.none")}
    />
  );
}

/** An input as it is set: all its digits, none made up. */
export const plainNumber = (value: number) => String(Number(value.toPrecision(12)));

export interface FilterProps {
  app: App;
  front: Front;
  limits: readonly Limit[];
  onChange: (limits: Limit[]) => void;
  passed: number;
}

export function Filter({ app, front, limits, onChange, passed }: FilterProps) {
  const { t, fmt } = app;
  const put = (index: number, changes: Partial<Limit>) =>
    onChange(limits.map((limit, at) => (at === index ? { ...limit, ...changes } : limit)));
  const add = () =>
    onChange([...limits, { key: front.goals[0] ?? front.axes[0]?.key ?? "", low: null, high: null }]);
  return (
    <div class="nbml-optimize-filter">
      {limits.map((limit, index) => (
        <div class="nbml-optimize-controls" key={index}>
          <Select
            label={t("optimize_room.filter")}
            value={limit.key}
            options={front.axes.map(axis => ({ value: axis.key, label: axis.label }))}
            onChange={key => put(index, { key, low: null, high: null, levels: [] })}
          />
          <Ends
            app={app}
            axis={axisOf(front, limit.key)}
            limit={limit}
            put={changes => put(index, changes)}
          />
          <Button small kind="quiet" onClick={() => onChange(limits.filter((_, at) => at !== index))}>
            {t("optimize_room.remove")}
          </Button>
        </div>
      ))}
      <Button small onClick={add}>
        {t("optimize_room.filter")}
      </Button>{" "}
      {limits.length > 0 && (
        <span class="nbml-quiet" role="status">
          {t("optimize_room.filter.shown", { n: fmt.count(passed), all: fmt.count(front.rows) })}
        </span>
      )}
    </div>
  );
}

type EndsProps = { app: App; axis: Axis | undefined; limit: Limit; put: (changes: Partial<Limit>) => void };

/** From and to of a number, the levels of a category. */
function Ends({ app: { t }, axis, limit, put }: EndsProps) {
  if (axis && !axis.isNumber) {
    const levels = [...new Set(axis.cells.map(String))].sort();
    return (
      <MultiCombo
        label={t("optimize_room.level")}
        placeholder={t("optimize_room.level")}
        value={[...(limit.levels ?? [])]}
        options={levels.map(level => ({ value: level, label: level }))}
        onChange={chosen => put({ levels: chosen })}
      />
    );
  }
  return (["low", "high"] as const).map(end => (
    <span class="nbml-optimize-number" key={end}>
      <NumberBox
        label={t(`optimize_room.goal.${end}`)}
        placeholder={t(`optimize_room.goal.${end}`)}
        value={limit[end]}
        onChange={value => put({ [end]: value })}
      />
    </span>
  ));
}

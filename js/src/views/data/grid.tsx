/** The table itself: only rows and columns in sight are drawn and fetched; every head holds its distribution. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ColumnLine } from "../../protocol/types";
import { classes } from "../../ui";
import { gridMove } from "../../ui/grid-keys";
import { useId } from "../../ui/id";
import { useScrolled } from "../../ui/virtual";
import { Distribution, isQuantity } from "./distribution";
import type { DataModel } from "./model";

const ROW = 24;
const HEAD = 102;
const WIDTH = 140;
const NUMBERS = 68;
const AHEAD_ROWS = 10;
const AHEAD_COLUMNS = 2;
/** Browsers draw nothing taller; beyond it the scroll bar stands for more rows than it has pixels. */
const TALLEST = 15_000_000;

interface Sight {
  top: number;
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

interface Place {
  row: number;
  column: number;
}

const NONE: Sight = { top: 0, firstRow: 0, lastRow: 0, firstColumn: 0, lastColumn: 0 };

export interface GridProps {
  model: DataModel;
  /** A head was pressed. */
  onColumn: (position: number) => void;
}

export function Grid({ model, onColumn }: GridProps) {
  const { t, fmt } = model.app;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const { value: columns } = model.columns;
  const rows = model.view.value?.n_rows ?? 0;
  const width = columns.length;
  const body = Math.min(rows * ROW, TALLEST);
  const [sight, setSight] = useState<Sight>(NONE);
  const [at, setAt] = useState<Place | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const anchor = useRef(0);
  void model.cells.arrived.value;

  useScrolled(
    box,
    el => {
      const inSight = Math.ceil(Math.max(0, el.clientHeight - HEAD) / ROW) + 1;
      const most = Math.max(1, body + HEAD - el.clientHeight);
      const isTall = rows * ROW > TALLEST;
      const top = isTall
        ? Math.round((el.scrollTop / most) * Math.max(0, rows - inSight + 1))
        : Math.floor(el.scrollTop / ROW);
      const firstRow = isTall ? top : Math.max(0, top - AHEAD_ROWS);
      const left = Math.floor(el.scrollLeft / WIDTH);
      const next = {
        top: isTall ? el.scrollTop : firstRow * ROW,
        firstRow,
        lastRow: Math.min(rows, top + inSight + AHEAD_ROWS),
        firstColumn: Math.max(0, left - AHEAD_COLUMNS),
        lastColumn: Math.min(width, left + Math.ceil(el.clientWidth / WIDTH) + AHEAD_COLUMNS),
      };
      setSight(seen => (same(seen, next) ? seen : next));
    },
    [rows, width, body],
  );

  const { revision } = model;
  useEffect(() => setSelected(new Set()), [revision]);
  useEffect(() => {
    if (sight.lastRow <= sight.firstRow && rows > 0) return;
    model.cells.want(sight.firstRow, sight.lastRow, sight.firstColumn, sight.lastColumn);
    model.profile(sight.firstColumn, sight.lastColumn);
  }, [sight, revision]);

  const cellId = (row: number, column: number) => `${id}-${row}-${column}`;
  const go = (row: number, column: number) => {
    const to = { row: clamp(row, -1, rows - 1), column: clamp(column, 0, width - 1) };
    setAt(to);
    const { current: el } = box;
    if (!el) return;
    const isTall = rows * ROW > TALLEST;
    if (to.row >= 0 && isTall) {
      if (to.row < sight.firstRow || to.row > sight.lastRow - AHEAD_ROWS - 2)
        el.scrollTop = (to.row / rows) * body;
    } else if (to.row >= 0) {
      const y = to.row * ROW;
      if (y < el.scrollTop) el.scrollTop = y;
      else if (y + ROW + HEAD > el.scrollTop + el.clientHeight)
        el.scrollTop = y + ROW + HEAD - el.clientHeight;
    }
    const x = to.column * WIDTH;
    if (x < el.scrollLeft) el.scrollLeft = x;
    else if (x + WIDTH + NUMBERS > el.scrollLeft + el.clientWidth)
      el.scrollLeft = x + WIDTH + NUMBERS - el.clientWidth;
  };
  const select = (row: number, how: { range: boolean; add: boolean }) => {
    let next: Set<number>;
    if (how.range) {
      const [from, to] = [Math.min(anchor.current, row), Math.max(anchor.current, row)];
      next = new Set(Array.from({ length: Math.min(to - from + 1, 100_000) }, (_, step) => from + step));
    } else {
      next = how.add ? new Set(selected) : new Set();
      if (!(how.add && next.delete(row))) next.add(row);
      anchor.current = row;
    }
    setSelected(next);
    model.select([...next].sort((a, b) => a - b));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { row, column } = at ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor(((box.current?.clientHeight ?? 400) - HEAD) / ROW) - 1);
    const to = gridMove(event, row, column, { rows, columns: width, page });
    if (to) {
      event.preventDefault();
      go(...to);
    } else if (event.key === "Enter" && row < 0) {
      event.preventDefault();
      onColumn(column);
    } else if (event.key === " " && row >= 0) {
      event.preventDefault();
      select(row, { range: event.shiftKey, add: true });
    }
  };
  const places = steps(sight.firstColumn, Math.min(sight.lastColumn, width));
  const lines = steps(sight.firstRow, Math.min(sight.lastRow, rows));
  const offset = NUMBERS + sight.firstColumn * WIDTH;
  return (
    <div
      ref={box}
      class="nbml-data-grid"
      role="grid"
      tabIndex={0}
      aria-label={t("data_room.grid.label", { name: model.view.value?.source?.name ?? "" })}
      aria-rowcount={rows + 1}
      aria-colcount={width + 1}
      aria-multiselectable
      aria-activedescendant={at ? cellId(at.row, at.column) : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => at || setAt({ row: -1, column: 0 })}
    >
      <div
        class="nbml-data-grid-all"
        style={{ width: `${NUMBERS + width * WIDTH}px`, height: `${HEAD + body}px` }}
      >
        <div class="nbml-data-grid-head" role="row" aria-rowindex={1} style={{ height: `${HEAD}px` }}>
          <div class="nbml-data-number" role="columnheader" style={{ width: `${NUMBERS}px` }}>
            {t("data_room.grid.row")}
          </div>
          {places.map(place => (
            <Head
              key={place}
              id={cellId(-1, place)}
              model={model}
              column={columns[place]}
              place={place}
              left={NUMBERS + place * WIDTH}
              isActive={at?.row === -1 && at.column === place}
              onPress={() => onColumn(place)}
            />
          ))}
        </div>
        <div class="nbml-data-grid-rows" style={{ transform: `translateY(${sight.top}px)` }}>
          {lines.map(row => (
            <div
              key={row}
              role="row"
              aria-rowindex={row + 2}
              aria-selected={selected.has(row)}
              class={classes(
                "data-grid-row",
                row % 2 === 1 && "data-odd",
                selected.has(row) && "row-selected",
              )}
              onClick={event => select(row, { range: event.shiftKey, add: event.ctrlKey || event.metaKey })}
            >
              <div class="nbml-data-number nbml-figures" role="rowheader" style={{ width: `${NUMBERS}px` }}>
                {fmt.count(row + 1)}
              </div>
              <div class="nbml-data-cells" style={{ insetInlineStart: `${offset}px` }} role="presentation">
                {places.map(place => {
                  const column = columns[place];
                  const cell = model.cells.at(row, place);
                  const isActive = at?.row === row && at.column === place;
                  return (
                    <div
                      key={place}
                      id={isActive ? cellId(row, place) : undefined}
                      role="gridcell"
                      aria-colindex={place + 2}
                      class={classes(
                        "data-cell",
                        column && isQuantity(column) && "end",
                        cell === null && "data-missing",
                        isActive && "data-active",
                      )}
                      title={cell && cell.length > 12 ? cell : undefined}
                    >
                      {cell === undefined ? (
                        <span class="nbml-cell-waits" />
                      ) : (
                        <bdi>{cell === null ? "–" : shown(cell, column)}</bdi>
                      )}
                    </div>
                  );
                })}
              </div>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface HeadProps {
  id: string;
  model: DataModel;
  column: ColumnLine | undefined;
  place: number;
  left: number;
  isActive: boolean;
  onPress: () => void;
}

function Head({ id, model, column, place, left, isActive, onPress }: HeadProps) {
  const { t, fmt } = model.app;
  const profile = model.profiles.value.get(place);
  const name = column?.name ?? "";
  const words = !column
    ? ""
    : column.missing_share
      ? t("data_room.grid.missing", { share: fmt.percent(column.missing_share) })
      : t("data_room.grid.no_missing");
  return (
    <div
      id={id}
      role="columnheader"
      aria-colindex={place + 2}
      class={classes("data-head", isActive && "data-active", column && `data-role-${column.role}`)}
      style={{ insetInlineStart: `${left}px`, width: `${WIDTH}px` }}
      title={name ? t("data_room.grid.chart", { name }) : undefined}
      onClick={onPress}
    >
      <div class="nbml-data-head-name">
        <bdi>{column?.label.split(/(?<=[_\-/])/).map((part, at) => [at > 0 && <wbr key={at} />, part])}</bdi>
      </div>
      <div class="nbml-data-head-kind nbml-quiet">
        {column && column.role !== "feature" && (
          <span class="nbml-data-role">{t(`data_room.role.${column.role}`)} · </span>
        )}
        {column && [column.unit, t(`data_room.kind.${column.kind}`)].filter(Boolean).join(" · ")}
      </div>
      <Distribution
        profile={profile}
        label={t("data_room.grid.histogram", { name })}
        width={WIDTH - 16}
        height={24}
      />
      <div class={classes("data-head-missing", Boolean(column?.missing_share) && "data-has-missing")}>
        {words}
      </div>
    </div>
  );
}

/** A quantity in seven digits, since the tool tip has them all; anything else as it is. */
function shown(cell: string, column: ColumnLine | undefined): string {
  if (cell.length <= 12 || !column || !isQuantity(column)) return cell;
  const value = Number(cell);
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : cell;
}

function steps(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, step) => first + step);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

function same(a: Sight, b: Sight): boolean {
  return (
    a.top === b.top &&
    a.firstRow === b.firstRow &&
    a.lastRow === b.lastRow &&
    a.firstColumn === b.firstColumn &&
    a.lastColumn === b.lastColumn
  );
}

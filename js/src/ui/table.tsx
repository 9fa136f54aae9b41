import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { classes } from "./classes";
import { gridMove } from "./grid-keys";
import { useId } from "./id";
import { useLocale } from "./locale";
import { useVirtualRows } from "./virtual";

export interface Column<Row> {
  key: string;
  title: ComponentChildren;
  /** The title as text, where `title` is none: for tool tips and screen readers. */
  label?: string;
  cell: (row: Row, index: number) => ComponentChildren;
  /** A grid track: "8rem", "minmax(6rem, 1fr)". */
  width?: string;
  align?: "start" | "end";
  /** What the table sorts by where it sorts itself; a column without it is not sorted by. */
  value?: (row: Row) => string | number | null;
  /** Lets the header be pressed where the owner sorts (`onSort`). */
  sortable?: boolean;
  /** Under the title: a histogram, a control. */
  extra?: ComponentChildren;
}

export interface Sort {
  key: string;
  descending: boolean;
}

/** An array, or rows that come when they are looked at; `at` gives undefined until then. */
export interface Rows<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
}

export interface TableProps<Row> {
  columns: readonly Column<Row>[];
  rows: Rows<Row>;
  /** Stable name of a row; its number where there is none. */
  rowKey?: (row: Row, index: number) => string;
  label: string;
  /** Most height before it scrolls: a CSS length. */
  height?: string;
  rowHeight?: number;
  sort?: Sort | null;
  /** The owner sorts; without it the table sorts rows it has by `value`. */
  onSort?: (sort: Sort | null) => void;
  select?: "one" | "many";
  selected?: ReadonlySet<string>;
  onSelect?: (keys: ReadonlySet<string>) => void;
  /** Enter or double click. */
  onOpen?: (row: Row, index: number) => void;
  /** Rows in sight, for an owner that fetches them. */
  onSight?: (first: number, last: number) => void;
  /** A word to a row: drawn quieter, or as in error. */
  tone?: (row: Row) => "quiet" | "error" | "chosen" | undefined;
  empty?: ComponentChildren;
}

const NAMES = new Intl.Collator(undefined, { numeric: true });

/** A grid of any length: rows in sight are drawn, arrow keys move, headers sort. Enter goes into a cell's control. */
export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, label, height = "24rem", rowHeight = 28, select, onSelect, onSight } = props;
  const { t } = useLocale();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState<Sort | null>(null);
  const [at, setAt] = useState<{ row: number; column: number } | null>(null);
  const anchor = useRef<number | null>(null);
  const sort = props.onSort ? (props.sort ?? null) : own;
  const order = useMemo(
    () => sorted(rows, columns, props.onSort ? null : own),
    [rows, columns, own, props.onSort],
  );
  const place = (index: number) => order?.[index] ?? index;
  const { first, last } = useVirtualRows(box, rows.length, rowHeight, 0);
  useEffect(() => onSight?.(first, last), [first, last, onSight]);
  const key = (index: number) => {
    const row = rows.at(place(index));
    return row === undefined
      ? String(place(index))
      : (props.rowKey?.(row, place(index)) ?? String(place(index)));
  };
  const canSort = (column: Column<Row>) => Boolean(props.onSort ? column.sortable : column.value);
  const press = (column: Column<Row>) => {
    if (!canSort(column)) return;
    const next =
      sort?.key !== column.key
        ? { key: column.key, descending: false }
        : sort.descending
          ? null
          : { key: column.key, descending: true };
    if (props.onSort) props.onSort(next);
    else setOwn(next);
  };
  const choose = (index: number, how: { range: boolean; add: boolean }) => {
    if (!select || !onSelect) return;
    const name = key(index);
    if (select === "one" || !(how.range || how.add)) {
      onSelect(new Set([name]));
    } else if (how.range && anchor.current !== null) {
      const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
      onSelect(new Set(Array.from({ length: to - from + 1 }, (_, step) => key(from + step))));
      return;
    } else {
      const next = new Set(props.selected);
      if (!next.delete(name)) next.add(name);
      onSelect(next);
    }
    anchor.current = index;
  };
  const show = (row: number) => {
    const { current: el } = box;
    if (!el || row < 0) return;
    const head = (el.querySelector<HTMLElement>('[role="rowgroup"]')?.offsetHeight ?? 0) + 1;
    const top = row * rowHeight;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + rowHeight + head > el.scrollTop + el.clientHeight)
      el.scrollTop = top + rowHeight + head - el.clientHeight;
  };
  const go = (row: number, column: number) => {
    const to = {
      row: Math.max(-1, Math.min(row, rows.length - 1)),
      column: Math.max(0, Math.min(column, columns.length - 1)),
    };
    setAt(to);
    show(to.row);
    requestAnimationFrame(() =>
      document
        .getElementById(cellId(to.row, to.column))
        ?.scrollIntoView?.({ block: "nearest", inline: "nearest" }),
    );
  };
  const cellId = (row: number, column: number) => `${id}-${row}-${column}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current) {
      if (event.key === "Escape") {
        event.stopPropagation();
        box.current?.focus();
      }
      return;
    }
    const { row, column } = at ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 300) / rowHeight) - 2);
    const to = gridMove(event, row, column, { rows: rows.length, columns: columns.length, page });
    if (to) {
      event.preventDefault();
      go(...to);
      if (event.shiftKey && row >= 0)
        choose(Math.max(0, Math.min(to[0], rows.length - 1)), { range: true, add: false });
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      const header = columns[column];
      if (row < 0) {
        if (header) press(header);
        return;
      }
      const control = document
        .getElementById(cellId(row, column))
        ?.querySelector<HTMLElement>("input, select, textarea, button, a[href]");
      const found = rows.at(place(row));
      if (control) control.focus();
      else if (found !== undefined) props.onOpen?.(found, place(row));
    } else if (event.key === " " && row >= 0) {
      event.preventDefault();
      choose(row, { range: event.shiftKey, add: true });
    }
  };
  const tracks = columns.map(column => column.width ?? "minmax(5rem, 1fr)").join(" ");
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, step) => first + step);
  return (
    <div
      ref={box}
      class={classes("table", select && "table-selects")}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable={select === "many" || undefined}
      aria-activedescendant={at ? cellId(at.row, at.column) : undefined}
      tabIndex={0}
      style={{ maxHeight: height, "--nbml-tracks": tracks, "--nbml-row": `${rowHeight}px` }}
      onKeyDown={onKeyDown}
      onFocus={event =>
        event.target === box.current && !at && setAt({ row: rows.length ? 0 : -1, column: 0 })
      }
    >
      <div class="nbml-table-head" role="rowgroup">
        <div class="nbml-table-row" role="row" aria-rowindex={1}>
          {columns.map((column, index) => {
            const isBy = sort?.key === column.key;
            return (
              <div
                key={column.key}
                id={cellId(-1, index)}
                role="columnheader"
                aria-colindex={index + 1}
                aria-sort={isBy ? (sort.descending ? "descending" : "ascending") : undefined}
                class={classes(
                  "table-title",
                  column.align === "end" && "end",
                  canSort(column) && "table-sorts",
                  at?.row === -1 && at.column === index && "cell-active",
                )}
                title={column.label ?? (typeof column.title === "string" ? column.title : undefined)}
                onClick={() => press(column)}
              >
                <span class="nbml-table-words">
                  <span class="nbml-table-name">{column.title}</span>
                  {canSort(column) && (
                    <span
                      class={classes("sort", isBy && (sort.descending ? "sort-down" : "sort-up"))}
                      aria-hidden="true"
                    />
                  )}
                </span>
                {column.extra}
              </div>
            );
          })}
        </div>
      </div>
      <div
        class="nbml-table-body"
        role="rowgroup"
        style={{ height: `${rows.length * rowHeight}px`, "--nbml-above": `${first * rowHeight}px` }}
      >
        <div class="nbml-table-sight" role="presentation">
          {indices.map(index => {
            const row = rows.at(place(index));
            const name = key(index);
            const tone = row === undefined ? undefined : props.tone?.(row);
            const isChosen = props.selected?.has(name) ?? false;
            return (
              <div
                key={name}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={select ? isChosen : undefined}
                class={classes(
                  "table-row",
                  tone && `row-${tone}`,
                  isChosen && "row-selected",
                  index % 2 === 1 && "row-odd",
                )}
                onClick={event => {
                  setAt({ row: index, column: Math.max(0, columnAt(event)) });
                  choose(index, { range: event.shiftKey, add: event.ctrlKey || event.metaKey });
                }}
                onDblClick={() => row !== undefined && props.onOpen?.(row, place(index))}
              >
                {columns.map((column, spot) => (
                  <div
                    key={column.key}
                    id={cellId(index, spot)}
                    role="gridcell"
                    aria-colindex={spot + 1}
                    class={classes(
                      "cell",
                      column.align === "end" && "end",
                      at?.row === index && at.column === spot && "cell-active",
                    )}
                  >
                    {row === undefined ? <span class="nbml-cell-waits" /> : column.cell(row, place(index))}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && (
        <div class="nbml-table-empty" role="row">
          <div role="gridcell" aria-colspan={columns.length}>
            {props.empty ?? t("panel.table.empty")}
          </div>
        </div>
      )}
    </div>
  );
}

function columnAt(event: MouseEvent): number {
  const cell = (event.target as Element).closest('[role="gridcell"]');
  return Number(cell?.getAttribute("aria-colindex") ?? 1) - 1;
}

/** Places in the order of a sort, missing values last either way; null for the rows' own order. */
function sorted<Row>(rows: Rows<Row>, columns: readonly Column<Row>[], sort: Sort | null): number[] | null {
  const value = columns.find(column => column.key === sort?.key)?.value;
  if (!sort || !value) return null;
  const values = Array.from({ length: rows.length }, (_, index) => {
    const row = rows.at(index);
    return row === undefined ? null : value(row);
  });
  const sign = sort.descending ? -1 : 1;
  return values
    .map((_, index) => index)
    .sort((a, b) => {
      const [x, y] = [values[a] ?? null, values[b] ?? null];
      if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0) || a - b;
      const by = typeof x === "number" && typeof y === "number" ? x - y : NAMES.compare(String(x), String(y));
      return by * sign || a - b;
    });
}

/** The column sheet: what every column is and is for, to be corrected by keyboard, one or many at a time. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ColumnLine } from "../../protocol/types";
import { type Column, FaultNotice, type Option, Row, Select, Stack, Table, TextBox } from "../../ui";
import { Distribution } from "./distribution";
import type { DataModel } from "./model";

const ROLES = ["feature", "target", "group", "fold", "ignored"] as const;
const KINDS = ["number", "integer", "boolean", "category", "text", "date"] as const;
const SHOWN_LEVELS = 5;
type KindChoice = ColumnLine["kind"] | "found";

export function Sheet({ model }: { model: DataModel }) {
  const { t, fmt } = model.app;
  const { value: columns } = model.columns;
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { value: profiles } = model.profiles;
  const found = useMemo(() => {
    const words = search.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return columns.map((_, place) => place);
    return columns.flatMap((column, place) => {
      const name = column?.name.normalize("NFKC").toLowerCase() ?? "";
      return words.every(word => name.includes(word)) ? [place] : [];
    });
  }, [columns, search]);
  const rows = useMemo(
    () => ({ length: found.length, at: (index: number) => columns[found[index] ?? -1] }),
    [found, columns],
  );
  const roles = ROLES.map(role => ({ value: role, label: t(`data_room.role.${role}`) }));
  const tracks: Column<ColumnLine>[] = [
    {
      key: "name",
      title: t("data_room.sheet.column"),
      width: "minmax(9rem, 3fr)",
      cell: column => (
        <bdi title={column.name} class="nbml-data-name">
          {column.label}
        </bdi>
      ),
    },
    {
      key: "role",
      title: t("data_room.sheet.role"),
      width: "8rem",
      cell: column => (
        <Pick
          label={t("data_room.sheet.role_of", { name: column.name })}
          value={column.role}
          options={roles}
          onChange={role => model.edit([column.position], { role })}
        />
      ),
    },
    {
      key: "kind",
      title: t("data_room.sheet.kind"),
      width: "9.5rem",
      cell: column =>
        column.is_made ? t(`data_room.kind.${column.kind}`) : <KindOf column={column} model={model} />,
    },
    {
      key: "unit",
      title: t("data_room.sheet.unit"),
      width: "6rem",
      cell: column => (column.is_made ? "" : <UnitOf column={column} model={model} />),
    },
    {
      key: "distribution",
      title: t("data_room.sheet.distribution"),
      width: "7rem",
      cell: column => (
        <Distribution
          profile={profiles.get(column.position)}
          label={t("data_room.grid.histogram", { name: column.name })}
        />
      ),
    },
    {
      key: "missing",
      title: t("data_room.sheet.missing"),
      width: "5rem",
      align: "end",
      cell: column => (column.missing_share ? fmt.percent(column.missing_share) : ""),
    },
    {
      key: "extent",
      title: t("data_room.sheet.extent"),
      width: "minmax(9rem, 2fr)",
      cell: column => <Extent column={column} model={model} />,
    },
    {
      key: "note",
      title: t("data_room.sheet.note"),
      width: "minmax(6rem, 2fr)",
      cell: column => <span title={column.note ?? undefined}>{column.note}</span>,
    },
  ];
  const fault = model.fault.value;
  return (
    <Stack tight>
      <Row>
        <div class="nbml-data-search">
          <TextBox
            type="search"
            value={search}
            onChange={setSearch}
            label={t("data_room.sheet.search")}
            placeholder={t("data_room.sheet.search")}
          />
        </div>
        {selected.size > 0 && (
          <>
            <span class="nbml-quiet" aria-live="polite">
              {t("data_room.sheet.selected", { n: fmt.count(selected.size) }, selected.size)}
            </span>
            <span class="nbml-data-set-role">
              <Select
                label={t("data_room.sheet.set_role")}
                placeholder={t("data_room.sheet.set")}
                value={null}
                options={roles}
                disabled={model.busy.value !== null}
                onChange={role =>
                  model.edit(
                    [...selected].map(Number).sort((a, b) => a - b),
                    { role },
                  )
                }
              />
            </span>
          </>
        )}
        <span class="nbml-quiet nbml-data-help">{t("data_room.sheet.help")}</span>
      </Row>
      {fault?.field?.startsWith("columns.") && (
        <FaultNotice fault={fault} onDismiss={() => (model.fault.value = null)} />
      )}
      <Table<ColumnLine>
        label={t("data_room.sheet.label")}
        columns={tracks}
        rows={rows}
        rowKey={column => String(column.position)}
        rowHeight={32}
        height="30rem"
        select="many"
        selected={selected}
        onSelect={setSelected}
        onSight={(first, last) => {
          const [from, to] = [found[first], found[last - 1]];
          if (from !== undefined && to !== undefined) model.profile(from, to + 1);
        }}
        tone={column =>
          column.role === "ignored" ? "quiet" : column.role === "feature" ? undefined : "chosen"
        }
      />
    </Stack>
  );
}

interface PickProps<V extends string> {
  value: V;
  options: readonly Option<V>[];
  onChange: (value: V) => Promise<boolean>;
  label: string;
}

/** A choice that shows what was asked for until the kernel has done it, or what there was where it cannot be. */
function Pick<V extends string>({ value, options, onChange, label }: PickProps<V>) {
  const [asked, setAsked] = useState<V | null>(null);
  const ask = async (next: V) => {
    setAsked(next);
    await onChange(next);
    setAsked(null);
  };
  return <Select<V> label={label} value={asked ?? value} options={options} onChange={ask} />;
}

function KindOf({ column, model }: { column: ColumnLine; model: DataModel }) {
  const { t } = model.app;
  const kinds: KindChoice[] = [...KINDS];
  if (!kinds.includes(column.kind)) kinds.unshift(column.kind);
  if (column.is_kind_said) kinds.push("found");
  const words = (kind: KindChoice) =>
    t(kind === "found" ? "data_room.sheet.found" : `data_room.kind.${kind}`);
  return (
    <Pick<KindChoice>
      label={t("data_room.sheet.kind_of", { name: column.name })}
      value={column.kind}
      options={kinds.map(kind => ({ value: kind, label: words(kind), disabled: kind === "unsupported" }))}
      onChange={column_kind => model.edit([column.position], { column_kind })}
    />
  );
}

function UnitOf({ column, model }: { column: ColumnLine; model: DataModel }) {
  const { t } = model.app;
  const [unit, setUnit] = useState(column.unit ?? "");
  useEffect(() => setUnit(column.unit ?? ""), [column.unit]);
  const commit = (typed: string) => {
    if (typed.trim() !== (column.unit ?? "")) {
      model.edit([column.position], { unit: typed.trim() });
    }
  };
  return (
    <TextBox
      label={t("data_room.sheet.unit_of", { name: column.name })}
      value={unit}
      onChange={setUnit}
      onCommit={commit}
      maxLength={40}
    />
  );
}

function Extent({ column, model }: { column: ColumnLine; model: DataModel }) {
  const { t, fmt } = model.app;
  if (column.low !== null && column.high !== null) {
    return (
      <span class="nbml-figures">
        {t("data_room.sheet.range", {
          low: short(column.low, fmt.number),
          high: short(column.high, fmt.number),
        })}
      </span>
    );
  }
  const names = column.levels.slice(0, SHOWN_LEVELS).join(", ");
  return (
    <bdi title={column.levels.join(", ")}>
      {column.n_unique > SHOWN_LEVELS
        ? t("data_room.sheet.levels", { n: fmt.count(column.n_unique), names })
        : names}
    </bdi>
  );
}

/** A value in four digits, without zeros at its end. */
function short(value: number, number: (value: number, places?: number) => string): string {
  const [, fraction = ""] = String(Number(value.toPrecision(4))).split(".");
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? number(value, 0) : number(value, fraction.length);
}

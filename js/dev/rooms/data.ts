/** A made-up table in the kernel: 120,000 rows, 12 columns with names that try to be more; edits, undo, remedies. */
import type {
  BeginUpload,
  CheckList,
  ChooseSource,
  ColumnLine,
  ColumnProfile,
  DrawColumns,
  EditColumns,
  ListFolder,
  ListRows,
  PanelFault,
  ProfileColumns,
  TableView,
  Word,
} from "../../src/protocol/types";
import type { Answer } from "../fake-kernel";

const ROWS = 120_000;
const NAMES = [
  "mix",
  "cement",
  "slag",
  "ash",
  "water",
  "age",
  "<img src=x onerror=alert(1)>",
  "温度",
  "a,b",
  "id",
  "note",
  "強度",
];
const UNITS = [null, "kg/m³", "kg/m³", "kg/m³", "kg/m³", "d", null, "℃", null, null, null, "MPa"];

function column(position: number): ColumnLine {
  const isLevels = position === 0 || position === 6 || position === 10;
  const name = NAMES[position] ?? "";
  return {
    position,
    name: UNITS[position] ? `${name} [${UNITS[position]}]` : name,
    label: name,
    unit: UNITS[position] ?? null,
    kind:
      position === 10
        ? "text"
        : isLevels
          ? "category"
          : position === 5 || position === 9
            ? "integer"
            : "number",
    role: position === 10 ? "ignored" : "feature",
    is_kind_said: false,
    is_made: false,
    missing_share: position === 7 ? 0.031 : 0,
    n_unique: isLevels ? 4 : 900,
    low: isLevels ? null : 0,
    high: isLevels ? null : 540.25,
    levels: isLevels ? ["A", "B", "<b>C</b>", "D"] : [],
    note: position === 10 ? "3 different values in 4 rows: free text" : null,
  };
}

const WORDS: Word[] = [
  {
    control: "none",
    text: "120,000 rows, 12 columns",
    severity: "note",
    is_said: false,
    value: "",
    choices: [],
  },
  {
    control: "encoding",
    text: "CP932 (Shift_JIS)",
    severity: "note",
    is_said: false,
    value: "",
    choices: [
      { value: "", text: "As found: CP932 (Shift_JIS)" },
      { value: "utf-8", text: "UTF-8" },
      { value: "cp932", text: "CP932 (Shift_JIS)" },
    ],
  },
  {
    control: "header",
    text: "header in line 4",
    severity: "warning",
    is_said: false,
    value: "4",
    choices: [],
  },
  {
    control: "types",
    text: "9 numbers, 2 categories, 1 text",
    severity: "note",
    is_said: false,
    value: "",
    choices: [],
  },
  {
    control: "missing",
    text: "read as missing: NA (12)",
    severity: "warning",
    is_said: false,
    value: "",
    choices: [],
  },
];

/** One made-up kernel's answers; `view` is its table. */
export function table() {
  let revision = 0;
  let source: TableView["source"] = null;
  let columns: ColumnLine[] = [];
  let fault: PanelFault | null = null;
  const past: ColumnLine[][] = [];
  let future: ColumnLine[][] = [];
  const view = (): TableView => ({
    revision,
    source,
    words: fault
      ? WORDS.filter(word => word.control === "encoding" || word.control === "header")
      : source
        ? WORDS
        : [],
    decisions: source
      ? [
          {
            text: "grade: read as missing: NA (12 times).",
            severity: "warning",
            columns: [6],
            offer: "keep_words",
          },
          { text: "Separator: comma.", severity: "note", columns: [], offer: null },
        ]
      : [],
    rows: [],
    fault,
    suggestion: fault ? { value: "cp1252", text: "Read as Windows-1252" } : null,
    n_rows: columns.length ? ROWS : 0,
    n_columns: columns.length,
    columns,
    can_undo: past.length > 0,
    can_redo: future.length > 0,
  });
  const step = (next: ColumnLine[]) => {
    past.push(columns);
    future = [];
    columns = next;
    revision += 1;
    return view();
  };
  const open = (name: string, kind: "file" | "frame" | "upload") => {
    source = { kind, name, has_lines: kind !== "frame" };
    fault =
      name === "broken.csv"
        ? {
            code: "NBML-R14",
            message: "The encoding of broken.csv is none of UTF-8, UTF-16 and CP932; it may be cp1252.",
            next_step: "Say the encoding if that is right.",
            field: null,
          }
        : null;
    return step(fault ? [] : NAMES.map((_, place) => column(place)));
  };
  const checks = (): CheckList => ({
    revision,
    has_target: columns.some(one => one.role === "target"),
    more: 0,
    findings: columns.flatMap(one =>
      one.label === "id" && one.role === "feature"
        ? [
            {
              code: "NBML-D20",
              severity: "warning" as const,
              message: "Feature id differs in all 120000 rows, as a row number or an identifier does.",
              next_step: "Leave it out of the features unless it is a measured quantity.",
              columns: [one.position],
              remedies: [{ text: "Leave out of the features" }],
            },
          ]
        : [],
    ),
  });
  const answers: Record<string, Answer> = {
    "data.open": view,
    "data.sources": () => ({
      frames: [
        { name: "df", n_rows: 1030, n_columns: 10 },
        { name: "配合", n_rows: 12, n_columns: 3 },
      ],
      roots: [{ name: "data", place: 0 }],
      upload_bytes: 512 * 1024 ** 2,
    }),
    "data.folder": ({ path = [] }: ListFolder) => ({
      root: 0,
      path,
      folders: path.length ? [] : ["raw"],
      files: [
        { name: "mix.csv", size: 54_000, is_table: true },
        { name: "broken.csv", size: 120, is_table: true },
        { name: "notes.md", size: 900, is_table: false },
      ],
      more: 0,
    }),
    "data.choose": ({ source: asked }: ChooseSource) =>
      asked.kind === "frame"
        ? open(asked.name, "frame")
        : asked.kind === "file"
          ? open(asked.path.at(-1) ?? "", "file")
          : open("dropped.csv", "upload"),
    "data.reread": () => {
      fault = null;
      return step(NAMES.map((_, place) => column(place)));
    },
    "data.edit": ({ positions, role, unit, column_kind }: EditColumns) => {
      if (column_kind === "date") {
        throw {
          code: "NBML-R23",
          message: "12 cells of the column are no date.",
          next_step: "Leave the kind to the reader.",
          field: `columns.${positions[0]}.kind`,
        } satisfies PanelFault;
      }
      return step(
        columns.map(one =>
          positions.includes(one.position)
            ? {
                ...one,
                role: role ?? one.role,
                unit: unit === undefined ? one.unit : unit,
                kind: column_kind && column_kind !== "found" ? column_kind : one.kind,
              }
            : one,
        ),
      );
    },
    "data.undo": () => {
      future.push(columns);
      columns = past.pop() ?? [];
      if (!columns.length) source = null;
      revision += 1;
      return view();
    },
    "data.redo": () => {
      past.push(columns);
      columns = future.pop() ?? columns;
      revision += 1;
      return view();
    },
    "data.columns": ({ start }: { start: number }) => ({ revision, start, columns: columns.slice(start) }),
    "data.rows": ({ start, count, first_column = 0, columns: width }: ListRows) => ({
      revision,
      start,
      first_column,
      cells: Array.from({ length: Math.max(0, Math.min(count, ROWS - start)) }, (_, row) =>
        columns
          .slice(first_column, first_column + width)
          .map(one =>
            one.label === "温度" && (start + row) % 7 === 0
              ? null
              : one.levels.length
                ? (one.levels[(start + row) % 4] ?? "")
                : String(((start + row) * 7.25 + one.position) % 541),
          ),
      ),
    }),
    "data.profile": ({ start, count }: ProfileColumns) => ({
      revision,
      profiles: columns.slice(start, start + count).map(
        (one): ColumnProfile => ({
          position: one.position,
          shape: one.levels.length ? "levels" : "range",
          n_missing: 0,
          n_infinite: 0,
          edges: [],
          bars: one.levels.length
            ? []
            : Array.from({ length: 20 }, (_, bar) =>
                Math.round(100 * Math.exp(-((bar - 9) ** 2) / (8 + one.position))),
              ),
          quantiles: [],
          mean: null,
          spread: null,
          levels: one.levels.map((level, place) => ({ level, rows: 40 - 9 * place })),
          n_levels: one.levels.length,
        }),
      ),
    }),
    "data.figure": ({ x = 0, chart }: DrawColumns) => ({
      figure:
        chart === "correlation"
          ? {
              data: [
                {
                  type: "heatmap",
                  z: [
                    [1, 0.4],
                    [0.4, 1],
                  ],
                  zmin: -1,
                  zmax: 1,
                },
              ],
              layout: {},
            }
          : {
              data: [{ type: "bar", x: [1, 2, 3], y: [4, 1, 3] }],
              layout: { xaxis: { title: { text: `column ${x}` } } },
            },
    }),
    "data.checks": checks,
    "data.remedy": () => step(columns.map(one => (one.label === "id" ? { ...one, role: "ignored" } : one))),
    "data.take_back": view,
    "data.select": () => null,
    "data.lines": () => ({
      lines: ["measured 2024/10/20", "", "site A,,", "mix,cement,slag", "A,540,0", "B,332.5,142.5"],
    }),
    "data.code": () => ({ code: 'import nbml\n\ntable = nbml.read("mix.csv", header=4)\n' }),
    "data.upload": ({ size }: BeginUpload) => ({
      upload_id: "0".repeat(32),
      chunk_bytes: 4,
      chunks: Math.ceil(size / 4),
    }),
    "data.upload_chunk": ({ index }: { index: number }) => ({ received: index + 1, sha256: null }),
    "data.upload_drop": () => null,
  };
  return answers;
}

export const answers: Record<string, Answer> = table();

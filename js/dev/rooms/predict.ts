/** Answers of the Predict room: models of two targets that are formulas, a table that nearly fits them. */
import type {
  BatchView,
  ChooseTable,
  DownloadChunk,
  DrawProfile,
  InputLine,
  MapColumns,
  ModelView,
  PickTrainingRows,
  PredictionView,
  ProfileView,
  ReadPredictions,
} from "../../src/protocol/types";
import type { Answer } from "../fake-kernel";

type Value = number | string | null;
type Flags = ProfileView["flags"];
const asked = new URLSearchParams(globalThis.location?.search ?? "");
const number = (label: string, unit: string | null, low: number, high: number, step: number): InputLine => ({
  name: unit ? `${label} [${unit}]` : label,
  label,
  unit,
  kind: "number",
  low,
  high,
  step,
  levels: [],
  had_missing: false,
  is_needed: true,
  rug: Array.from({ length: 40 }, (_, k) => low + (high - low) * (k / 39) ** 1.6),
});

const INPUTS: InputLine[] = [
  number("cement", "kg/m³", 102, 540, 5),
  number("water", "kg/m³", 121.8, 247, 2),
  { ...number("age", "d", 1, 365, 1), kind: "integer" },
  {
    ...number("<img src=x onerror=alert(1)>", null, 0, 1, 1),
    kind: "category",
    low: null,
    high: null,
    levels: ["A", "B", "<b>C</b>"],
    rug: [0.5, 0.3, 0.2],
  },
  { ...number("温度", "℃", -10.25, 40, 0.5), had_missing: true },
  { ...number("washed", null, 0, 1, 1), kind: "boolean", rug: [0.3, 0.7] },
];
const TARGETS = ["強度", "a,b {{7*7}} a name that does not end so soon"];

const families = ["lightgbm", "mlp"].map((family, k) => ({
  family,
  is_chosen: k === 0,
  rmse: 3.9 + 2 * k,
  spread: 0.3,
  coverage: { "0.5": 0.51, "0.8": 0.82, "0.9": 0.912, "0.95": 0.95 },
  highest: 0.95,
}));
const OPENED: ModelView = {
  job_id: "01JDEMO",
  title: "strength v3",
  targets: TARGETS.map((label, k) => ({
    name: k ? label : `${label} [MPa]`,
    label,
    unit: k ? null : "MPa",
    families: k ? families.slice(0, 1) : families,
  })),
  inputs: INPUTS,
  start: [281, 185, 28, "A", 18.5, 1],
  order: [0, 2, 1, 3, 4, 5],
  has_distance: true,
  has_rows: true,
  notes: [],
};

function answer(target: number, row: readonly Value[]): number {
  const [cement = 0, water = 0, age = 0, grade, warmth] = row as (number | string)[];
  const base = Number(cement) * 0.09 + 8 * Math.log(Number(age) || 1) - Number(water) * 0.11 + 12;
  const more = (grade === "A" ? 4 : 0) + Math.sin((Number(warmth) || 18) / 9) * 3;
  return target ? Number(water) * 0.8 + more * 4 : base + more;
}

function farOf(row: readonly Value[]): number {
  const sum = INPUTS.reduce((total, input, k) => {
    const value = row[k];
    if (typeof value !== "number" || input.low === null || input.high === null) return total;
    return total + Math.abs((value - (input.low + input.high) / 2) / (input.high - input.low));
  }, 0);
  return Math.min(1, sum / 2);
}

const flagsOf = (row: readonly Value[]): Flags =>
  INPUTS.flatMap((input, place): Flags => {
    const value = row[place];
    if (value === null) return input.had_missing ? [] : [{ word: "missing" as const, input: place }];
    if (typeof value !== "number" || input.low === null || input.high === null) return [];
    return value < input.low || value > input.high ? [{ word: "outside" as const, input: place }] : [];
  });

function profile({ row, inputs, points = 40, interval }: DrawProfile): ProfileView {
  const at = (target: number, values: readonly Value[]) => {
    const predicted = answer(target, values);
    const half = (target ? 8 : 3.2) * (1 + 1.5 * farOf(values)) * (interval ?? 0);
    return {
      predicted,
      lower: interval ? predicted - half : null,
      upper: interval ? predicted + half : null,
    };
  };
  const valuesOf = (place: number): Value[] => {
    const input = INPUTS[place];
    if (!input) return [];
    if (input.kind === "category") return [...input.levels];
    if (input.kind === "boolean") return [0, 1];
    const [low, high] = [input.low ?? 0, input.high ?? 1];
    const even = Array.from({ length: points }, (_, k) => low + ((high - low) * k) / (points - 1));
    const now = row[place];
    return typeof now === "number" ? [...new Set([...even, now])].sort((a, b) => a - b) : even;
  };
  return {
    here: TARGETS.map((_, target) => at(target, row)),
    distance: farOf(row),
    flags: flagsOf(row),
    curves: inputs.map(place => {
      const values = valuesOf(place);
      const with_ = (value: Value) => row.map((one, k) => (k === place ? value : one));
      return {
        input: place,
        values,
        at: Math.max(0, values.indexOf(row[place] ?? null)),
        lines: TARGETS.map((_, target) => {
          const answers = values.map(value => at(target, with_(value)));
          return {
            predicted: answers.map(one => one.predicted),
            lower: interval ? answers.map(one => one.lower) : [],
            upper: interval ? answers.map(one => one.upper) : [],
          };
        }),
      };
    }),
    ms: 12,
  };
}

const rowAt = (k: number): Value[] => [
  102 + ((k * 37) % 438),
  122 + ((k * 13) % 125),
  1 + ((k * 7) % 364),
  ["A", "B", "<b>C</b>"][k % 3] ?? "A",
  k % 9 ? -10 + ((k * 3) % 50) : null,
  k % 2,
];

const NAMES = [
  "mix",
  "Cement [kg/m³]",
  "water [kg/m³]",
  "age [d]",
  "<img src=x onerror=alert(1)>",
  "温度 [℃]",
  "washed",
];
let mapped: (number | null)[] = [];
let names = NAMES;

function batch(): BatchView {
  const inputs: BatchView["inputs"] = mapped.map((column, input) => ({
    input,
    column,
    suggestion: column === null ? 1 : null,
    outside: input === 1 ? 3 : 0,
    unseen: input === 3 ? 12 : 0,
    missing: 0,
    fault:
      column === null
        ? {
            code: "NBML-P32",
            message: `No column of the table is ${INPUTS[input]?.name}.`,
            next_step: "Choose the column it stands in.",
            field: `inputs.${input}`,
          }
        : column === 0
          ? {
              code: "NBML-P05",
              message: `Column ${INPUTS[input]?.name} has 2 cells that cannot be read as number, the first in rows 1, 2: M-1, M-2.`,
              next_step: "Write plain numbers.",
              field: `inputs.${input}`,
            }
          : null,
  }));
  const wrong = inputs.filter(one => one.fault).length;
  return {
    batch: 1,
    name: "new mixes <b>.csv",
    kind: "file",
    n_rows: 1200,
    columns: names.map((name, k) => ({
      name,
      first: [0, 1, 2].map(row => String((k ? rowAt(row)[k - 1] : `M-${row}`) ?? "")),
    })),
    inputs,
    extra: 1,
    warnings: ["Read as missing: NA (12 times)."],
    fault: wrong
      ? {
          code: "NBML-P01",
          message: `Columns that the model needs are missing: ${INPUTS[0]?.name}.`,
          next_step: "Similar names (missing ← given): cement [kg/m³] ← Cement [kg/m³].",
          field: "columns",
        }
      : null,
  };
}

const ANSWERED = [
  ...["predicted", "lower", "upper", "spread"].map(word => `${word}_${TARGETS[0]} [MPa]`),
  "distance",
  "flags",
];
const RUN: PredictionView = {
  record: {
    v: 1,
    id: "01JDEMO0000000000000000000",
    job_id: "01JDEMO",
    models_sha256: "0".repeat(64),
    created: "2026-03-02T09:00:00+00:00",
    user: "",
    nbml: "0.1.0",
    source: "new mixes <b>.csv",
    source_sha256: "0".repeat(64),
    columns: {},
    models: [{ target: "強度 [MPa]", family: "lightgbm", is_chosen: true }],
    interval: 0.9,
    rows: 1200,
    flagged: 150,
    far: 31,
    flags: [
      { word: "outside", input: "water [kg/m³]", rows: 138 },
      { word: "unseen", input: "<img src=x onerror=alert(1)>", rows: 12 },
    ],
    notes: [],
    answers: ANSWERED,
    file: "",
    seconds: 0.4,
  },
  columns: [...NAMES, ...ANSWERED].map((name, k) => ({
    name,
    is_number: ![0, 4, 12].includes(k),
    is_answer: k >= NAMES.length,
  })),
};

function cells(position: number): Value[] {
  const row = rowAt(position);
  const predicted = answer(0, row);
  const half = 3 + (position % 5);
  const flags = position % 8 ? "" : "outside:water [kg/m³]; unseen:a\\;b";
  return [
    `M-${position}`,
    ...row,
    predicted,
    predicted - half,
    predicted + half,
    half / 4,
    farOf(row),
    flags,
  ];
}

export const answers: Record<string, Answer> = {
  "predict.models": () => ({
    models:
      asked.get("models") === "none"
        ? []
        : ["strength v3", "<b>年齢</b> and a title that goes on"].map((title, k) => ({
            job_id: k ? "01JOTHER" : "01JDEMO",
            title,
            created: "2026-03-01T09:00:00+00:00",
            targets: TARGETS,
            families: ["lightgbm"],
            data: "mix.csv",
            n_rows: 1030,
          })),
    more: 0,
  }),
  "predict.open": ({ job_id }: { job_id: string }) => ({ ...OPENED, job_id }),
  "predict.profile": (request: DrawProfile) => {
    if (typeof request.row[0] === "number" && request.row[0] > 99_999) {
      throw {
        code: "NBML-P07",
        message: "Column cement has 1 infinite values.",
        next_step: "Give a finite number.",
        field: "inputs.0",
      };
    }
    return profile(request);
  },
  "predict.rows": ({ how, words, seed = 0 }: PickTrainingRows) => ({
    rows: Array.from({ length: words ? 1 : 20 }, (_, k) => ({
      row: words ? 7 : k + (how === "random" ? 31 + 20 * seed : 0),
      values: rowAt(k),
      measured: TARGETS.map((_target, target) => answer(target, rowAt(k))),
    })),
    found: words ? 1 : 1030,
  }),
  "predict.code": () => ({ code: "import nbml\n", cells: "cement\twater\n281\t185" }),
  "predict.choose": ({ source }: ChooseTable) => {
    names = source.kind === "table" ? NAMES.map(name => name.replace("Cement", "cement")) : NAMES;
    mapped = INPUTS.map((_, k) => (k === 0 && names === NAMES ? null : k + 1));
    return batch();
  },
  "predict.map": ({ columns }: MapColumns) => {
    mapped = [...columns];
    return batch();
  },
  "predict.start": async () => {
    await new Promise(done => setTimeout(done, Number(asked.get("slow") ?? 30)));
    return RUN;
  },
  "predict.runs": () => ({
    predictions: [RUN.record, { ...RUN.record, id: "01JDEM00000000000000000000", source: "older.csv" }],
    more: 0,
  }),
  "predict.show": () => RUN,
  "predict.drop": () => null,
  "predict.table": ({ start, count, only, descending }: ReadPredictions) => {
    const total = only === "flagged" ? 150 : only === "far" ? 31 : RUN.record.rows;
    const rows = Array.from({ length: Math.max(0, Math.min(count, total - start)) }, (_, k) => {
      const place = only === "flagged" ? (start + k) * 8 : start + k;
      return descending ? total - 1 - place : place;
    });
    return { total, start, first_column: 0, rows, cells: rows.map(cells) };
  },
  "predict.download": () => ({ download: "0".repeat(32), name: "predictions.csv", size: 6, pieces: 2 }),
  "predict.piece": ({ index }: DownloadChunk) => ({ index, data: btoa(index ? "def" : "abc") }),
};

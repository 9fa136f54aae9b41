/** A prediction run: what came out in one line, its table sorted and filtered, and its download. */
import { useRef, useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import type { PredictedColumn, PredictionView } from "../../../protocol/types";
import {
  Button,
  type Column,
  FaultNotice,
  Menu,
  Notice,
  ProgressBar,
  Row,
  Segmented,
  Table,
} from "../../../ui";
import type { Batch } from "./batch-model";
import { fetchFile, save } from "./download";
import { splitFlags } from "./flags";
import type { Only, PredictedRow } from "./predicted-rows";

type Form = "csv" | "excel_csv" | "xlsx";
const FAR = 0.95;

export function Predictions({ app, batch, view }: { app: App; batch: Batch; view: PredictionView }) {
  const { t, fmt } = app;
  const { rows } = batch;
  const { record } = view;
  void rows.arrived.value;
  const usual = record.flags.length;
  const kinds: { value: Only; label: string }[] = [
    { value: "all", label: t("predict_room.rows.all") },
    { value: "flagged", label: t("predict_room.rows.flagged", { n: fmt.count(record.flagged) }) },
    ...(record.far === null
      ? []
      : [{ value: "far" as const, label: t("predict_room.rows.far", { n: fmt.count(record.far) }) }]),
    { value: "usual", label: t("predict_room.rows.usual") },
  ];
  return (
    <div class="nbml-predict-run">
      <p>
        {t("predict_room.run.done", {
          rows: fmt.count(record.rows),
          source: record.source,
          time: fmt.seconds(record.seconds),
        })}{" "}
        <span class="nbml-quiet">
          {record.models
            .map(one => `${one.target}: ${t(`predict_room.family_name.${one.family}`)}`)
            .join(" · ")}
        </span>
      </p>
      {record.notes.map(note => (
        <Notice key={note.code + note.message} level="warning">
          {note.message} <span class="nbml-quiet">{note.next_step}</span>{" "}
          <span class="nbml-code-name">{note.code}</span>
        </Notice>
      ))}
      {usual > 0 && (
        <p class="nbml-predict-flag">
          {record.flags
            .slice(0, 6)
            .map(flag =>
              t(
                "predict_room.run.flag",
                {
                  what: t(`predict_room.flag.${flag.word}`),
                  input: flag.input,
                  n: fmt.count(flag.rows),
                },
                flag.rows,
              ),
            )
            .join(" · ")}
          {usual > 6 && " …"}
        </p>
      )}
      <div class="nbml-predict-tools">
        <Segmented<Only>
          label={t("predict_room.rows")}
          value={rows.only.value}
          options={kinds}
          onChange={only => rows.choose(only)}
        />
        <Download app={app} view={view} />
      </div>
      <Table<PredictedRow>
        label={t("predict_room.run.table")}
        columns={columnsOf(app, batch, view)}
        rows={rows}
        rowKey={row => String(row.position)}
        height="26rem"
        sort={rows.sort.value}
        onSort={sort => rows.order(sort)}
        onSight={rows.want}
        empty={t("predict_room.rows.none")}
      />
    </div>
  );
}

/** Answers first, then the table's own columns. */
function columnsOf(app: App, batch: Batch, view: PredictionView): Column<PredictedRow>[] {
  const { t, fmt } = app;
  const first = batch.rows.first;
  const shown = view.columns.map((column, place) => ({ column, place })).slice(first);
  const ordered = [
    ...shown.filter(one => one.column.is_answer),
    ...shown.filter(one => !one.column.is_answer),
  ];
  return [
    {
      key: "#",
      title: t("predict_room.run.row"),
      width: "4.5rem",
      align: "end",
      cell: row => <span class="nbml-quiet">{fmt.count(row.position + 1)}</span>,
    },
    ...ordered.map(
      ({ column, place }): Column<PredictedRow> => ({
        key: String(place),
        title: <bdi>{titleOf(app, column)}</bdi>,
        label: column.name,
        width: column.name === "flags" && column.is_answer ? "minmax(15rem, 2fr)" : "minmax(7rem, 1fr)",
        align: column.is_number ? "end" : "start",
        sortable: true,
        cell: row => <Value app={app} column={column} value={row.cells[place - first] ?? null} />,
      }),
    ),
  ];
}

const WORDS = ["predicted", "lower", "upper", "spread"];

function titleOf({ t }: App, column: PredictedColumn): string {
  if (!column.is_answer) return column.name;
  const word = WORDS.find(one => column.name.startsWith(`${one}_`));
  return word
    ? t(`predict_room.answer.${word}`, { target: column.name.slice(word.length + 1) })
    : t(`predict_room.answer.${column.name}`);
}

function Value({ app, column, value }: { app: App; column: PredictedColumn; value: number | string | null }) {
  const { t, fmt } = app;
  if (column.is_answer && column.name === "flags") {
    const flags = splitFlags(String(value ?? ""));
    const words = flags.map(flag => `${flag.input}: ${t(`predict_room.flag.${flag.word}`)}`).join(" · ");
    return (
      <span class="nbml-predict-flag" title={words}>
        {words}
      </span>
    );
  }
  if (column.is_answer && column.name === "distance" && typeof value === "number") {
    return <span class={value >= FAR ? "nbml-predict-flag" : undefined}>{fmt.number(value, 2)}</span>;
  }
  return <>{typeof value === "number" ? fmt.number(value) : (value ?? "–")}</>;
}

function Download({ app, view }: { app: App; view: PredictionView }) {
  const { t, client } = app;
  const [share, setShare] = useState<number | null | undefined>(undefined);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const stop = useRef<AbortController | null>(null);
  const fetch = async (form: Form) => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setFault(null);
    setShare(null);
    try {
      const plan = await client.ask(
        "predict.download",
        {
          job_id: view.record.job_id,
          prediction_id: view.record.id,
          format: form === "xlsx" ? "xlsx" : "csv",
          excel: form === "excel_csv",
        },
        {
          signal,
          onProgress: ({ done, total }) => setShare(total ? (0.5 * done) / total : null),
        },
      );
      const file = await fetchFile(client, plan, { signal, onProgress: part => setShare(0.5 + part / 2) });
      save(file, plan.name);
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    } finally {
      setShare(undefined);
    }
  };
  return (
    <Row end>
      {share === undefined ? (
        <Menu
          small
          items={(["csv", "excel_csv", "xlsx"] as const).map(form => ({
            id: form,
            label: t(`predict_room.download.${form}`),
            onSelect: () => fetch(form),
          }))}
        >
          {t("predict_room.download")}
        </Menu>
      ) : (
        <ProgressBar value={share} label={t("predict_room.download.under_way")}>
          <Button small kind="quiet" onClick={() => stop.current?.abort(new Closed())}>
            {t("predict_room.stop")}
          </Button>
        </ProgressBar>
      )}
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
    </Row>
  );
}

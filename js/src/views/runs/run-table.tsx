/** The list itself: one line a job, newest first, sorted by any column. */
import type { App } from "../../app";
import type { JobSummary } from "../../protocol/types";
import { type Column, type Mark, Status, Table } from "../../ui";
import { familyName } from "../train/result/board";

export const MARK: Record<JobSummary["state"], Mark> = {
  queued: "waiting",
  running: "working",
  succeeded: "done",
  failed: "failed",
  cancelled: "stopped",
  interrupted: "stopped",
  damaged: "failed",
};

export interface RunTableProps {
  app: App;
  lines: readonly JobSummary[];
  isLoading: boolean;
  /** The job this panel shows in its other rooms. */
  inHand: string | null;
  chosen: ReadonlySet<string>;
  onChoose: (ids: ReadonlySet<string>) => void;
  onOpen: (line: JobSummary) => void;
}

export function RunTable({ app, lines, isLoading, inHand, chosen, onChoose, onOpen }: RunTableProps) {
  const { t, fmt } = app;
  const columns: Column<JobSummary>[] = [
    {
      key: "state",
      title: t("runs_room.column.state"),
      width: "7.5rem",
      value: line => line.state,
      cell: line => <Status mark={MARK[line.state]}>{t(`runs_room.state.${line.state}`)}</Status>,
    },
    {
      key: "title",
      title: t("runs_room.column.title"),
      width: "minmax(9rem, 2fr)",
      value: line => line.title,
      cell: line => (
        <span title={line.note ? `${line.title}\n${line.note}` : line.title}>
          {line.title}
          {line.note && <span class="nbml-quiet"> · {line.note}</span>}
        </span>
      ),
    },
    {
      key: "best",
      title: t("runs_room.column.best"),
      width: "9rem",
      align: "end",
      value: line => Object.values(line.best)[0] ?? null,
      cell: line => <Best app={app} line={line} />,
    },
    {
      key: "data",
      title: t("runs_room.column.data"),
      width: "minmax(7rem, 1fr)",
      value: line => line.data,
      cell: line => <span title={line.data}>{line.data}</span>,
    },
    {
      key: "targets",
      title: t("runs_room.column.targets"),
      width: "minmax(7rem, 1fr)",
      value: line => line.targets.join(", "),
      cell: line => <span title={line.targets.join(", ")}>{line.targets.join(", ")}</span>,
    },
    {
      key: "models",
      title: t("runs_room.column.models"),
      width: "minmax(6.5rem, 1fr)",
      value: line => line.models.join(", "),
      cell: line => {
        const names = line.models.map(name => familyName(app, name)).join(", ");
        return <span title={names}>{names}</span>;
      },
    },
    {
      key: "created",
      title: t("runs_room.column.created"),
      width: "10.5rem",
      value: line => line.created,
      cell: line => <span title={fmt.ago(line.created)}>{fmt.date(line.created)}</span>,
    },
    {
      key: "seconds",
      title: t("runs_room.column.took"),
      width: "6rem",
      align: "end",
      value: line => line.seconds,
      cell: line => fmt.seconds(line.seconds),
    },
    {
      key: "user",
      title: t("runs_room.column.user"),
      width: "5.5rem",
      value: line => line.user,
      cell: line => <span title={line.user}>{line.user}</span>,
    },
  ];
  return (
    <Table
      label={t("runs_room.list")}
      columns={columns}
      rows={lines}
      rowKey={line => line.id}
      height="20rem"
      select="many"
      selected={chosen}
      onSelect={onChoose}
      onOpen={onOpen}
      tone={line => (line.state === "damaged" ? "error" : line.id === inHand ? "chosen" : undefined)}
      empty={isLoading ? t("runs_room.loading") : t("runs_room.none_found")}
    />
  );
}

/** The best score with its spread; of several targets the first, the others on hover. */
export function Best({ app, line }: { app: App; line: JobSummary }) {
  const all = Object.entries(line.best).map(([target, value]) => ({
    target,
    words: app.fmt.spread(value, line.spread[target]),
  }));
  const [first, ...others] = all;
  if (!first) return <span class="nbml-quiet">–</span>;
  return (
    <span title={all.map(one => `${one.target}: ${one.words}`).join("\n")}>
      {first.words}
      {others.length > 0 && <span class="nbml-quiet"> +{others.length}</span>}
    </span>
  );
}

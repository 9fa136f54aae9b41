/** Where a row of the front goes: to the profiler, to be tried further; to its waterfall, to see how it comes about. */
import type { App, HandedRow } from "../../../app";
import type { FrontTable } from "../../../protocol/types";
import { Button, Menu } from "../../../ui";

const WAYS = ["predict", "explain"] as const;
/** Models of a job that is kept here; others have no room of theirs. */
const IS_JOB = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

interface HandOverProps {
  app: App;
  table: FrontTable;
  row: number;
  titles: ReadonlyMap<string, string>;
}

/** The cells of a row that can be set. */
export function cellsOf(table: FrontTable, row: number): HandedRow["cells"] {
  const inputs = table.columns.filter(column => column.role === "input");
  return new Map(
    inputs.map(({ key, cells }) => {
      const cell = cells[row] ?? null;
      return [key, typeof cell === "boolean" ? Number(cell) : cell];
    }),
  );
}

export function HandOver({ app, table, row, titles }: HandOverProps) {
  const { t, store } = app;
  const jobs = table.runs.filter(run => IS_JOB.test(run));
  const there = WAYS.filter(room => store.state.value.rooms.includes(room));
  if (!jobs.length) return null;
  const go = (room: (typeof WAYS)[number], job_id: string) =>
    app.open(room, {
      job_id,
      title: t("optimize_room.handed", { n: row + 1, title: table.title }),
      cells: cellsOf(table, row),
    });
  return there.map(room => {
    const words = t(`optimize_room.row.to.${room}`);
    const [first] = jobs;
    if (jobs.length === 1 && first !== undefined)
      return (
        <Button key={room} small onClick={() => go(room, first)}>
          {words}
        </Button>
      );
    return (
      <Menu
        key={room}
        small
        items={jobs.map(job => ({ id: job, label: titles.get(job) ?? job, onSelect: () => go(room, job) }))}
      >
        {words}
      </Menu>
    );
  });
}

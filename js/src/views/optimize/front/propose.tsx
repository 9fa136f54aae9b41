/** What to try next, each row with its reason; and the whole table as a file. */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import { Button, FaultNotice, NumberBox, Row } from "../../../ui";
import type { Book, Planned } from "./book";
import type { Front } from "./front";
import { Rows } from "./rows";

type Props = {
  app: App;
  jobId: string;
  book: Book;
  front: Front;
  selected: number | null;
  onSelect: (row: number) => void;
};

export function Propose({ app, jobId, book, front, selected, onSelect }: Props) {
  const { t } = app;
  const [count, setCount] = useState<number | null>(5);
  const [proposed, setProposed] = useState<Planned[] | null>(null);
  const reasons = new Map(proposed?.map(one => [one.row, t(`optimize_room.propose.${one.why}`)]));
  const open = proposed?.filter(one => !book.rows.has(one.row)) ?? [];
  const [isAsking, setAsking] = useState(false);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const ask = async () => {
    setAsking(true);
    setFault(null);
    try {
      const { rows } = await app.client.ask("optimize.propose", { job_id: jobId, count: count ?? 5 });
      setProposed(rows.map(({ row, reason }) => ({ row, why: reason })));
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    } finally {
      setAsking(false);
    }
  };
  return (
    <>
      <div class="nbml-optimize-controls">
        <span class="nbml-quiet">{t("optimize_room.propose.count")}</span>
        <span class="nbml-optimize-number">
          <NumberBox
            label={t("optimize_room.propose.count")}
            value={count}
            min={1}
            max={100}
            integer
            onChange={setCount}
          />
        </span>
        <Button busy={isAsking} onClick={ask}>
          {t("optimize_room.propose.go")}
        </Button>
      </div>
      {fault && <FaultNotice fault={fault} />}
      {proposed && (
        <>
          <Rows
            app={app}
            front={front}
            shown={proposed.map(one => one.row)}
            reasons={reasons}
            selected={selected}
            onSelect={onSelect}
          />
          <Row>
            <Button busy={book.isBusy} disabled={!open.length} onClick={() => book.plan(open)}>
              {open.length
                ? t("optimize_room.propose.plan", { n: open.length }, open.length)
                : t("optimize_room.row.planned")}
            </Button>
          </Row>
        </>
      )}
    </>
  );
}

const TYPES = { csv: "text/csv", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };

export function Export({ app, jobId }: { app: App; jobId: string }) {
  const { t } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const save = async (format: "csv" | "xlsx") => {
    setFault(null);
    const chunks: string[] = [];
    try {
      const { name } = await app.client.ask(
        "optimize.export",
        { job_id: jobId, format, rows: null },
        { chunks },
      );
      const bytes = Uint8Array.from(atob(chunks.join("")), letter => letter.charCodeAt(0));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([bytes], { type: TYPES[format] }));
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    }
  };
  return (
    <>
      {(["csv", "xlsx"] as const).map(format => (
        <Button key={format} small kind="quiet" onClick={() => save(format)}>
          {t(`optimize_room.export.${format}`)}
        </Button>
      ))}
      {fault && <FaultNotice fault={fault} />}
    </>
  );
}

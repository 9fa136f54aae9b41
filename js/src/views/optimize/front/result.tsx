/** A finished search: scatter, lines and table of one front, and what is known of the row selected in any. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import type { FrontTable, MeasuredRows } from "../../../protocol/types";
import { Button, Disclosure, FaultNotice, Notice, Section, Stack } from "../../../ui";
import { CodeFold } from "../code-fold";
import { Chosen } from "./chosen";
import { type Limit, ofTable, passing } from "./front";
import { Need } from "./need";
import { Parallel } from "./parallel";
import { Export, Propose } from "./propose";
import { Filter, Rows } from "./rows";
import { Scatter } from "./scatter";

export interface ResultProps {
  app: App;
  jobId: string;
  measured: MeasuredRows | null;
  onAgain: () => void;
}

export function Result({ app, jobId, measured, onAgain }: ResultProps) {
  const { t } = app;
  const [table, setTable] = useState<FrontTable | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const language = app.store.language.value;
  useEffect(() => {
    const asked = new AbortController();
    app.client.ask("optimize.result", { job_id: jobId }, { signal: asked.signal }).then(
      found => {
        setTable(found);
        setFault(null);
      },
      error => {
        if (error instanceof KernelFault) setFault(error);
        else if (!(error instanceof Closed)) throw error;
      },
    );
    return () => asked.abort(new Closed());
  }, [jobId, language]);
  if (fault) return <FaultNotice fault={fault} />;
  if (!table) return <p class="nbml-quiet">{t("optimize_room.front.waiting")}</p>;
  return <Found key={table.job_id} app={app} table={table} measured={measured} onAgain={onAgain} />;
}

type FoundProps = { app: App; table: FrontTable; measured: MeasuredRows | null; onAgain: () => void };

function Found({ app, table, measured, onAgain }: FoundProps) {
  const { t, fmt } = app;
  const language = app.store.language.value;
  const front = useMemo(() => ofTable(table, t), [table, language]);
  const [selected, setSelected] = useState<number | null>(table.knee ?? table.best);
  const [limits, setLimits] = useState<Limit[]>([]);
  const shown = useMemo(() => passing(front, limits), [front, limits]);
  const views = { app, front, selected, onSelect: setSelected };
  return (
    <Section
      title={table.title}
      aside={
        <Button small onClick={onAgain}>
          {t("optimize_room.front.again")}
        </Button>
      }
    >
      <Stack>
        <p class="nbml-optimize-verdict">
          {t("optimize_room.front.verdict", {
            size: fmt.count(table.front_size),
            n: fmt.count(table.evaluations),
            time: fmt.seconds(table.seconds),
          })}{" "}
          {table.n_rows < table.front_size && (
            <span class="nbml-quiet">
              {t("optimize_room.front.rows", {
                shown: fmt.count(table.n_rows),
                size: fmt.count(table.front_size),
              })}
            </span>
          )}
        </p>
        {table.is_partial && <Notice level="info">{t("optimize_room.front.partial")}</Notice>}
        {!table.is_feasible && <Notice level="warning">{t("optimize_room.front.infeasible")}</Notice>}
        <Scatter {...views} measured={measured} shown={shown} />
        <Chosen app={app} table={table} row={selected} />
        <Need app={app} front={front} onSelect={setSelected} />
        <Section title={t("optimize_room.table")} aside={<Export app={app} jobId={table.job_id} />}>
          <Filter app={app} front={front} limits={limits} onChange={setLimits} passed={shown.length} />
          <Rows {...views} shown={shown} />
        </Section>
        <Section title={t("optimize_room.parallel")}>
          <Parallel {...views} shown={shown} />
        </Section>
        <Section title={t("optimize_room.propose")}>
          <Propose {...views} jobId={table.job_id} />
        </Section>
        {table.notices.length > 0 && (
          <Disclosure summary={t("optimize_room.notices", { n: table.notices.length }, table.notices.length)}>
            {table.notices.map((notice, at) => (
              <Notice key={at} level={notice.level}>
                {notice.message}
              </Notice>
            ))}
          </Disclosure>
        )}
        <CodeFold app={app} jobId={table.job_id} />
      </Stack>
    </Section>
  );
}

/** A finished search: scatter, lines and table of one front, and what is known of the row selected in any. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed, KernelFault } from "../../../protocol/client";
import type { FrontTable, MeasuredRows } from "../../../protocol/types";
import { Button, CopyButton, Disclosure, FaultNotice, Notice, Section, Stack } from "../../../ui";
import { CodeFold } from "../code-fold";
import { useBook } from "./book";
import { Chosen } from "./chosen";
import { Experiments } from "./experiments";
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
  /** Titles of trainings by their ids. */
  titles: ReadonlyMap<string, string>;
  onAgain: () => void;
}

export function Result({ app, jobId, ...rest }: ResultProps) {
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
  return <Found key={table.job_id} app={app} table={table} {...rest} />;
}

type FoundProps = Omit<ResultProps, "jobId"> & { table: FrontTable };
/** What a search says of limits that no row keeps, and of its proof, has a place of its own. */
const MISSED = "NBML-O43";
const ELSEWHERE = [MISSED, "NBML-O54", "NBML-O55"];

function Found({ app, table, measured, titles, onAgain }: FoundProps) {
  const { t, fmt } = app;
  const language = app.store.language.value;
  const front = useMemo(() => ofTable(table, t), [table, language]);
  const [selected, setSelected] = useState<number | null>(table.knee ?? table.best);
  const [limits, setLimits] = useState<Limit[]>([]);
  const shown = useMemo(() => passing(front, limits), [front, limits]);
  const book = useBook(app, table.job_id);
  const views = { app, front, selected, onSelect: setSelected };
  const missed = table.notices.filter(notice => notice.code === MISSED);
  const notices = table.notices.filter(notice => !ELSEWHERE.includes(notice.code));
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
          {t(table.is_feasible ? "optimize_room.front.verdict" : "optimize_room.front.verdict.none", {
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
        {!table.is_feasible && (
          <Notice level="warning" title={t("optimize_room.front.infeasible")}>
            {missed.map(notice => notice.message).join(" ")} {t("optimize_room.front.infeasible.next")}
          </Notice>
        )}
        {table.proof && <Proof app={app} proof={table.proof} />}
        <div class="nbml-optimize-views">
          <Stack>
            <Scatter {...views} measured={measured} shown={shown} />
            <Need app={app} front={front} onSelect={setSelected} />
          </Stack>
          <Chosen
            app={app}
            table={table}
            row={selected}
            titles={titles}
            isPlanned={book.list && selected !== null ? book.rows.has(selected) : null}
            onPlan={row => book.plan([{ row, why: "chosen" }])}
          />
        </div>
        <Section title={t("optimize_room.parallel")}>
          <Parallel {...views} shown={shown} limits={limits} onLimits={setLimits} />
          <p class="nbml-quiet">{t("optimize_room.parallel.words")}</p>
        </Section>
        <Section title={t("optimize_room.table")} aside={<Export app={app} jobId={table.job_id} />}>
          <Filter app={app} front={front} limits={limits} onChange={setLimits} passed={shown.length} />
          <Rows {...views} shown={shown} />
        </Section>
        <Section title={t("optimize_room.propose")}>
          <Stack>
            <Propose {...views} jobId={table.job_id} book={book} />
            <Experiments {...views} jobId={table.job_id} book={book} />
          </Stack>
        </Section>
        {notices.length > 0 && (
          <Disclosure summary={t("optimize_room.notices", { n: notices.length }, notices.length)}>
            {notices.map((notice, at) => (
              <Notice key={at} level={notice.level}>
                {notice.message}
              </Notice>
            ))}
          </Disclosure>
        )}
        {table.run_id && (
          <p class="nbml-quiet">
            {t("optimize_room.tracked", { run: table.run_id })}{" "}
            {table.tracking_uri && t("optimize_room.tracked.at", { uri: table.tracking_uri })}{" "}
            <CopyButton small kind="quiet" text={table.run_id}>
              {t("optimize_room.tracked.copy")}
            </CopyButton>
          </p>
        )}
        <CodeFold app={app} jobId={table.job_id} />
      </Stack>
    </Section>
  );
}

/** What exact mode has shown, as honest as its bound. */
function Proof({ app, proof }: { app: App; proof: NonNullable<FrontTable["proof"]> }) {
  const { t, fmt } = app;
  return (
    <Notice level={proof.is_proven ? "success" : "info"}>
      {t(proof.is_proven ? "optimize_room.proof.proven" : "optimize_room.proof.open", {
        objective: proof.objective,
        value: fmt.number(proof.value),
        bound: fmt.number(proof.bound),
        gap: fmt.number(proof.gap),
        time: fmt.seconds(proof.seconds),
      })}{" "}
      {proof.left_out.length > 0 && t("optimize_room.proof.left_out", { names: fmt.list(proof.left_out) })}
    </Notice>
  );
}

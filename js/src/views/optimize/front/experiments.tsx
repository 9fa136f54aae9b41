/** Experiments that are planned: what to set and what was foreseen, boxes for what is measured, and how it came out. */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import type { PlotlyFigure } from "../../../figure/plotly";
import { decimals } from "../../../i18n/format";
import { Closed, KernelFault } from "../../../protocol/client";
import type { ExperimentList } from "../../../protocol/types";
import { Button, CopyButton, FaultNotice, Figure, NumberBox, Row, Segmented } from "../../../ui";
import type { Book } from "./book";
import { safeText } from "./chosen";
import { plainNumber } from "./rows";

type Line = ExperimentList["rows"][number];
type Result = Line["results"][number];

export interface ExperimentsProps {
  app: App;
  jobId: string;
  book: Book;
  selected: number | null;
  onSelect: (row: number) => void;
}

export function Experiments({ app, jobId, book, selected, onSelect }: ExperimentsProps) {
  const { t, fmt } = app;
  const { list } = book;
  if (!list?.rows.length) return book.fault ? <FaultNotice fault={book.fault} /> : null;
  const results = list.rows.flatMap(line => line.results);
  const measured = results.filter(one => one.measured !== null);
  const judged = measured.filter(one => one.is_inside !== null);
  return (
    <section class="nbml-optimize-experiments" aria-label={t("optimize_room.planned")}>
      <h4>{t("optimize_room.planned")}</h4>
      {book.fault && <FaultNotice fault={book.fault} />}
      <p class="nbml-quiet" role="status">
        {measured.length
          ? t("optimize_room.planned.words", {
              n: fmt.count(measured.length),
              all: fmt.count(results.length),
              inside: fmt.count(judged.filter(one => one.is_inside).length),
              judged: fmt.count(judged.length),
            })
          : t("optimize_room.planned.none", { n: fmt.count(list.rows.length) }, list.rows.length)}
      </p>
      <div class="nbml-optimize-scrolls">
        <table class="nbml-optimize-near nbml-optimize-book">
          <thead>
            <tr>
              <th scope="col">{t("optimize_room.planned.number")}</th>
              <th scope="col">{t("optimize_room.propose.reason")}</th>
              {list.targets.map(target => (
                <th scope="col" key={target} title={target}>
                  {target}
                </th>
              ))}
              {list.inputs.map(name => (
                <th scope="col" key={name} title={name}>
                  {name}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {list.rows.map(line => (
              <Planned
                key={line.number}
                app={app}
                line={line}
                book={book}
                isSelected={line.row !== null && line.row === selected}
                onSelect={onSelect}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Row>
        <CopyButton small text={() => planText(list)}>
          {t("optimize_room.planned.copy")}
        </CopyButton>
        {list.can_extend && <Extend app={app} jobId={jobId} />}
      </Row>
      <Outcome app={app} list={list} />
    </section>
  );
}

interface PlannedProps {
  app: App;
  line: Line;
  book: Book;
  isSelected: boolean;
  onSelect: (row: number) => void;
}

function Planned({ app, line, book, isSelected, onSelect }: PlannedProps) {
  const { t } = app;
  const { row } = line;
  return (
    <tr class={isSelected ? "nbml-optimize-book-chosen" : undefined}>
      <th scope="row">
        {row === null ? (
          line.number
        ) : (
          <Button
            small
            kind="quiet"
            label={t("optimize_room.planned.show", { n: line.number })}
            onClick={() => onSelect(row)}
          >
            {String(line.number)}
          </Button>
        )}
      </th>
      <td>{t(`optimize_room.propose.${line.why}`)}</td>
      {line.results.map(result => (
        <td key={result.target}>
          <Told app={app} result={result} />
          <Measured
            label={t("optimize_room.planned.measured", { name: result.target, n: line.number })}
            placeholder={t("optimize_room.row.measured")}
            value={result.measured}
            onSet={value => book.measure(line.number, result.target, value)}
          />
          {result.is_inside !== null && (
            <span class={result.is_inside ? "nbml-optimize-inside" : "nbml-optimize-beyond"}>
              {t(result.is_inside ? "optimize_room.planned.inside" : "optimize_room.planned.beyond")}
            </span>
          )}
        </td>
      ))}
      {line.cells.map((cell, place) => (
        <td key={place}>
          {typeof cell === "number" ? plainNumber(cell) : cell === null ? "–" : String(cell)}
        </td>
      ))}
      <td>
        <Button
          small
          kind="quiet"
          label={t("optimize_room.planned.remove", { n: line.number })}
          disabled={book.isBusy || line.results.some(one => one.measured !== null)}
          onClick={() => book.drop(line.number)}
        >
          {t("optimize_room.remove")}
        </Button>
      </td>
    </tr>
  );
}

function Told({ app: { fmt }, result: { value, lower, upper } }: { app: App; result: Result }) {
  if (lower === null || upper === null) return <div>{fmt.number(value)}</div>;
  const places = Math.max(decimals(0, (upper - lower) / 2), 0);
  return (
    <div>
      {fmt.number(value, places)}{" "}
      <span class="nbml-quiet">
        [{fmt.number(lower, places)}, {fmt.number(upper, places)}]
      </span>
    </div>
  );
}

interface MeasuredProps {
  label: string;
  placeholder: string;
  value: number | null;
  onSet: (value: number | null) => void;
}

/** A number that is kept when the box is left or Enter is pressed, not at every digit. */
function Measured({ label, placeholder, value, onSet }: MeasuredProps) {
  const [typed, setTyped] = useState<number | null | undefined>(undefined);
  const settle = () => {
    if (typed !== undefined && typed !== value) onSet(typed);
    setTyped(undefined);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the box inside
    <span
      class="nbml-optimize-number"
      onFocusOut={settle}
      onKeyDown={event => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        settle();
      }}
    >
      <NumberBox
        label={label}
        placeholder={placeholder}
        value={typed === undefined ? value : typed}
        onChange={setTyped}
      />
    </span>
  );
}

/** Measured over foreseen, target by target. */
function Outcome({ app, list }: { app: App; list: ExperimentList }) {
  const { t } = app;
  const [asked, setAsked] = useState<string | null>(null);
  const shown = list.figures.find(one => one.target === asked) ?? list.figures[0];
  if (!shown) return null;
  return (
    <>
      <h4>{t("optimize_room.outcome")}</h4>
      {list.figures.length > 1 && (
        <Segmented
          label={t("optimize_room.outcome.of")}
          value={shown.target}
          options={list.figures.map(({ target }) => ({ value: target, label: target }))}
          onChange={setAsked}
        />
      )}
      <Figure
        figure={shown.figure as unknown as PlotlyFigure}
        height={340}
        label={t("optimize_room.outcome.figure", { name: shown.target })}
      />
    </>
  );
}

/** Puts what was measured under what was learnt from, and goes on to train again. */
function Extend({ app, jobId }: { app: App; jobId: string }) {
  const { t, client } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [isBusy, setBusy] = useState(false);
  const extend = async () => {
    setBusy(true);
    setFault(null);
    try {
      await client.ask("optimize.extend", { job_id: jobId });
      app.open("train");
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button small busy={isBusy} onClick={extend} title={t("optimize_room.planned.extend.words")}>
        {t("optimize_room.planned.extend")}
      </Button>
      {fault && <FaultNotice fault={fault} />}
    </>
  );
}

/** The plan for a spreadsheet: a line an experiment, with empty cells for what is to be measured. */
export function planText(list: ExperimentList): string {
  const head = ["", ...list.inputs, ...list.targets].map(safeText);
  const lines = list.rows.map(line => [
    String(line.number),
    ...line.cells.map(cell =>
      typeof cell === "number" ? plainNumber(cell) : cell === null ? "" : safeText(String(cell)),
    ),
    ...line.results.map(one => (one.measured === null ? "" : plainNumber(one.measured))),
  ]);
  return `${[head, ...lines].map(cells => cells.join("\t")).join("\n")}\n`;
}

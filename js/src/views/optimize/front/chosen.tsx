/** One row of the front: what to set, what to expect, and how far to trust it. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../../app";
import { decimals } from "../../../i18n/format";
import { Closed, KernelFault } from "../../../protocol/client";
import type { FrontTable, NearRows } from "../../../protocol/types";
import { Button, CopyButton, Row, Section } from "../../../ui";
import { HandOver } from "./hand-over";
import { plainNumber } from "./rows";

type Cell = string | number | boolean | null;

export interface ChosenProps {
  app: App;
  table: FrontTable;
  row: number | null;
  /** Titles of trainings by their ids. */
  titles: ReadonlyMap<string, string>;
  /** Whether the row is among the planned experiments; null while that is not known. */
  isPlanned: boolean | null;
  onPlan: (row: number) => void;
}

export function Chosen({ app, table, row, titles, isPlanned, onPlan }: ChosenProps) {
  const { t, fmt } = app;
  const near = useNearest(app, table.job_id, row);
  if (row === null) return <p class="nbml-quiet">{t("optimize_room.row.none")}</p>;
  const cell = (role: string, of?: string): Cell =>
    table.columns.find(column => column.role === role && (of === undefined || column.of === of))?.cells[
      row
    ] ?? null;
  const number = (value: Cell) => (typeof value === "number" ? value : null);
  const inside = (value: number | null, lower: number | null, upper: number | null) => {
    if (value === null || lower === null || upper === null) return fmt.number(value);
    const places = decimals(0, (upper - lower) / 2);
    const rounded = Math.round(value * 10 ** places) / 10 ** places;
    return fmt.number(rounded === 0 ? 0 : value, Math.max(places, 0));
  };
  const predicted = table.columns.filter(column => column.role === "predicted");
  const inputs = table.columns.filter(column => column.role === "input");
  const others = (of: string) => table.columns.filter(column => column.role === "second" && column.of === of);
  const formulas = table.columns.filter(column => column.role === "formula");
  const outside = cell("trust", "outside");
  const distance = number(cell("trust", "distance"));
  const isMet = cell("mark", "meets");
  return (
    <Section
      title={
        row === table.knee
          ? t("optimize_room.row.knee", { n: row + 1 })
          : t("optimize_room.row", { n: row + 1 })
      }
    >
      <Row>
        <HandOver app={app} table={table} row={row} titles={titles} />
        <Button small disabled={isPlanned !== false} onClick={() => onPlan(row)}>
          {t(isPlanned ? "optimize_room.row.planned" : "optimize_room.row.plan")}
        </Button>
        <CopyButton small text={() => asText(table, row)}>
          {t("optimize_room.row.copy")}
        </CopyButton>
      </Row>
      <div class="nbml-optimize-chosen">
        <div>
          <h4>{t("optimize_room.row.set")}</h4>
          <dl>
            {inputs.map(column => (
              <div key={column.key}>
                <dt title={column.key}>{column.key}</dt>
                <dd>{shown(column.cells[row] ?? null)}</dd>
              </div>
            ))}
          </dl>
        </div>
        <div>
          <h4>{t("optimize_room.row.expect")}</h4>
          <dl>
            {predicted.map(({ key, of, cells }) => {
              const [lower, upper] = [number(cell("lower", of)), number(cell("upper", of))];
              return (
                <div key={key}>
                  <dt title={of}>{of}</dt>
                  <dd>
                    <strong>{inside(number(cells[row] ?? null), lower, upper)}</strong>
                    {lower !== null && (
                      <span class="nbml-quiet">
                        {" "}
                        [{inside(lower, lower, upper)}, {inside(upper, lower, upper)}]
                      </span>
                    )}
                    {others(of).length > 0 && (
                      <div class="nbml-quiet">
                        {t("optimize_room.row.others")}:{" "}
                        {others(of)
                          .map(one => `${family(one.key, of)} ${fmt.number(number(one.cells[row] ?? null))}`)
                          .join(", ")}
                      </div>
                    )}
                  </dd>
                </div>
              );
            })}
            {formulas.map(column => (
              <div key={column.key}>
                <dt title={column.key}>{column.key}</dt>
                <dd>{fmt.number(number(column.cells[row] ?? null))}</dd>
              </div>
            ))}
          </dl>
        </div>
        <div>
          <h4>{t("optimize_room.row.trust")}</h4>
          <p>{t(isMet ? "optimize_room.row.meets" : "optimize_room.row.misses")}</p>
          <dl>
            {(["probability", "pass_rate", "desirability"] as const).map(name => (
              <div key={name}>
                <dt>{t(`optimize_room.row.${name}`)}</dt>
                <dd>
                  {name === "desirability"
                    ? fmt.number(number(cell("score", name)), 2)
                    : fmt.percent(number(cell("score", name)))}
                </dd>
              </div>
            ))}
            {distance !== null && (
              <div>
                <dt>{t("optimize_room.row.distance")}</dt>
                <dd>{t("optimize_room.row.distance.words", { share: fmt.percent(distance) })}</dd>
              </div>
            )}
            <div>
              <dt>{t("optimize_room.row.outside")}</dt>
              <dd>{outside ? String(outside) : t("optimize_room.row.outside.none")}</dd>
            </div>
          </dl>
        </div>
      </div>
      <Nearest app={app} table={table} near={near} />
    </Section>
  );
}

function Nearest({ app, table, near }: { app: App; table: FrontTable; near: NearRows | null }) {
  const { t, fmt } = app;
  if (!near) return null;
  if (!near.rows.length) return <p class="nbml-quiet">{t("optimize_room.row.nearest.none")}</p>;
  const varied = new Set(table.columns.filter(column => column.role === "input").map(column => column.key));
  const places = near.names.map((name, at) => ({ name, at }));
  const order = [
    ...places.filter(({ name }) => !varied.has(name)),
    ...places.filter(({ name }) => varied.has(name)),
  ];
  return (
    <>
      <h4>{t("optimize_room.row.nearest")}</h4>
      <div class="nbml-optimize-scrolls">
        <table class="nbml-optimize-near">
          <thead>
            <tr>
              <td />
              <th scope="col">{t("optimize_room.column.distance")}</th>
              {order.map(({ name }) => (
                <th scope="col" key={name} title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {near.rows.map(row => (
              <tr key={row.row}>
                <th scope="row">{t("optimize_room.row.nearest.row", { n: row.row })}</th>
                <td>{fmt.number(row.distance)}</td>
                {order.map(({ name, at }) => (
                  <td key={name}>{short(row.cells[at] ?? null)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function useNearest(app: App, jobId: string, row: number | null): NearRows | null {
  const [near, setNear] = useState<NearRows | null>(null);
  useEffect(() => {
    if (row === null) return;
    const asked = new AbortController();
    setNear(null);
    app.client
      .ask("optimize.nearest", { job_id: jobId, row }, { signal: asked.signal })
      .then(setNear, error => {
        if (!(error instanceof KernelFault || error instanceof Closed)) throw error;
      });
    app.client.ask("optimize.choose", { job_id: jobId, rows: [row] }).catch(() => undefined);
    return () => asked.abort(new Closed());
  }, [jobId, row]);
  return near;
}

const shown = (cell: Cell) =>
  cell === null ? "–" : typeof cell === "number" ? plainNumber(cell) : String(cell);
/** A measured cell: as many digits as one can compare. */
const short = (cell: Cell) => shown(typeof cell === "number" ? Number(cell.toPrecision(6)) : cell);
const family = (key: string, of: string) => key.replace(/^second_/, "").replace(`_${of}`, "");

/** A text for a cell of a spreadsheet: what it would run gets an apostrophe, and no cell breaks into two. */
export const safeText = (text: string) =>
  (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/[\t\r\n]+/g, " ");

/** Names and cells in two lines, for a spreadsheet. */
export function asText(table: FrontTable, row: number): string {
  const kept = table.columns.filter(column =>
    ["input", "predicted", "lower", "upper", "formula"].includes(column.role),
  );
  const cells = kept.map(column => {
    const cell = column.cells[row] ?? null;
    return typeof cell === "number" ? plainNumber(cell) : cell === null ? "" : safeText(String(cell));
  });
  return `${kept.map(column => safeText(column.key)).join("\t")}\n${cells.join("\t")}\n`;
}

/** Models compared: scores over all held-out rows, with their spread over the folds. */
import type { App } from "../../../app";
import type { LeaderRow, ResultView, ScoreCell, TargetResult } from "../../../protocol/types";
import { Disclosure } from "../../../ui";

export function Board({ app, view, result }: { app: App; view: ResultView; result: TargetResult }) {
  const { t, fmt } = app;
  const unit = result.unit ? ` [${result.unit}]` : "";
  const rows = [...result.leaders].sort((a, b) => rank(a) - rank(b));
  return (
    <div>
      <div class="nbml-train-scrolls">
        <table class="nbml-train-board">
          <thead>
            <tr>
              <th scope="col">{t("train_room.board.model")}</th>
              <th scope="col" class="nbml-end">
                {t("train_room.board.rmse")}
                {unit}
              </th>
              <th scope="col" class="nbml-end">
                MAE{unit}
              </th>
              <th scope="col" class="nbml-end">
                R²
              </th>
              <th scope="col" class="nbml-end">
                {t("train_room.board.trials")}
              </th>
              <th scope="col" class="nbml-end">
                {t("train_room.board.time")}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={row.family} class={row.chosen ? "nbml-chosen" : undefined}>
                <th scope="row">
                  {familyName(app, row.family)}
                  {row.chosen && <span class="nbml-quiet"> {t("train_room.board.chosen")}</span>}
                  {row.error && <span class="nbml-train-card-error"> {row.error.message}</span>}
                </th>
                <td class="nbml-end nbml-figures">{score(app, row.rmse)}</td>
                <td class="nbml-end nbml-figures">{score(app, row.mae)}</td>
                <td class="nbml-end nbml-figures">{score(app, row.r2)}</td>
                <td class="nbml-end nbml-figures">
                  {row.trials_complete ? fmt.count(row.trials_complete) : ""}
                  {row.trials_failed > 0 && ` (${t("train_room.board.of_failed", { n: row.trials_failed })})`}
                </td>
                <td class="nbml-end nbml-figures">{row.seconds ? fmt.seconds(row.seconds) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="nbml-quiet">
        {t(`train_room.board.${view.group === null ? "rows" : "groups"}`, {
          n: view.fold_names.length,
          rows: fmt.count(view.n_rows),
          group: view.group ?? "",
        })}
      </p>
      <Undefined app={app} rows={rows} />
      <Parameters app={app} rows={rows} />
    </div>
  );
}

export function familyName({ t }: App, family: string): string {
  const key = family === "baseline" ? "train_room.baseline" : `train_room.family.${family}`;
  const words = t(key);
  return words === key ? family : words;
}

function rank(row: LeaderRow): number {
  return (row.rmse?.pooled ?? Number.MAX_VALUE) + (row.family === "baseline" ? Number.MIN_VALUE : 0);
}

function score({ fmt }: App, cell: ScoreCell | null): string {
  return cell ? fmt.spread(cell.pooled, cell.spread) : "–";
}

/** Folds without a score, and why: they enter no mean. */
function Undefined({ app, rows }: { app: App; rows: LeaderRow[] }) {
  const why = new Map<string, Set<string>>();
  for (const row of rows)
    for (const cell of [row.rmse, row.mae, row.r2])
      for (const [fold, reason] of Object.entries(cell?.undefined ?? {}))
        why.set(reason, (why.get(reason) ?? new Set()).add(fold));
  if (!why.size) return null;
  return (
    <p class="nbml-quiet">
      {[...why]
        .map(([reason, folds]) =>
          app.t("train_room.board.undefined", { folds: app.fmt.list([...folds]), reason }),
        )
        .join(" ")}
    </p>
  );
}

function Parameters({ app, rows }: { app: App; rows: LeaderRow[] }) {
  const models = rows.filter(row => Object.keys(row.params).length);
  if (!models.length) return null;
  return (
    <Disclosure summary={app.t("train_room.board.params")}>
      {models.map(row => (
        <div key={row.family}>
          <strong>{familyName(app, row.family)}</strong>{" "}
          <span class="nbml-quiet">{app.t("train_room.card.trial", { n: row.trial ?? "–" })}</span>
          <dl class="nbml-train-params">
            {Object.entries(row.params).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd class="nbml-figures">
                  {typeof value === "number"
                    ? app.fmt.number(value, Number.isInteger(value) ? 0 : undefined)
                    : String(value)}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </Disclosure>
  );
}

/** One trial told beside its dot: score, folds as bars, parameters, why it failed. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../../app";
import { Closed } from "../../../protocol/client";
import type { Snapshot, TrialDetail } from "../../../protocol/types";
import { foldSpread } from "../../../state/job";
import type { Point } from "./points";

export interface TrialCardProps {
  app: App;
  job: Snapshot;
  point: Point;
  width: number;
  many: boolean;
}

const PAUSE_MS = 150;
const SHOWN_FOLDS = 12;

export function TrialCard({ app, job, point, width, many }: TrialCardProps) {
  const { t, fmt } = app;
  const older = useOlder(app, job, point);
  const trial = older ?? point.trial;
  const params = Object.entries(trial.params);
  const isRight = point.x > width / 2;
  return (
    <div
      class="nbml-train-card"
      role="status"
      style={isRight ? { right: `${width - point.x + 12}px` } : { left: `${point.x + 12}px` }}
    >
      <strong>
        {many && `${t(`train_room.family.${point.study.family}`)} `}
        {t("train_room.card.trial", { n: trial.number })}
      </strong>{" "}
      {trial.state !== "complete" && <span>{t(`train_room.trial.${trial.state}`)}</span>}
      {trial.value !== null && (
        <div class="nbml-figures">
          RMSE {fmt.spread(trial.value, foldSpread(trial.folds), app.store.unitOf(point.study.target))}
        </div>
      )}
      <FoldBars app={app} names={job.fold_names} values={trial.folds} />
      {trial.error && (
        <p class="nbml-train-card-error">
          {trial.error.message} <span class="nbml-code-name">{trial.error.code}</span>
        </p>
      )}
      {params.length > 0 && (
        <dl class="nbml-train-params">
          {params.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="nbml-figures">
                {typeof value === "number"
                  ? fmt.number(value, Number.isInteger(value) ? 0 : undefined)
                  : String(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function FoldBars({
  app,
  names,
  values,
}: {
  app: App;
  names: readonly string[];
  values: readonly (number | null)[];
}) {
  const most = Math.max(0, ...values.map(value => value ?? 0));
  if (!most) return null;
  return (
    <div class="nbml-train-foldbars">
      {values.slice(0, SHOWN_FOLDS).map((value, k) => (
        <div key={k}>
          <span class="nbml-train-foldname" title={names[k]}>
            {names[k] ?? k + 1}
          </span>
          <span class="nbml-train-foldtrack">
            <span style={{ width: `${((value ?? 0) / most) * 100}%` }} />
          </span>
          <span class="nbml-figures">{value === null ? "–" : app.fmt.number(value)}</span>
        </div>
      ))}
      {values.length > SHOWN_FOLDS && (
        <div class="nbml-quiet">{app.t("train_room.card.more", { n: values.length - SHOWN_FOLDS })}</div>
      )}
    </div>
  );
}

/** The snapshot keeps the latest trials whole; of older ones the kernel is asked. */
function useOlder(app: App, job: Snapshot, { study, trial }: Point): TrialDetail | null {
  const [found, setFound] = useState<{ key: string; detail: TrialDetail } | null>(null);
  const key = `${study.id} ${trial.number}`;
  const isThin = Object.keys(trial.params).length === 0;
  useEffect(() => {
    if (!isThin || found?.key === key) return;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      app.client
        .ask(
          "train.trial",
          { job_id: job.job_id, study: study.id, trial: trial.number },
          { signal: asked.signal },
        )
        .then(
          detail => detail && setFound({ key, detail }),
          () => undefined,
        );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asked.abort(new Closed());
    };
  }, [key, isThin]);
  return isThin && found?.key === key ? found.detail : null;
}

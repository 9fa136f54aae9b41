/** The searches of a job, best first, as they grow. */
import type { App } from "../../../app";
import type { Snapshot, StudyView } from "../../../protocol/types";
import { foldSpread } from "../../../state/job";

export function LiveLeaderboard({ app, job, target }: { app: App; job: Snapshot; target: string }) {
  const { t, fmt, store } = app;
  const unit = store.unitOf(target);
  const studies = job.studies.filter(study => study.target === target).sort(byScore);
  const done = (study: StudyView) => study.complete + study.failed;
  return (
    <div class="nbml-train-scrolls">
      <table class="nbml-train-board">
        <thead>
          <tr>
            <th scope="col">{t("train_room.board.model")}</th>
            <th scope="col" class="nbml-end">
              {t("train_room.board.rmse")}
              {unit && ` [${unit}]`}
            </th>
            <th scope="col" class="nbml-end">
              {t("train_room.board.best_trial")}
            </th>
            <th scope="col" class="nbml-end">
              {t("train_room.board.trials")}
            </th>
            <th scope="col" class="nbml-end">
              {t("train_room.board.failed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {studies.map(study => (
            <tr key={study.id}>
              <th scope="row">{t(`train_room.family.${study.family}`)}</th>
              <td class="nbml-end nbml-figures">
                {study.best ? fmt.spread(study.best.value, foldSpread(study.best.folds)) : "–"}
              </td>
              <td class="nbml-end nbml-figures">{study.best ? study.best.number : "–"}</td>
              <td class="nbml-end nbml-figures">
                {study.planned === null
                  ? fmt.count(done(study))
                  : `${fmt.count(done(study))} / ${fmt.count(study.planned)}`}
              </td>
              <td class="nbml-end nbml-figures">{study.failed || ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function byScore(a: StudyView, b: StudyView): number {
  return (a.best?.value ?? Number.POSITIVE_INFINITY) - (b.best?.value ?? Number.POSITIVE_INFINITY) || 0;
}

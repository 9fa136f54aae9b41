/** The folds as training will make them: rows of each, and how the target is distributed in it. */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import type { FoldPreview, FoldTarget } from "../../../protocol/types";
import { Section, Segmented, Spark } from "../../../ui";

export interface FoldPreviewProps {
  app: App;
  preview: FoldPreview | null;
  isOld: boolean;
}

export function FoldPreviewView({ app, preview, isOld }: FoldPreviewProps) {
  const { t, fmt } = app;
  const [chosen, setChosen] = useState<string | null>(null);
  if (!preview) return null;
  const name = chosen !== null && preview.targets.includes(chosen) ? chosen : (preview.targets[0] ?? "");
  const place = preview.targets.indexOf(name);
  const most = Math.max(...preview.folds.map(fold => fold.rows), 1);
  return (
    <Section
      title={t("train_room.preview")}
      aside={
        preview.targets.length > 1 &&
        preview.targets.length <= 3 && (
          <Segmented
            label={t("train_room.field.targets")}
            value={name}
            options={preview.targets.map(target => ({ value: target, label: target }))}
            onChange={setChosen}
          />
        )
      }
    >
      <p class="nbml-quiet">
        {t(`train_room.scheme.${preview.scheme}`, {
          n: preview.n_folds,
          groups: fmt.count(preview.n_groups),
          rows: fmt.count(preview.n_rows),
        })}{" "}
        {preview.n_without_target > 0 &&
          t("train_room.preview.without", { n: fmt.count(preview.n_without_target) })}
      </p>
      <table class="nbml-train-folds" aria-busy={isOld}>
        <thead>
          <tr>
            <th scope="col">{t("train_room.preview.fold")}</th>
            <th scope="col" class="nbml-end">
              {t("train_room.preview.rows")}
            </th>
            <th scope="col">{name}</th>
            <th scope="col" class="nbml-end">
              {t("train_room.preview.mean")}
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.folds.map(fold => {
            const target = fold.targets[place];
            return (
              <tr key={fold.name}>
                <th scope="row" class="nbml-train-foldhead" title={fold.name}>
                  {fold.name}
                </th>
                <td class="nbml-end nbml-figures">
                  <span class="nbml-train-bar" style={{ width: `${(fold.rows / most) * 2}rem` }} />
                  {fmt.count(fold.rows)}
                </td>
                <td>
                  {target && (
                    <Spark bins={target.counts} label={words(app, target)} width={110} height={18} />
                  )}
                </td>
                <td class="nbml-end nbml-figures" title={target ? words(app, target) : ""}>
                  {fmt.number(target?.mean)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {preview.n_folds > preview.folds.length && (
        <p class="nbml-quiet">
          {t("train_room.preview.more", { n: preview.n_folds - preview.folds.length })}
        </p>
      )}
    </Section>
  );
}

function words({ t, fmt }: App, target: FoldTarget): string {
  return t("train_room.preview.words", {
    low: fmt.number(target.low),
    q1: fmt.number(target.q1),
    median: fmt.number(target.median),
    q3: fmt.number(target.q3),
    high: fmt.number(target.high),
  });
}

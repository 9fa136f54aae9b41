/** Before training: what will be done, in one sentence, and about how long it takes. */
import type { App } from "../../app";
import type { Draft, Estimate } from "../../protocol/types";
import { Section } from "../../ui";
import { CodeFold } from "./code-fold";

export interface PlanProps {
  app: App;
  draft: Draft;
  isOld: boolean;
}

export function Plan({ app, draft, isOld }: PlanProps) {
  const { t } = app;
  return (
    <Section title={t("train_room.plan")}>
      <div aria-busy={isOld} class={isOld ? "nbml-train-old" : undefined}>
        <p class="nbml-train-sentence">{sentence(app, draft)}</p>
        {draft.estimate && <EstimateLine app={app} estimate={draft.estimate} />}
        {!draft.estimate && <p class="nbml-quiet">{t("train_room.plan.not_yet")}</p>}
        <p class="nbml-quiet">{t("train_room.plan.goes_on")}</p>
      </div>
      <CodeFold app={app} form={draft.form} />
    </Section>
  );
}

/** What would be done; less is said while something stands in its way. */
export function sentence({ t, fmt }: App, { form, features, preview, estimate }: Draft): string {
  const names = form.models.map(name => t(`train_room.family.${name}`));
  const said = {
    targets: fmt.list(form.targets),
    models: fmt.list(names),
    features: features.length,
    folds: preview?.n_folds ?? "–",
    trials: form.trials ?? "–",
    fits: fmt.count(estimate?.fits),
    minutes: form.minutes ?? "–",
    group: form.group ?? "",
    rows: fmt.count(preview?.n_rows),
  };
  if (!form.targets.length || !form.models.length) return t("train_room.plan.open");
  if (!estimate) return t("train_room.plan.short", said);
  const how = form.trials === null ? "minutes" : form.minutes === null ? "trials" : "both";
  const unseen = form.fold_column !== null ? "column" : form.group !== null ? "group" : "rows";
  return `${t(`train_room.plan.${how}`, said)} ${t(`train_room.plan.unseen.${unseen}`, said)}`;
}

function EstimateLine({ app: { t, fmt }, estimate }: { app: App; estimate: Estimate }) {
  const { low_s, high_s, workers, start_s } = estimate;
  const said = { low: fmt.about(low_s), high: fmt.about(high_s), workers, start: fmt.about(start_s) };
  return (
    <p class="nbml-train-estimate">
      <strong>{t(low_s === high_s ? "train_room.estimate.one" : "train_room.estimate.range", said)}</strong>{" "}
      {start_s > 0 && t("train_room.estimate.start", said)}
    </p>
  );
}

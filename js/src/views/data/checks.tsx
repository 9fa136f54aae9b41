/** What would stop training or make its scores say too much, each with the remedies there are. */
import { useState } from "preact/hooks";
import { Button, classes, Section } from "../../ui";
import type { DataModel } from "./model";
import { RowDecisions } from "./report";

const SHOWN = 3;
/** Characters that two lines hold at any width. */
const SHORT = 150;

export function Checks({ model, onColumns }: { model: DataModel; onColumns: () => void }) {
  const { t, fmt } = model.app;
  const { value: found } = model.checks;
  const [isAll, setAll] = useState(false);
  if (!model.view.value?.n_columns) return null;
  const errors = found?.findings.filter(finding => finding.severity === "error").length ?? 0;
  const warnings = (found?.findings.length ?? 0) - errors;
  const shown = isAll ? found?.findings : found?.findings.slice(0, SHOWN);
  const rest = (found?.findings.length ?? 0) - SHOWN;
  const isCut = found?.findings.some(one => one.message.length + one.next_step.length > SHORT) ?? false;
  return (
    <Section
      title={t("data_room.checks.title")}
      aside={
        <span class="nbml-quiet nbml-figures" aria-live="polite">
          {!found && t("data_room.checks.working")}
          {errors > 0 && t("data_room.checks.errors", { n: fmt.count(errors) }, errors)}
          {errors > 0 && warnings > 0 && t("data_room.report.sep")}
          {warnings > 0 && t("data_room.checks.warnings", { n: fmt.count(warnings) }, warnings)}
        </span>
      }
    >
      <RowDecisions model={model} />
      {found && !found.has_target && (
        <p class="nbml-data-next">
          {t("data_room.checks.no_target")}{" "}
          <Button small onClick={onColumns}>
            {t("data_room.checks.choose_target")}
          </Button>
        </p>
      )}
      {found?.has_target && !found.findings.length && <p>{t("data_room.checks.fine")}</p>}
      <ul class="nbml-data-findings">
        {shown?.map((finding, place) => (
          <li
            key={`${finding.code}-${finding.columns.join(",")}`}
            class={classes("data-finding", `data-${finding.severity}`)}
          >
            <span class="nbml-unseen">{t(`panel.level.${finding.severity}`)} </span>
            <div
              class={classes("data-finding-words", !isAll && "data-finding-short")}
              title={isAll ? undefined : `${finding.message} ${finding.next_step}`}
            >
              <bdi>{finding.message}</bdi> <span class="nbml-quiet">{finding.next_step}</span>{" "}
              <span class="nbml-code-name">{finding.code}</span>
            </div>
            {finding.remedies.length > 0 && (
              <div class="nbml-data-remedies">
                {finding.remedies.map((remedy, index) => (
                  <Button
                    key={index}
                    small
                    busy={model.busy.value !== null}
                    onClick={() => model.change("data.remedy", { finding: place, remedy: index })}
                  >
                    {remedy.text}
                  </Button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      {(rest > 0 || isCut) && (
        <Button small kind="quiet" onClick={() => setAll(!isAll)}>
          {isAll
            ? t("data_room.checks.fewer")
            : rest > 0
              ? t("data_room.checks.more", { n: fmt.count(rest) }, rest)
              : t("data_room.checks.whole")}
        </Button>
      )}
      {isAll && found !== null && found.more > 0 && (
        <p class="nbml-quiet">{t("data_room.checks.apart", { n: fmt.count(found.more) })}</p>
      )}
    </Section>
  );
}

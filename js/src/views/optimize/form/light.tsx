/** Whether what is asked exactly can be kept by any row; answers while one types. */
import { type Mark, Status } from "../../../ui";
import type { FormProps } from "./notes";
import { Notes } from "./notes";

const MARK: Record<string, Mark> = { feasible: "done", clash: "failed", unknown: "waiting" };

export function Light({ app, setting }: FormProps) {
  const { t } = app;
  const found = setting.draft.value?.feasibility;
  if (!found) return null;
  const looking = setting.isLooking.value;
  return (
    <section class="nbml-optimize-light" aria-label={t("optimize_room.light")} role="status">
      <Status mark={MARK[found.state] ?? "waiting"}>
        {t(`optimize_room.light.${found.state}`)}{" "}
        {found.state === "feasible" && found.ranked > 0 && (
          <span class="nbml-quiet">{t("optimize_room.light.ranked", { n: found.ranked }, found.ranked)}</span>
        )}
        {looking && <span class="nbml-unseen">{t("optimize_room.light.looking")}</span>}
      </Status>
      {found.state === "clash" && (
        <>
          <ul>
            {found.constraints.map(words => (
              <li key={words}>{words}</li>
            ))}
          </ul>
          {found.constraints.length < 2 && <p>{t("optimize_room.light.alone")}</p>}
          {found.missed.length > 0 && (
            <p>
              {t("optimize_room.light.missed")} {found.missed.join("; ")}
            </p>
          )}
        </>
      )}
      <Notes setting={setting} field="data" />
    </section>
  );
}

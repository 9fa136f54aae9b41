import type { RoomProps } from "../../app";
import { Code, Notice } from "../../ui";

/** Says what a click waits for, or how to come back when the kernel's end of the panel is gone. */
export function ConnectionNotice({ app }: RoomProps) {
  const { store, t } = app;
  const connection = store.connection.value;
  const job = store.job.value;
  return (
    <div class="nbml-connection" role="status">
      {connection === "busy" && <p class="nbml-busy">{t("panel.busy")}</p>}
      {connection === "lost" && (
        <Notice level="warning" title={t("panel.lost")}>
          {t(job ? "panel.lost_job" : "panel.lost_cell")}
          {job && (
            <Code
              label={t("panel.lost_code")}
              text={`import nbml\n\nnbml.open(${JSON.stringify(job.job_id)}).panel()`}
            />
          )}
        </Notice>
      )}
    </div>
  );
}

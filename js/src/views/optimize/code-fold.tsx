/** The same search as code. */
import type { App } from "../../app";
import type { OptimizeForm } from "../../protocol/types";
import { CallAndFile } from "../call-and-file";

export function CodeFold({ app, form, jobId }: { app: App; form?: OptimizeForm; jobId?: string }) {
  const { t } = app;
  return (
    <CallAndFile
      app={app}
      kind="optimize.code"
      body={{ form: form ?? null, job_id: jobId ?? null }}
      words={{
        title: t("optimize_room.code"),
        call: t("optimize_room.code.call"),
        yaml: t("optimize_room.code.yaml"),
      }}
    />
  );
}

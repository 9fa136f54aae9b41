/** The same job as code. */
import type { App } from "../../app";
import type { TrainForm } from "../../protocol/types";
import { CallAndFile } from "../call-and-file";

export function CodeFold({ app, form, jobId }: { app: App; form?: TrainForm; jobId?: string }) {
  const { t } = app;
  return (
    <CallAndFile
      app={app}
      kind="train.code"
      body={{ form: form ?? null, job_id: jobId ?? null }}
      words={{
        title: t("train_room.code"),
        call: t("train_room.code.call"),
        yaml: t("train_room.code.yaml"),
      }}
    />
  );
}

/** The one step of the room, and what still stands in its way. */
import { isFinished } from "../../../state/job";
import { Button, FaultNotice, Notice } from "../../../ui";
import type { FormProps } from "./form";
import { Remedies } from "./noted-field";

const IN_SIGHT = new Set(["targets", "features", "group", "models", "trials"]);

export function TrainButton({ app, drafting }: FormProps) {
  const { t, store } = app;
  const job = store.job.value;
  const state = store.state.value.job?.state;
  const isRunning = Boolean(job && !isFinished(job.snapshot) && state !== "interrupted");
  const { errors, refused, isStarting } = drafting;
  const away = errors.value.filter(note => !IN_SIGHT.has(note.field));
  const homeless = refused.value && !(refused.value.field && IN_SIGHT.has(refused.value.field));
  return (
    <div class="nbml-train-go">
      {homeless && refused.value && <FaultNotice fault={refused.value} />}
      {away.map(note => (
        <Notice key={note.field + note.code} level="error" title={fieldName(t, note.field)}>
          {note.message} {note.next_step} <Remedies note={note} drafting={drafting} />
        </Notice>
      ))}
      <Button
        kind={job ? "plain" : "primary"}
        type="submit"
        busy={isStarting.value}
        disabled={errors.value.length > 0 || isRunning}
        title={isRunning ? t("train_room.train.running") : undefined}
      >
        {job ? t("train_room.train.again") : t("train_room.train")}
      </Button>{" "}
      <span class="nbml-quiet" role="status">
        {isRunning
          ? t("train_room.train.running")
          : errors.value.length > 0
            ? t("train_room.train.faults", { n: errors.value.length }, errors.value.length)
            : ""}
      </span>
    </div>
  );
}

/** What a field is called; of a search range its family and parameter. */
export function fieldName(t: (key: string) => string, field: string): string {
  const [part, family, parameter] = field.split(".");
  if (part === "space" && family && parameter) return `${t(`train_room.family.${family}`)} ${parameter}`;
  return t(`train_room.field.${field}`);
}

/** How hard to search: a number of trials, or minutes. */
import type { TrainForm } from "../../../protocol/types";
import { Field, NumberBox, Segmented } from "../../../ui";
import type { FormProps } from "./form";
import { NotedField } from "./noted-field";

const TRIALS = { quick: 10, normal: 30, thorough: 100 } as const;
type Named = keyof typeof TRIALS;
type Choice = Named | "minutes";
const CHOICES: Choice[] = ["quick", "normal", "thorough", "minutes"];
const USUAL_MINUTES = 5;

/** What the effort is called; null where trials were chosen one by one. */
export function choiceOf({ trials, minutes }: Pick<TrainForm, "trials" | "minutes">): Choice | null {
  if (minutes !== null) return trials === null ? "minutes" : null;
  return (Object.keys(TRIALS) as Named[]).find(name => TRIALS[name] === trials) ?? null;
}

export function Effort({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  if (!form) return null;
  const { t } = app;
  const choice = choiceOf(form);
  const choose = (next: Choice) => {
    if (next === "minutes") drafting.change({ trials: null, minutes: form.minutes ?? USUAL_MINUTES });
    else drafting.change({ trials: TRIALS[next], minutes: null });
  };
  return (
    <>
      <NotedField
        app={app}
        drafting={drafting}
        field="trials"
        label={t("train_room.field.effort")}
        aside={form.trials !== null && t("train_room.effort.trials", { n: form.trials })}
      >
        <Segmented
          value={choice}
          options={CHOICES.map(name => ({ value: name, label: t(`train_room.effort.${name}`) }))}
          onChange={choose}
        />
      </NotedField>
      {choice === "minutes" && (
        <NotedField app={app} drafting={drafting} field="minutes">
          <NumberBox
            value={form.minutes}
            unit={t("train_room.unit.minutes")}
            onChange={minutes => drafting.change({ minutes })}
          />
        </NotedField>
      )}
    </>
  );
}

/** Trials and minutes by number, for those who want others. */
export function OwnEffort({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  if (!form) return null;
  const { t } = app;
  return (
    <div class="nbml-train-pair">
      <Field label={t("train_room.field.trials")}>
        <NumberBox
          value={form.trials}
          placeholder={t("train_room.no_limit")}
          onChange={trials => drafting.change({ trials })}
        />
      </Field>
      {choiceOf(form) !== "minutes" && (
        <NotedField app={app} drafting={drafting} field="minutes">
          <NumberBox
            value={form.minutes}
            unit={t("train_room.unit.minutes")}
            placeholder={t("train_room.no_limit")}
            onChange={minutes => drafting.change({ minutes })}
          />
        </NotedField>
      )}
    </div>
  );
}

/** What is seldom changed: folds, seed, sampler, workers, search ranges, names. */
import type { TrainForm } from "../../../protocol/types";
import { Checkbox, Disclosure, NumberBox, Select, Stack, TextBox } from "../../../ui";
import { OwnEffort } from "./effort";
import { ColumnCombo, type FormProps } from "./form";
import { NotedField } from "./noted-field";
import { Ranges } from "./ranges";

const SAMPLERS = ["tpe", "random", "cmaes", "gp", "qmc"] as const;
type FoldChoice = "usual" | "number" | "logo" | "column";

export function Advanced({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  const draft = drafting.draft.value;
  if (!form || !draft) return null;
  const { t } = app;
  const change = (changes: Partial<TrainForm>) => drafting.change(changes);
  const columns = draft.columns.filter(column => !form.targets.includes(column.name));
  return (
    <Disclosure summary={t("train_room.advanced")} aside={changedWords(app, form)}>
      <Stack>
        <OwnEffort app={app} drafting={drafting} />
        <Folds app={app} drafting={drafting} />
        {form.fold_column !== null && (
          <NotedField app={app} drafting={drafting} field="fold_column">
            <ColumnCombo
              app={app}
              columns={columns}
              value={form.fold_column}
              onChange={fold_column => change({ fold_column })}
            />
          </NotedField>
        )}
        <div class="nbml-train-pair">
          <NotedField app={app} drafting={drafting} field="seed">
            <NumberBox value={form.seed} onChange={seed => change({ seed })} />
          </NotedField>
          <NotedField app={app} drafting={drafting} field="workers">
            <NumberBox
              value={form.workers}
              placeholder={t("train_room.workers.all")}
              onChange={workers => change({ workers })}
            />
          </NotedField>
        </div>
        <NotedField app={app} drafting={drafting} field="sampler">
          <Select
            value={form.sampler}
            options={SAMPLERS.map(name => ({
              value: name as string,
              label: t(`train_room.sampler.${name}`),
            }))}
            onChange={sampler => change({ sampler })}
          />
        </NotedField>
        <Ranges app={app} drafting={drafting} />
        <Checkbox checked={form.shap} onChange={shap => change({ shap })}>
          {t("train_room.shap")}
        </Checkbox>
        <Checkbox
          checked={form.missing_target === "drop"}
          onChange={drop => change({ missing_target: drop ? "drop" : "refuse" })}
        >
          {t("train_room.missing_target")}
        </Checkbox>
        <Checkbox
          checked={form.infinite === "missing"}
          onChange={missing => change({ infinite: missing ? "missing" : "refuse" })}
        >
          {t("train_room.infinite")}
        </Checkbox>
        <div class="nbml-train-pair">
          <NotedField app={app} drafting={drafting} field="name">
            <TextBox
              value={form.name ?? ""}
              placeholder={form.targets.join(", ")}
              maxLength={200}
              onChange={name => change({ name: name || null })}
            />
          </NotedField>
          <NotedField app={app} drafting={drafting} field="project">
            <TextBox
              value={form.project}
              maxLength={200}
              onChange={project => change({ project: project || "default" })}
            />
          </NotedField>
        </div>
      </Stack>
    </Disclosure>
  );
}

function Folds({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  if (!form) return null;
  const { t } = app;
  const choice: FoldChoice =
    form.fold_column !== null
      ? "column"
      : form.folds === null
        ? "usual"
        : form.folds === "logo"
          ? "logo"
          : "number";
  const free = drafting.draft.value?.columns.find(
    column => !form.targets.includes(column.name) && column.name !== form.group && column.n_unique > 1,
  );
  const choose = (next: FoldChoice) =>
    drafting.change({
      folds: next === "logo" ? "logo" : next === "number" ? 5 : null,
      fold_column: next === "column" ? (free?.name ?? null) : null,
    });
  const choices: FoldChoice[] = ["usual", "number", "logo", "column"];
  return (
    <NotedField app={app} drafting={drafting} field="folds">
      <Select
        value={choice}
        options={choices.map(value => ({
          value,
          label: t(`train_room.folds.${value}`),
          disabled: value === "logo" && form.group === null,
        }))}
        onChange={choose}
      />
      {choice === "number" && (
        <NumberBox
          label={t("train_room.folds.count")}
          value={form.folds as number | null}
          onChange={folds => drafting.change({ folds })}
        />
      )}
    </NotedField>
  );
}

/** That something in here is not as usual, so that nobody has to look. */
function changedWords(app: FormProps["app"], form: TrainForm): string {
  const changed = [
    form.folds !== null || form.fold_column !== null,
    form.seed !== 42,
    form.sampler !== "tpe",
    form.workers !== null,
    Object.values(form.space).some(ranges => Object.keys(ranges).length > 0),
    !form.shap,
    form.missing_target !== "refuse",
    form.infinite !== "refuse",
    form.name !== null,
    form.project !== "default",
  ].filter(Boolean).length;
  return changed ? app.t("train_room.changed", { n: changed }, changed) : "";
}

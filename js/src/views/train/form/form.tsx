/** The form: what to predict, from what, how hard. Everything else is one fold away. */
import type { App } from "../../../app";
import type { ColumnChoice, TrainForm } from "../../../protocol/types";
import { Chips, Combo, MultiCombo, type Option, Stack } from "../../../ui";
import type { Drafting } from "../drafting";
import { Advanced } from "./advanced";
import { Effort } from "./effort";
import { FoldPreviewView } from "./fold-preview";
import { NotedField } from "./noted-field";
import { TrainButton } from "./train-button";

export const FAMILIES = ["lightgbm", "catboost", "xgboost", "mlp"] as const;

export interface FormProps {
  app: App;
  drafting: Drafting;
}

export function Form({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  const draft = drafting.draft.value;
  if (!form || !draft) return null;
  const { t } = app;
  const change = (changes: Partial<TrainForm>) => drafting.change(changes);
  const targets = draft.columns.filter(column => column.can_be_target || form.targets.includes(column.name));
  return (
    <form
      class="nbml-train-form"
      inert={drafting.isLoading.value}
      aria-label={t("train_room.form")}
      onSubmit={event => {
        event.preventDefault();
        drafting.start();
      }}
    >
      <Stack>
        <NotedField app={app} drafting={drafting} field="targets">
          <MultiCombo
            value={form.targets}
            options={targets.map(column => option(app, column))}
            onChange={chosen => change({ targets: chosen })}
            placeholder={t("train_room.targets.choose")}
          />
        </NotedField>
        <Features app={app} drafting={drafting} />
        <NotedField app={app} drafting={drafting} field="group" help={t("train_room.group.help")}>
          <ColumnCombo
            app={app}
            columns={draft.columns.filter(column => !form.targets.includes(column.name))}
            value={form.group}
            onChange={group => change({ group })}
          />
        </NotedField>
        <NotedField app={app} drafting={drafting} field="models">
          <Chips
            value={form.models as string[]}
            options={FAMILIES.map(name => ({ value: name as string, label: t(`train_room.family.${name}`) }))}
            onChange={models => change({ models })}
          />
        </NotedField>
        <Effort app={app} drafting={drafting} />
        <TrainButton app={app} drafting={drafting} />
        <Advanced app={app} drafting={drafting} />
        <FoldPreviewView app={app} preview={draft.preview} isOld={drafting.isLooking.value} />
      </Stack>
    </form>
  );
}

/** All usable columns but the ones left out; shown are the ones that are used. */
function Features({ app, drafting }: FormProps) {
  const form = drafting.form.value;
  const draft = drafting.draft.value;
  if (!form || !draft) return null;
  const taken = new Set([...form.targets, form.group, form.fold_column]);
  const usable = draft.columns.filter(column => column.can_be_feature && !form.targets.includes(column.name));
  const isUsual = (column: ColumnChoice) => column.is_feature && !taken.has(column.name);
  const used = usable
    .filter(column =>
      isUsual(column) ? !form.left_out.includes(column.name) : form.taken_in.includes(column.name),
    )
    .map(column => column.name);
  const choose = (chosen: string[]) => {
    const now = new Set(chosen);
    drafting.change({
      left_out: usable.filter(column => isUsual(column) && !now.has(column.name)).map(column => column.name),
      taken_in: usable.filter(column => !isUsual(column) && now.has(column.name)).map(column => column.name),
    });
  };
  const left = form.left_out.length;
  return (
    <NotedField
      app={app}
      drafting={drafting}
      field="features"
      aside={
        left
          ? app.t("train_room.features.but", { n: used.length, left })
          : app.t("train_room.features.all", { n: used.length })
      }
    >
      <MultiCombo
        value={used}
        options={usable.map(column => option(app, column))}
        onChange={choose}
        shown={6}
      />
    </NotedField>
  );
}

export interface ColumnComboProps {
  app: App;
  columns: readonly ColumnChoice[];
  value: string | null;
  onChange: (name: string | null) => void;
}

/** One column, or none. */
export function ColumnCombo({ app, columns, value, onChange }: ColumnComboProps) {
  return (
    <Combo
      value={value}
      options={columns.map(column => option(app, column))}
      onChange={onChange}
      placeholder={app.t("train_room.none")}
      clearable
    />
  );
}

function option({ t }: App, { name, kind, unit }: ColumnChoice): Option {
  const hint = unit ?? (kind === "category" ? t("data_room.kind.category") : undefined);
  return { value: name, label: name, hint };
}

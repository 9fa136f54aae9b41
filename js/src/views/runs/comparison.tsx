/** Runs side by side: scores with every fold, and what was done differently. */
import type { App } from "../../app";
import type { Comparison as Compared, ComparedModel } from "../../protocol/types";
import { type Column, FaultNotice, Notice, Section, Stack, Table } from "../../ui";
import { familyName } from "../train/result/board";
import { useAsk } from "../use-ask";
import { FoldStrip } from "./fold-strip";

const HASH = /^[0-9a-f]{64}$/;
const METRICS = ["rmse", "mae", "r2"] as const;

export function Comparison({ app, ids }: { app: App; ids: readonly string[] }) {
  const { t } = app;
  const { value: compared, fault } = useAsk(app, "runs.compare", { job_ids: [...ids] });
  return (
    <Section title={t("runs_room.compare", { n: ids.length })}>
      {fault && <FaultNotice fault={fault} />}
      {compared && (
        <Stack>
          {!compared.is_fair && <Notice level="warning">{t("runs_room.unfair")}</Notice>}
          <Scores app={app} compared={compared} />
          <Settings app={app} compared={compared} />
        </Stack>
      )}
    </Section>
  );
}

function Scores({ app, compared }: { app: App; compared: Compared }) {
  const { t, fmt } = app;
  const titles = new Map(compared.jobs.map(job => [job.id, job.title]));
  const ends = new Map<string, [number, number]>();
  for (const model of compared.models) {
    for (const value of model.scores.rmse?.folds ?? []) {
      if (value === null) continue;
      const [low, high] = ends.get(model.target) ?? [value, value];
      ends.set(model.target, [Math.min(low, value), Math.max(high, value)]);
    }
  }
  const columns: Column<ComparedModel>[] = [
    {
      key: "run",
      title: t("runs_room.column.title"),
      width: "minmax(9rem, 2fr)",
      value: model => titles.get(model.job_id) ?? "",
      cell: model => <span title={model.job_id}>{titles.get(model.job_id)}</span>,
    },
    {
      key: "target",
      title: t("runs_room.column.targets"),
      width: "minmax(6rem, 1fr)",
      value: model => model.target,
      cell: model => <span title={model.target}>{model.target}</span>,
    },
    {
      key: "family",
      title: t("runs_room.column.models"),
      width: "8rem",
      value: model => model.family,
      cell: model => familyName(app, model.family),
    },
    ...METRICS.map(
      (metric): Column<ComparedModel> => ({
        key: metric,
        title: t(`runs_room.metric.${metric}`),
        width: "9rem",
        align: "end",
        value: model => model.scores[metric]?.pooled ?? null,
        cell: model => fmt.spread(model.scores[metric]?.pooled, model.scores[metric]?.spread),
      }),
    ),
    {
      key: "folds",
      title: t("runs_room.column.folds"),
      width: "minmax(8rem, 1fr)",
      cell: model => (
        <FoldStrip
          app={app}
          names={model.fold_names}
          values={model.scores.rmse?.folds ?? []}
          ends={ends.get(model.target) ?? [0, 1]}
        />
      ),
    },
  ];
  return (
    <Table
      label={t("runs_room.scores")}
      columns={columns}
      rows={compared.models}
      rowKey={(model, index) => `${model.job_id}-${model.target}-${model.family}-${index}`}
      tone={model => (model.family === "baseline" ? "quiet" : undefined)}
      height="16rem"
      empty={t("runs_room.no_scores")}
    />
  );
}

interface Setting {
  name: string;
  values: readonly unknown[];
}

function Settings({ app, compared }: { app: App; compared: Compared }) {
  const { t } = app;
  const settings: Setting[] = Object.entries(compared.settings).map(([name, values]) => ({ name, values }));
  const columns: Column<Setting>[] = [
    {
      key: "name",
      title: t("runs_room.column.setting"),
      width: "minmax(9rem, 1fr)",
      cell: setting => setting.name,
    },
    ...compared.jobs.map(
      (job, place): Column<Setting> => ({
        key: job.id,
        title: job.title,
        width: "minmax(8rem, 1fr)",
        cell: setting => <span title={words(setting.values[place])}>{words(setting.values[place])}</span>,
      }),
    ),
  ];
  return (
    <Table
      label={t("runs_room.settings")}
      columns={columns}
      rows={settings}
      rowKey={setting => setting.name}
      height="16rem"
      empty={t("runs_room.same_settings")}
    />
  );
}

function words(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(words).join(", ") || "–";
  if (typeof value === "string" && HASH.test(value)) return value.slice(0, 12);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Which column is which input: what fits, what is missing, what cannot be read, and how many rows will be flagged. */
import type { App } from "../../../app";
import type { BatchView, MappedInput, ModelView } from "../../../protocol/types";
import { Button, type Column, Combo, Table } from "../../../ui";
import { placesOfStep } from "../profiler/scale";
import type { Batch } from "./batch-model";

const NONE = "-";

export interface MappingProps {
  app: App;
  batch: Batch;
  chosen: BatchView;
  opened: ModelView;
}

export function Mapping({ app, batch, chosen, opened }: MappingProps) {
  const { t, fmt } = app;
  const suggested = chosen.inputs.filter(one => one.suggestion !== null);
  const options = [
    { value: NONE, label: t("predict_room.map.none") },
    ...chosen.columns.map((column, place) => ({
      value: String(place),
      label: column.name,
      hint: column.first
        .map(cell => cell ?? "–")
        .join(", ")
        .slice(0, 40),
    })),
  ];
  const columns: Column<MappedInput>[] = [
    {
      key: "input",
      title: t("predict_room.map.input"),
      width: "minmax(6.5rem, 1fr)",
      cell: one => <bdi>{opened.inputs[one.input]?.name}</bdi>,
      value: one => opened.inputs[one.input]?.name ?? null,
    },
    {
      key: "column",
      title: t("predict_room.map.column"),
      width: "minmax(9rem, 1.3fr)",
      cell: one => (
        <Combo
          label={t("predict_room.map.column_of", { input: opened.inputs[one.input]?.name ?? "" })}
          value={one.column === null ? NONE : String(one.column)}
          options={options}
          disabled={batch.isReading.value}
          onChange={place =>
            batch.map(new Map([[one.input, place === null || place === NONE ? null : Number(place)]]))
          }
        />
      ),
    },
    {
      key: "state",
      title: t("predict_room.map.state"),
      width: "minmax(11rem, 2.2fr)",
      cell: one => (
        <State
          app={app}
          batch={batch}
          chosen={chosen}
          one={one}
          isNeeded={opened.inputs[one.input]?.is_needed ?? true}
        />
      ),
      value: one => (one.fault ? 0 : one.outside + one.unseen + one.missing > 0 ? 1 : 2),
    },
    {
      key: "expects",
      title: t("predict_room.map.expects"),
      width: "minmax(8rem, 1fr)",
      cell: one => <Expected app={app} opened={opened} place={one.input} />,
    },
  ];
  return (
    <div class="nbml-predict-mapping">
      {suggested.length > 1 && (
        <Button
          small
          busy={batch.isReading.value}
          onClick={() => batch.map(new Map(suggested.map(one => [one.input, one.suggestion])))}
        >
          {t("predict_room.map.take_all", { n: fmt.count(suggested.length) })}
        </Button>
      )}
      <Table
        label={t("predict_room.map.title")}
        columns={columns}
        rows={chosen.inputs}
        rowKey={one => String(one.input)}
        rowHeight={36}
        height="19rem"
        tone={one => (one.fault ? "error" : undefined)}
      />
      {chosen.extra > 0 && (
        <p class="nbml-quiet">{t("predict_room.map.extra", { n: fmt.count(chosen.extra) }, chosen.extra)}</p>
      )}
    </div>
  );
}

function Expected({ app, opened, place }: { app: App; opened: ModelView; place: number }) {
  const { t, fmt } = app;
  const input = opened.inputs[place];
  if (!input) return null;
  const words =
    input.kind === "category"
      ? fmt.list(input.levels.slice(0, 3)) + (input.levels.length > 3 ? " …" : "")
      : input.low === null
        ? t("predict_room.input.unused")
        : `${fmt.number(input.low, placesOfStep(input))} – ${fmt.number(input.high, placesOfStep(input))}`;
  return (
    <span class="nbml-quiet" title={input.kind === "category" ? input.levels.slice(0, 50).join(", ") : words}>
      {words}
    </span>
  );
}

interface StateProps {
  app: App;
  batch: Batch;
  chosen: BatchView;
  one: MappedInput;
  isNeeded: boolean;
}

function State({ app, batch, chosen, one, isNeeded }: StateProps) {
  const { t, fmt } = app;
  const similar = one.suggestion === null ? undefined : chosen.columns[one.suggestion];
  if (one.fault) {
    return (
      <span class="nbml-predict-bad nbml-predict-state" title={`${one.fault.message} ${one.fault.next_step}`}>
        {similar && (
          <Button
            small
            busy={batch.isReading.value}
            onClick={() => batch.map(new Map([[one.input, one.suggestion]]))}
          >
            {t("predict_room.map.take", { column: similar.name })}
          </Button>
        )}{" "}
        <span>{one.fault.message}</span> <span class="nbml-code-name">{one.fault.code}</span>
      </span>
    );
  }
  if (one.column === null && !isNeeded)
    return <span class="nbml-quiet">{t("predict_room.input.unused")}</span>;
  const words = (["outside", "unseen", "missing"] as const)
    .filter(word => one[word] > 0)
    .map(word => t(`predict_room.map.${word}`, { n: fmt.count(one[word]) }, one[word]));
  return words.length ? (
    <span class="nbml-predict-flag">{words.join(" · ")}</span>
  ) : (
    <span class="nbml-quiet">{t("predict_room.map.fits")}</span>
  );
}

/** The profiler: targets down, inputs across; every curve goes through the current point. */
import { useState } from "preact/hooks";
import type { App } from "../../../app";
import type { ModelView } from "../../../protocol/types";
import { Button, classes, Disclosure, FaultNotice, Menu, MultiCombo, Row, write } from "../../../ui";
import type { PredictModel } from "../model";
import { Cell } from "./cell";
import { InputHead } from "./input-head";
import { Pins } from "./pins";
import { MOST_PINS } from "./profiler-model";
import { RowPicker } from "./row-picker";
import { TargetHead } from "./target-head";

const FAR = 0.95;
const EDGE = 0.8;

export function ProfilerView({ app, model, opened }: { app: App; model: PredictModel; opened: ModelView }) {
  const { t, fmt } = app;
  const { profiler } = model;
  const [isPicking, setPicking] = useState(false);
  const [copied, setCopied] = useState("");
  const view = profiler.view.value;
  const scales = profiler.scales.value;
  const shown = profiler.inputs.value;
  const row = profiler.row.value;
  const fault = profiler.fault.value;
  const copy = async (what: "code" | "cells") => {
    const texts = await app.client.ask("predict.code", { ...model.asking.peek(), row: [...row] });
    setCopied((await write(texts[what])) ? t("panel.copied") : t("panel.copy_failed"));
    setTimeout(() => setCopied(""), 2000);
  };
  return (
    <div class="nbml-predict-profiler">
      <Row>
        {opened.has_rows && (
          <Button small onClick={() => setPicking(true)}>
            {t("predict_room.start_from")}
          </Button>
        )}
        <Button
          small
          disabled={!view || profiler.pins.value.length >= MOST_PINS}
          onClick={() => profiler.pin()}
          title={t("predict_room.pin.help")}
        >
          {t("predict_room.pin")}
        </Button>
        <Button small onClick={() => profiler.reset()}>
          {t("predict_room.reset")}
        </Button>
        <Menu
          small
          items={[
            { id: "code", label: t("predict_room.copy.code"), onSelect: () => copy("code") },
            { id: "cells", label: t("predict_room.copy.row"), onSelect: () => copy("cells") },
          ]}
        >
          {t("predict_room.copy")}
        </Menu>
        <span class="nbml-quiet" aria-live="polite">
          {copied}
        </span>
        {profiler.from.value !== null && (
          <span class="nbml-quiet">
            {t("predict_room.from_row", { row: fmt.count(profiler.from.value + 1) })}
          </span>
        )}
      </Row>
      {fault && !fault.field?.startsWith("inputs.") && (
        <FaultNotice fault={fault} action={{ label: t("panel.again"), onClick: () => profiler.ask() }} />
      )}
      <div
        class={classes("predict-frame", profiler.isWaiting.value && !view && "predict-waits")}
        aria-busy={profiler.isWaiting.value}
      >
        <div class="nbml-predict-grid-of" style={{ "--nbml-inputs": shown.length }}>
          <div class="nbml-predict-corner">
            <Badge app={app} distance={view?.distance ?? null} isKnown={opened.has_distance} />
          </div>
          {shown.map(place => {
            const input = opened.inputs[place];
            return (
              input && (
                <InputHead
                  key={place}
                  app={app}
                  profiler={profiler}
                  input={input}
                  place={place}
                  value={row[place] ?? null}
                />
              )
            );
          })}
          {opened.targets.map((target, number) => (
            <>
              <TargetHead
                key={`head-${target.name}`}
                app={app}
                model={model}
                target={target}
                place={number}
                here={view?.here[number]}
                scale={scales[number]}
              />
              {shown.map(place => {
                const input = opened.inputs[place];
                const scale = scales[number] ?? { low: 0, high: 1 };
                return (
                  input && (
                    <Cell
                      key={`${number}-${place}`}
                      profiler={profiler}
                      input={input}
                      place={place}
                      target={number}
                      value={row[place] ?? null}
                      scale={scale}
                      pins={profiler.pins.value}
                      label={t("predict_room.cell", { target: target.label, input: input.label })}
                    />
                  )
                );
              })}
            </>
          ))}
        </div>
      </div>
      <Pins app={app} opened={opened} profiler={profiler} />
      {opened.inputs.length > shown.length || opened.inputs.length > 6 ? (
        <Disclosure
          summary={t("predict_room.inputs", {
            shown: fmt.count(shown.length),
            n: fmt.count(opened.inputs.length),
          })}
        >
          <MultiCombo
            label={t("predict_room.inputs.choose")}
            value={shown.map(String)}
            options={opened.order.map(place => ({
              value: String(place),
              label: opened.inputs[place]?.label ?? "",
            }))}
            onChange={chosen => profiler.show(chosen.map(Number))}
          />
          <p class="nbml-quiet">{t("predict_room.inputs.help")}</p>
        </Disclosure>
      ) : null}
      {isPicking && <RowPicker model={model} opened={opened} onClose={() => setPicking(false)} />}
    </div>
  );
}

/** How far the point is from the training data. */
function Badge({ app, distance, isKnown }: { app: App; distance: number | null; isKnown: boolean }) {
  const { t, fmt } = app;
  if (!isKnown) return <span class="nbml-quiet">{t("predict_room.distance.unknown")}</span>;
  const word = distance === null || distance < EDGE ? "inside" : distance < FAR ? "edge" : "far";
  return (
    <div class={`nbml-predict-badge nbml-predict-badge-${word}`} aria-live="polite">
      <strong>{distance === null ? "–" : t(`predict_room.distance.${word}`)}</strong>
      <span class="nbml-predict-farther">
        {distance === null ? "" : t("predict_room.distance.farther", { share: fmt.percent(distance) })}
      </span>
    </div>
  );
}

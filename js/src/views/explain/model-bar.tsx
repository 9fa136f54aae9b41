/** Which model is explained, on which rows, and which others stand beside it. */
import type { App } from "../../app";
import type { ExplainView } from "../../protocol/types";
import { Chips, Field, Row, Segmented, Select } from "../../ui";
import { familyName } from "../train/result/board";
import type { Choices, Of } from "./choices";

export function ModelBar({ app, choices, view }: { app: App; choices: Choices; view: ExplainView }) {
  const { t } = app;
  const models = view.targets.find(one => one.target === view.target)?.models ?? [];
  const others = models.filter(one => one.family !== view.family);
  const kinds: Of[] = view.has_final ? ["held_out", "final"] : ["held_out"];
  return (
    <div class="nbml-explain-models">
      <Row>
        {view.targets.length > 1 && (
          <Field label={t("explain_room.target")}>
            <Select
              value={view.target}
              options={view.targets.map(({ target }) => ({ value: target, label: target }))}
              onChange={target => choices.setTarget(target)}
            />
          </Field>
        )}
        <Field label={t("explain_room.model")}>
          <Select
            value={view.family}
            options={models.map(one => ({
              value: one.family,
              label: familyName(app, one.family),
              hint: one.chosen ? t("explain_room.model.chosen") : undefined,
            }))}
            onChange={family => choices.setFamily(family)}
          />
        </Field>
        <Field label={t("explain_room.of")}>
          <Segmented
            value={view.of}
            options={kinds.map(value => ({
              value,
              label: t(`explain_room.of.${value}`),
              hint: t(`explain_room.of.${value}.hint`),
            }))}
            onChange={of => {
              choices.of.value = of;
            }}
          />
        </Field>
        {others.length > 0 && (
          <Field label={t("explain_room.beside")}>
            <Chips
              value={choices.beside.value}
              options={others.map(one => ({ value: one.family, label: familyName(app, one.family) }))}
              onChange={families => {
                choices.beside.value = families;
              }}
            />
          </Field>
        )}
      </Row>
      <p class="nbml-quiet">{t(`explain_room.of.${view.of}.hint`)}</p>
    </div>
  );
}

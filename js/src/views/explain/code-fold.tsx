/** What is seen, as the calls that give it. */
import { useState } from "preact/hooks";
import type { App } from "../../app";
import type { ExplainView } from "../../protocol/types";
import { Code, Disclosure, FaultNotice } from "../../ui";
import { useAsk } from "../use-ask";
import type { Choices } from "./choices";

export function CodeFold({ app, choices, view }: { app: App; choices: Choices; view: ExplainView }) {
  const { t } = app;
  const [isOpen, setOpen] = useState(false);
  const { value: colour } = choices.colour;
  const { value: by } = choices.by;
  const asked = useAsk(
    app,
    "explain.code",
    isOpen
      ? {
          ...choices.model(),
          feature: choices.feature.value ?? view.features[0]?.name ?? null,
          colour: colour.startsWith("=") ? "second" : "strongest",
          second: colour.startsWith("=") ? colour.slice(1) : null,
          by: by.startsWith("=") ? by.slice(1) : null,
          row: choices.row.value,
          pair: choices.pair.value ? [...choices.pair.value] : null,
        }
      : null,
  );
  return (
    <Disclosure summary={t("explain_room.code")} onToggle={setOpen}>
      {asked.fault && <FaultNotice fault={asked.fault} />}
      {asked.value && <Code text={asked.value.call} label={t("explain_room.code")} />}
    </Disclosure>
  );
}

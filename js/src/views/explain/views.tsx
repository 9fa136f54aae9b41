/** How one feature acts, alone and with others: a tab for each way to look at it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { App } from "../../app";
import type { ExplainView, RowView } from "../../protocol/types";
import { Button, Combo, Field, Notice, Row, Section, Select, Stack, Tabs } from "../../ui";
import { useAsk } from "../use-ask";
import { type Choices, type Model, NONE, STRONGEST, type View } from "./choices";
import { ringAt, ringOnResidual } from "./marks";
import { Drawn, Picture, Work } from "./picture";

interface ViewsProps {
  app: App;
  choices: Choices;
  view: ExplainView;
  row: RowView | null;
}

const VIEWS: View[] = ["dependence", "partial", "interactions", "permutation", "residuals"];

export function Views(props: ViewsProps) {
  const { app, choices, view } = props;
  const { t } = app;
  const model = { ...choices.model(), target: view.target, family: view.family };
  const feature = view.features.some(one => one.name === choices.feature.value)
    ? choices.feature.value
    : (view.features[0]?.name ?? null);
  const shared = { ...props, model };
  return (
    <Section title={t("explain_room.tabs")}>
      <Tabs
        label={t("explain_room.tabs")}
        tabs={VIEWS.map(id => ({ id, label: t(`explain_room.tab.${id}`) }))}
        value={choices.view.value}
        onChange={id => {
          choices.view.value = id;
        }}
      >
        {choices.view.value === "dependence" && feature && <Dependence {...shared} feature={feature} />}
        {choices.view.value === "partial" && feature && <Partial {...shared} feature={feature} />}
        {choices.view.value === "interactions" && <Interactions {...shared} />}
        {choices.view.value === "permutation" && <Permutation {...shared} />}
        {choices.view.value === "residuals" && <Residuals {...shared} />}
      </Tabs>
    </Section>
  );
}

type PartProps = ViewsProps & { model: Model };

function FeatureChoice(props: { app: App; choices: Choices; view: ExplainView; feature: string }) {
  const { app, choices, view, feature } = props;
  return (
    <Field label={app.t("explain_room.feature")} inline>
      <Combo
        value={feature}
        options={view.features.map(one => ({
          value: one.name,
          label: one.label,
          hint: one.unit ?? undefined,
        }))}
        onChange={name => {
          if (name !== null) choices.feature.value = name;
        }}
      />
    </Field>
  );
}

function Dependence({ app, choices, view, row, model, feature }: PartProps & { feature: string }) {
  const { t } = app;
  const { value: colour } = choices.colour;
  const second = colour.startsWith("=") ? colour.slice(1) : null;
  const how = second !== null ? "second" : colour === NONE ? "none" : "strongest";
  const others = view.features.filter(one => one.name !== feature).slice(0, 200);
  return (
    <Stack tight>
      <Row>
        <FeatureChoice app={app} choices={choices} view={view} feature={feature} />
        <Field label={t("explain_room.partner")} inline>
          <Combo
            value={colour}
            options={[
              { value: STRONGEST, label: t("explain_room.partner.strongest") },
              { value: NONE, label: t("explain_room.partner.none") },
              ...others.map(one => ({ value: `=${one.name}`, label: one.label })),
            ]}
            onChange={value => {
              choices.colour.value = value ?? STRONGEST;
            }}
          />
        </Field>
      </Row>
      <Picture
        app={app}
        ask={{ ...model, name: "dependence", feature, second, colour: how }}
        label={`${t("explain_room.tab.dependence")}: ${feature}`}
        height={380}
        onClick={pickRow(choices)}
        over={figure => ringAt(figure, row, feature)}
      />
    </Stack>
  );
}

function Partial({ app, choices, view, model, feature }: PartProps & { feature: string }) {
  const { t } = app;
  const { value: by } = choices.by;
  const others = view.features.filter(one => one.name !== feature).slice(0, 200);
  const columns = [...(view.group === null ? [] : [view.group]), ...others.map(one => one.name)];
  const label = (name: string) => others.find(one => one.name === name)?.label ?? name;
  const chosen = by.startsWith("=") && columns.includes(by.slice(1)) ? by.slice(1) : null;
  return (
    <Stack tight>
      <Row>
        <FeatureChoice app={app} choices={choices} view={view} feature={feature} />
        <Field label={t("explain_room.by")} inline>
          <Combo
            value={chosen === null ? NONE : by}
            options={[
              { value: NONE, label: t("explain_room.by.none") },
              ...columns.map(name => ({ value: `=${name}`, label: label(name) })),
            ]}
            onChange={value => {
              choices.by.value = value ?? NONE;
            }}
          />
        </Field>
      </Row>
      <Picture
        app={app}
        ask={{ ...model, name: "partial", feature, by: chosen }}
        label={`${t("explain_room.tab.partial")}: ${feature}`}
        height={380}
      />
    </Stack>
  );
}

function Interactions({ app, choices, view, model }: PartProps) {
  const { t, fmt } = app;
  const [wanted, setWanted] = useState<string | null>(null);
  const key = JSON.stringify(model);
  const cost = useAsk(app, "explain.cost", view.has_pairs ? model : null);
  const isWanted = wanted === key || cost.value?.at_hand === true;
  const pairs = useAsk(
    app,
    "explain.figure",
    view.has_pairs && isWanted && cost.value ? { ...model, name: "interactions" } : null,
  );
  if (!view.has_pairs) {
    return <Notice level="info">{t("explain_room.interactions.none")}</Notice>;
  }
  if (cost.fault) return <Drawn app={app} asked={{ ...cost, value: null }} label="" />;
  if (!cost.value) return <Work app={app} note={null} />;
  if (!isWanted) {
    const said = {
      time: fmt.about(cost.value.seconds),
      n: cost.value.n_features,
      rows: fmt.count(cost.value.n_rows),
    };
    return (
      <div class="nbml-explain-cost">
        <p>{t("explain_room.interactions.cost", said)}</p>
        <Button kind="primary" onClick={() => setWanted(key)}>
          {t("explain_room.interactions.start")}
        </Button>
      </div>
    );
  }
  const found = (pairs.value?.pairs ?? []).map(({ first, second }) => [first, second] as const);
  const chosen = choices.pair.value ?? found[0] ?? null;
  const name = (one: string) => view.features.find(line => line.name === one)?.label ?? one;
  return (
    <div class="nbml-explain-halves">
      <Drawn
        app={app}
        asked={pairs}
        label={t("explain_room.tab.interactions")}
        onClick={([place]) => {
          const pair = place === undefined ? undefined : found[place];
          if (pair) choices.pair.value = pair;
        }}
        onStop={() => setWanted(null)}
      />
      {chosen && !pairs.isOld && (
        <Stack tight>
          <Field label={t("explain_room.interactions.pair")} inline>
            <Select
              value={JSON.stringify(chosen)}
              options={found.map(pair => ({
                value: JSON.stringify(pair),
                label: pair.map(name).join(" × "),
              }))}
              onChange={value => {
                choices.pair.value = JSON.parse(value);
              }}
            />
          </Field>
          <Picture
            app={app}
            ask={{ ...model, name: "pair", feature: chosen[0], second: chosen[1] }}
            label={`${t("explain_room.tab.interactions")}: ${chosen.join(" × ")}`}
            height={340}
            onClick={pickRow(choices)}
          />
        </Stack>
      )}
    </div>
  );
}

function Permutation({ app, choices, model, view }: PartProps) {
  const { t } = app;
  const [isStopped, setStopped] = useState(false);
  if (view.of !== "held_out") return <Notice level="info">{t("explain_room.permutation.held_out")}</Notice>;
  if (isStopped) {
    return <Button onClick={() => setStopped(false)}>{t("panel.again")}</Button>;
  }
  const features = view.features.slice(0, choices.shown.value).map(one => one.name);
  return (
    <Quietly words={t("explain_room.permutation.hint")}>
      <Picture
        app={app}
        ask={{ ...model, name: "permutation", features }}
        label={t("explain_room.tab.permutation")}
        onClick={([place]) => {
          const name = place === undefined ? undefined : features[place];
          if (name !== undefined) choices.look(name);
        }}
        onStop={() => setStopped(true)}
      />
    </Quietly>
  );
}

function Residuals({ app, choices, model, row }: PartProps) {
  return (
    <Picture
      app={app}
      ask={{ ...model, name: "residuals" }}
      label={app.t("explain_room.tab.residuals")}
      onClick={pickRow(choices)}
      over={figure => ringOnResidual(figure, row)}
    />
  );
}

function Quietly({ words, children }: { words: string; children: ComponentChildren }) {
  return (
    <Stack tight>
      {children}
      <p class="nbml-quiet">{words}</p>
    </Stack>
  );
}

function pickRow(choices: Choices): (rows: number[]) => void {
  return ([row]) => {
    if (row !== undefined) choices.row.value = row;
  };
}

/** Which features matter, and how: bars and swarms on one list of features, of one model or several side by side. */
import { useMemo } from "preact/hooks";
import type { App } from "../../app";
import type { ExplainView, RowView } from "../../protocol/types";
import { Button, Columns, Row, Section, TextBox } from "../../ui";
import { familyName } from "../train/result/board";
import { useAsk } from "../use-ask";
import { type Choices, FIRST, MOST, type Model, matching } from "./choices";
import { strokes } from "./marks";
import { Picture } from "./picture";

interface OverviewProps {
  app: App;
  choices: Choices;
  view: ExplainView;
  /** The chosen row as the first model has it. */
  row: RowView | null;
}

export function Overview({ app, choices, view, row }: OverviewProps) {
  const { t } = app;
  const found = useMemo(() => matching(view, choices.words.value), [view, choices.words.value]);
  const features = found.slice(0, choices.shown.value).map(one => one.name);
  const model = { ...choices.model(), target: view.target, family: view.family };
  const beside = choices.beside.value;
  const parts = { app, choices, features };
  return (
    <>
      <FeatureLine app={app} choices={choices} view={view} found={found.length} shown={features.length} />
      {!features.length && (
        <p class="nbml-quiet">{t("explain_room.features.none", { words: choices.words.value })}</p>
      )}
      {features.length > 0 && !beside.length && (
        <Columns
          share="half"
          left={<Bars {...parts} model={model} />}
          right={<Swarms {...parts} model={model} row={row} />}
        />
      )}
      {features.length > 0 && beside.length > 0 && (
        <div class="nbml-explain-beside">
          {[view.family, ...beside].map(family => (
            <div key={family} class="nbml-column">
              <h4 class="nbml-explain-model">{familyName(app, family)}</h4>
              <Bars {...parts} model={{ ...model, family }} />
              {family === view.family ? (
                <Swarms {...parts} model={model} row={row} />
              ) : (
                <OtherSwarms {...parts} model={{ ...model, family }} />
              )}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function FeatureLine(props: Omit<OverviewProps, "row"> & { found: number; shown: number }) {
  const { app, choices, view, found, shown } = props;
  const { t, fmt } = app;
  const more = Math.min(found, MOST) - shown;
  return (
    <Row>
      {view.features.length > FIRST / 2 && (
        <span class="nbml-explain-search">
          <TextBox
            type="search"
            label={t("explain_room.features.search")}
            placeholder={t("explain_room.features.search")}
            value={choices.words.value}
            onChange={words => {
              choices.words.value = words;
            }}
          />
        </span>
      )}
      <span class="nbml-quiet" role="status">
        {t("explain_room.features.shown", {
          shown: fmt.count(shown),
          count: fmt.count(view.features.length),
        })}
      </span>
      {more > 0 && (
        <Button
          small
          onClick={() => {
            choices.shown.value += Math.min(more, FIRST);
          }}
        >
          {t("explain_room.features.more", { n: Math.min(more, FIRST) })}
        </Button>
      )}
      {choices.shown.value > FIRST && (
        <Button
          small
          onClick={() => {
            choices.shown.value = FIRST;
          }}
        >
          {t("explain_room.features.fewer")}
        </Button>
      )}
    </Row>
  );
}

interface PartProps {
  app: App;
  choices: Choices;
  features: string[];
  model: Model;
}

function Bars({ app, choices, features, model }: PartProps) {
  const { t } = app;
  const pick = ([place]: number[]) => {
    const name = place === undefined ? undefined : features[place];
    if (name !== undefined) choices.look(name);
  };
  return (
    <Section title={t("explain_room.bar")} aside={<Hint words={t("explain_room.bar.hint")} />}>
      <Picture
        app={app}
        ask={{ ...model, name: "bar", features }}
        label={t("explain_room.bar")}
        height={tall(features)}
        onClick={pick}
      />
    </Section>
  );
}

function Swarms({ app, choices, features, model, row }: PartProps & { row: RowView | null }) {
  const { t } = app;
  const pick = ([number]: number[]) => {
    if (number !== undefined) choices.row.value = number;
  };
  return (
    <Section title={t("explain_room.beeswarm")} aside={<Hint words={t("explain_room.beeswarm.hint")} />}>
      <Picture
        app={app}
        ask={{ ...model, name: "beeswarm", features }}
        label={t("explain_room.beeswarm")}
        height={tall(features)}
        onClick={pick}
        over={figure => strokes(figure, row, features)}
      />
    </Section>
  );
}

/** Another model's swarms, with what the chosen row is to that model. */
function OtherSwarms(props: PartProps) {
  const row = props.choices.row.value;
  const seen = useAsk(props.app, "explain.row", row === null ? null : { ...props.model, row });
  return <Swarms {...props} row={seen.value} />;
}

function Hint({ words }: { words: string }) {
  return <span class="nbml-quiet nbml-explain-hint">{words}</span>;
}

function tall(features: readonly string[]): number {
  return features.length * 25 + 110;
}

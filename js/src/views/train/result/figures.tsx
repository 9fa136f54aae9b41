/** The figures of a result, one in front; each is asked of the kernel when it is first looked at. */
import { useEffect, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { PlotlyFigure } from "../../../figure/plotly";
import type { Body } from "../../../protocol/client";
import { Closed, KernelFault } from "../../../protocol/client";
import type { FigureView, ResultView, TargetResult } from "../../../protocol/types";
import { FaultNotice, Figure, Row, Select, Tabs } from "../../../ui";
import { familyName } from "./board";

type Ask = Body<"train.figure">;
type Name = Ask["name"];
type Colour = NonNullable<Ask["colour"]>;
const NAMES: Name[] = ["parity", "residuals", "fold_scores", "search_history", "parameter_importance"];

export function Figures({ app, view, result }: { app: App; view: ResultView; result: TargetResult }) {
  const { t } = app;
  const [name, setName] = useState<Name>("parity");
  const models = result.leaders.filter(row => row.trial !== null);
  const best = models.find(row => row.chosen)?.family ?? models[0]?.family ?? null;
  const [family, setFamily] = useState<string | null>(null);
  const [colour, setColour] = useState<Colour>(view.group === null ? "none" : "group");
  const chosen = models.some(row => row.family === family) ? family : best;
  const ofModel = name === "parity" || name === "residuals" || name === "parameter_importance";
  const ofRows = name === "parity" || name === "residuals";
  const { figure, note, fault } = useFigure(app, {
    job_id: view.job_id,
    name,
    target: result.target,
    family: ofModel ? chosen : null,
    colour: ofRows ? colour : "none",
  });
  const colours: Colour[] = view.group === null ? ["none", "fold"] : ["group", "fold", "none"];
  return (
    <Tabs
      label={t("train_room.figures")}
      tabs={NAMES.map(id => ({ id, label: t(`train_room.figures.${id}`) }))}
      value={name}
      onChange={setName}
    >
      <Row>
        {ofModel && models.length > 1 && (
          <Select
            label={t("train_room.board.model")}
            value={chosen}
            options={models.map(row => ({ value: row.family, label: familyName(app, row.family) }))}
            onChange={setFamily}
          />
        )}
        {ofRows && (
          <Select
            label={t("train_room.colour")}
            value={colour}
            options={colours.map(value => ({
              value,
              label: t(`train_room.colour.${value}`, { group: view.group ?? "" }),
            }))}
            onChange={setColour}
          />
        )}
      </Row>
      {fault && <FaultNotice fault={fault} />}
      {note && <p class="nbml-quiet">{note}</p>}
      {!fault && !(note && !figure) && (
        <Figure
          figure={figure}
          height={name === "parity" ? 420 : 340}
          label={`${t(`train_room.figures.${name}`)}: ${result.target}`}
        />
      )}
    </Tabs>
  );
}

function useFigure(app: App, ask: Ask) {
  const key = JSON.stringify([ask, app.store.language.value]);
  const [made, setMade] = useState<{ key: string; view: FigureView } | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  useEffect(() => {
    const asked = new AbortController();
    setFault(null);
    app.client.ask("train.figure", ask, { signal: asked.signal }).then(
      view => setMade({ key, view }),
      error => {
        if (error instanceof KernelFault) setFault(error);
        else if (!(error instanceof Closed)) throw error;
      },
    );
    return () => asked.abort(new Closed());
  }, [key]);
  const view = made?.key === key ? made.view : null;
  return { figure: (view?.figure ?? null) as PlotlyFigure | null, note: view?.note ?? "", fault };
}

/** A figure of the kernel's with its waiting and its fault, at the height it was made for. */
import type { App } from "../../app";
import type { PlotlyFigure } from "../../figure/plotly";
import type { Body } from "../../protocol/client";
import type { ExplainFigure, ProgressNote } from "../../protocol/types";
import { Button, FaultNotice, Figure, ProgressBar } from "../../ui";
import { type Asked, useAsk } from "../use-ask";

export type FigureAsk = Body<"explain.figure">;

export interface PictureProps {
  app: App;
  ask: FigureAsk | null;
  label: string;
  height?: number;
  onClick?: (rows: number[]) => void;
  /** Draws over what the kernel made. */
  over?: (figure: PlotlyFigure | null) => PlotlyFigure | null;
  /** Gives long work up. */
  onStop?: () => void;
}

export function Picture({ app, ask, ...props }: PictureProps) {
  return <Drawn app={app} asked={useAsk(app, "explain.figure", ask)} {...props} />;
}

type DrawnProps = Omit<PictureProps, "ask"> & { asked: Asked<ExplainFigure> };

export function Drawn({ app, asked, label, height = 340, onClick, over, onStop }: DrawnProps) {
  const figure = asked.value?.figure as PlotlyFigure | undefined;
  if (asked.fault) {
    return <FaultNotice fault={asked.fault} action={{ label: app.t("panel.again"), onClick: asked.again }} />;
  }
  if (!figure && asked.progress) return <Work app={app} note={asked.progress} onStop={onStop} />;
  const own = figure?.layout?.height;
  const drawn = over ? over(figure ?? null) : (figure ?? null);
  return (
    <div class={asked.isOld && figure ? "nbml-explain-old" : undefined} aria-busy={asked.isOld}>
      <Figure
        figure={drawn}
        label={label}
        height={typeof own === "number" ? own : height}
        onClick={onClick}
      />
    </div>
  );
}

export function Work({ app, note, onStop }: { app: App; note: ProgressNote | null; onStop?: () => void }) {
  const share = note?.total ? note.done / note.total : null;
  const words = note?.text || app.t("explain_room.loading");
  return (
    <div class="nbml-explain-work">
      <ProgressBar value={share} label={words}>
        {words}
      </ProgressBar>
      {onStop && (
        <Button small onClick={onStop}>
          {app.t("explain_room.stop")}
        </Button>
      )}
    </div>
  );
}

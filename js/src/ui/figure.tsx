import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PlotElement, Plotly, PlotlyFigure, PlotPoint } from "../figure/plotly";
import { themed } from "../figure/theme";
import { Button } from "./button";
import { useLocale } from "./locale";

export interface FigureProps {
  /** Plotly's JSON as the kernel sends it; null while it is being made, with its space kept. */
  figure: PlotlyFigure | null;
  /** What it shows, in words: its name for screen readers. */
  label: string;
  height?: number;
  /** Rows of the points clicked or selected: `customdata`, else the point's number. */
  onClick?: (rows: number[]) => void;
  onSelect?: (rows: number[]) => void;
  /** Where there is nothing to draw. */
  empty?: ComponentChildren;
}

/** A plotly figure in the panel's colours and size. */
export function Figure({ figure, label, height = 320, onClick, onSelect, empty }: FigureProps) {
  const { t, plots } = useLocale();
  const place = useRef<HTMLDivElement>(null);
  const heard = useRef({ onClick, onSelect });
  heard.current = { onClick, onSelect };
  const [plotly, setPlotly] = useState<Plotly | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const wanted = figure !== null && plots !== null;
  useEffect(() => {
    if (!wanted || plotly) return;
    let isGone = false;
    plots.load().then(
      loaded => !isGone && setPlotly(() => loaded),
      (error: unknown) => !isGone && setFault(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isGone = true;
    };
  }, [wanted, attempt]);
  useLayoutEffect(() => {
    const { current: el } = place;
    if (!el || !plotly || !figure) return;
    return draw(plotly, el, figure, height, heard);
  }, [plotly, figure, height]);
  useLayoutEffect(() => {
    const { current: el } = place;
    return () => {
      if (el) plotly?.purge(el);
    };
  }, [plotly]);
  if (figure && !figure.data.length && empty) return <div class="nbml-figure-empty">{empty}</div>;
  return (
    <div class="nbml-figure" style={{ height: `${height}px` }}>
      <div
        ref={place}
        class="nbml-figure-place"
        role="img"
        aria-label={label}
        aria-busy={figure === null || !plotly}
      />
      {plotly && figure && (
        <div class="nbml-figure-save">
          <Button small kind="quiet" onClick={() => save(plotly, place.current, figure, label, height)}>
            {t("panel.figure.save")}
          </Button>
        </div>
      )}
      {!plotly && !fault && <div class="nbml-figure-waits">{t("panel.figure.loading")}</div>}
      {fault && (
        <div class="nbml-figure-waits">
          {t("panel.figure.failed")} {fault}{" "}
          <Button
            small
            onClick={() => {
              setFault(null);
              setAttempt(attempt + 1);
            }}
          >
            {t("panel.again")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Hands the figure to the browser as a picture on the panel's own paper. */
async function save(
  plotly: Plotly,
  el: HTMLElement | null,
  figure: PlotlyFigure,
  label: string,
  height: number,
) {
  if (!el) return;
  const { data, layout } = themed(figure, el, height);
  const paper = getComputedStyle(el).getPropertyValue("--nbml-surface").trim() || "#fff";
  const size = { width: el.clientWidth, height, scale: 2 };
  const picture = { data, layout: { ...layout, paper_bgcolor: paper } };
  const link = document.createElement("a");
  link.href = await plotly.toImage(picture, { format: "png", ...size });
  link.download = `${label.replace(/[\\/:*?"<>|]+/g, " ").trim() || "figure"}.png`;
  link.click();
}

type Heard = { current: Pick<FigureProps, "onClick" | "onSelect"> };

/** Draws, follows the size and the theme; gives what ends that. */
function draw(
  plotly: Plotly,
  el: HTMLElement,
  figure: PlotlyFigure,
  height: number,
  heard: Heard,
): () => void {
  let isGone = false;
  let frame = 0;
  const paint = () => {
    frame = 0;
    if (isGone || !el.isConnected) return;
    const { data, layout, config } = themed(figure, el, height);
    plotly.react(el, data, layout, config).then(drawn => listen(drawn, heard));
  };
  const later = () => {
    frame ||= requestAnimationFrame(paint);
  };
  let width = el.clientWidth;
  paint();
  const sized = new ResizeObserver(() => {
    if (el.clientWidth === width) return;
    width = el.clientWidth;
    later();
  });
  sized.observe(el);
  const root = el.closest(".nbml");
  const dressed = new MutationObserver(later);
  if (root) dressed.observe(root, { attributeFilter: ["data-theme"] });
  return () => {
    isGone = true;
    cancelAnimationFrame(frame);
    sized.disconnect();
    dressed.disconnect();
  };
}

function listen(drawn: PlotElement, heard: Heard): void {
  drawn.removeAllListeners?.("plotly_click");
  drawn.removeAllListeners?.("plotly_selected");
  drawn.on("plotly_click", event => heard.current.onClick?.(rowsOf(event?.points)));
  drawn.on("plotly_selected", event => event && heard.current.onSelect?.(rowsOf(event.points)));
}

/** Row numbers behind points: `customdata` or its first entry, else the point's own number. */
export function rowsOf(points: readonly PlotPoint[] = []): number[] {
  return points.map(({ customdata, pointNumber }) => {
    const row: unknown = Array.isArray(customdata) ? customdata[0] : customdata;
    return typeof row === "number" ? row : pointNumber;
  });
}

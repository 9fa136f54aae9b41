/** The part of Plotly's face that panels use. */
export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout?: Record<string, unknown>;
  config?: Record<string, unknown>;
}

export interface PlotPoint {
  curveNumber: number;
  pointNumber: number;
  customdata?: unknown;
}

export interface PlotElement extends HTMLElement {
  on(event: string, heard: (event: { points?: PlotPoint[] } | undefined) => void): void;
  removeAllListeners?(event: string): void;
}

export interface Plotly {
  react(el: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<PlotElement>;
  purge(el: HTMLElement): void;
  toImage(
    figure: Pick<PlotlyFigure, "data" | "layout">,
    options: { format: "png" | "svg"; width: number; height: number; scale?: number },
  ): Promise<string>;
  Plots: { resize(el: HTMLElement): Promise<void> | void };
}

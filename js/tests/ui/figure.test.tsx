/** A figure: its space is kept, its module is asked for once a page, clicks give rows, its end is clean. */
import { gzipSync } from "node:zlib";
import { act, screen, waitFor } from "@testing-library/preact";
import { describe, expect, it, vi } from "vitest";
import { FakeKernel } from "../../dev/fake-kernel";
import type { PlotElement, Plotly } from "../../src/figure/plotly";
import { plotsFrom } from "../../src/figure/plots";
import { Client } from "../../src/protocol/client";
import { Figure } from "../../src/ui";
import { rowsOf } from "../../src/ui/figure";
import { draw, makeApp } from "../kit";

const FIGURE = { data: [{ type: "scatter", y: [1, 2] }], layout: { xaxis: { title: { text: "measured" } } } };

function fakePlotly() {
  const heard = new Map<string, (event: unknown) => void>();
  const plotly = {
    react: vi.fn(async (el: HTMLElement) => {
      (el as PlotElement).on = (name, on) => heard.set(name, on as (event: unknown) => void);
      return el as PlotElement;
    }),
    purge: vi.fn(),
    toImage: vi.fn(async () => "data:image/png;base64,"),
    Plots: { resize: vi.fn() },
  };
  return { plotly: plotly as typeof plotly & Plotly, heard };
}

describe("Figure", () => {
  it("keeps its space while it is being made and while its module is loaded", async () => {
    const app = await makeApp();
    const { container } = draw(<Figure label="Parity" figure={null} height={240} />, app);
    expect((container.querySelector(".nbml-figure") as HTMLElement).style.height).toBe("240px");
    expect(screen.getByText("Loading the figure")).toBeTruthy();
  });

  it("draws in the panel's colours, gives rows on a click, draws anew for another theme, and ends", async () => {
    const { plotly, heard } = fakePlotly();
    const app = await makeApp();
    app.plots.load = async () => plotly;
    const onClick = vi.fn();
    const { container, unmount } = draw(<Figure label="Parity" figure={FIGURE} onClick={onClick} />, app);
    await waitFor(() => expect(plotly.react).toHaveBeenCalledTimes(1));
    const layout = (plotly.react.mock.calls[0] as unknown[])[2] as Record<string, Record<string, unknown>>;
    expect(layout.paper_bgcolor).toBe("rgba(0,0,0,0)");
    expect(layout.xaxis).toMatchObject({ title: { text: "measured" }, automargin: true });
    await waitFor(() => expect(heard.has("plotly_click")).toBe(true));
    heard.get("plotly_click")?.({ points: [{ curveNumber: 0, pointNumber: 1, customdata: [17] }] });
    expect(onClick).toHaveBeenCalledWith([17]);
    await act(async () => container.setAttribute("data-theme", "dark"));
    await waitFor(() => expect(plotly.react).toHaveBeenCalledTimes(2));
    unmount();
    expect(plotly.purge).toHaveBeenCalledTimes(1);
  });

  it("says why when it cannot be drawn, and tries again when asked", async () => {
    const { plotly } = fakePlotly();
    const app = await makeApp();
    app.plots.load = vi.fn().mockRejectedValueOnce(new Error("not built")).mockResolvedValue(plotly);
    draw(<Figure label="Parity" figure={FIGURE} />, app);
    await screen.findByText(/not built/);
    await act(async () => screen.getByRole("button", { name: "Try again" }).click());
    await waitFor(() => expect(plotly.react).toHaveBeenCalled());
  });

  it("reads rows from customdata, else the point's own number", () => {
    const point = { curveNumber: 0, pointNumber: 3 };
    expect(rowsOf([{ ...point, customdata: [5, "x"] }, { ...point, customdata: 6 }, point])).toEqual([
      5, 6, 3,
    ]);
  });
});

describe("the module that draws", () => {
  const packed = gzipSync("export default { marker: 42 };").toString("base64");
  const answer = vi.fn(({ request_id }: { request_id: string }, kernel: FakeKernel) => {
    const half = Math.ceil(packed.length / 2);
    for (const index of [1, 0]) {
      const text = packed.slice(index * half, (index + 1) * half);
      kernel.tell({ v: 1, kind: "chunk", request_id, index, count: 2, text });
    }
    return { chunks: 2, bytes: packed.length, sha256: "" };
  });

  it("is asked for once a page, and again by another panel when the first one failed", async () => {
    const broken = plotsFrom(
      new Client(
        new FakeKernel({
          figure_module: () =>
            Promise.reject({ code: "NBML-W58", message: "not built", next_step: "", field: null }),
        }),
        "a",
      ),
    );
    await expect(broken.load()).rejects.toThrow("not built");
    const asked = vi.fn(answer);
    const working = plotsFrom(new Client(new FakeKernel({ figure_module: asked as never }), "b"));
    await expect(working.load()).rejects.toThrow(); // jsdom has no modules from blobs; the browser tests draw
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("is asked for once by figures that come at the same time", async () => {
    const asked = vi.fn(answer);
    const plots = plotsFrom(new Client(new FakeKernel({ figure_module: asked as never }), "d"));
    const loads = [plots.load(), plots.load(), plots.load()];
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    expect(asked).toHaveBeenCalledTimes(1);
    await Promise.allSettled(loads);
  });

  it("is shared by the panels of a page", async () => {
    const { plotly } = fakePlotly();
    (globalThis as { nbmlPage?: unknown }).nbmlPage = { plots: Promise.resolve(plotly) };
    const asked = vi.fn();
    const plots = plotsFrom(new Client(new FakeKernel({ figure_module: asked }), "c"));
    expect(await plots.load()).toBe(plotly);
    expect(asked).not.toHaveBeenCalled();
  });
});

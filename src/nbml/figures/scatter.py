"""Two quantities against each other, coloured by a third column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import distinct, with_unit
from nbml.figures.theme import COLOURS, MOST_POINTS, OTHERS, SEQUENTIAL, WEBGL_FROM, figure, thinned
from nbml.i18n import text

Numbers = NDArray[np.float64]


def scatter(
    x: Numbers,
    y: Numbers,
    x_name: str,
    y_name: str,
    *,
    x_unit: str | None = None,
    y_unit: str | None = None,
    colour: Numbers | None = None,
    codes: NDArray[np.integer] | None = None,
    levels: Sequence[str] = (),
    colour_name: str = "",
    colour_unit: str | None = None,
    most: int = MOST_POINTS,
) -> go.Figure:
    """Points of two quantities; ``customdata`` holds the number of each row, from 1.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n_rows,)
        Rows in which either is missing or infinite are left out.
    x_name, y_name, x_unit, y_unit : str
        For the axes, as they stand in the table; made safe here.
    colour : ndarray of float64, shape (n_rows,), optional
        A quantity, on a sequential scale.
    codes, levels : optional
        A category instead: place of each row's level, -1 where it has none. The seven with most rows get a
        colour of their own.
    colour_name, colour_unit : str
    most : int
        Points that are drawn; more are thinned, the same ones every time, and the figure says so.
    """
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    rows = known[thinned(known.size, most)]
    note = (
        text("chart.thinned", shown=f"{rows.size:,}", count=f"{known.size:,}")
        if rows.size < known.size
        else ""
    )
    kind = go.Scattergl if rows.size >= WEBGL_FROM else go.Scatter
    size, opacity = (6, 0.75) if rows.size < 2_000 else (4, 0.5)
    here = f"{text('chart.row')} %{{customdata}}<br>%{{x:.5~g}}, %{{y:.5~g}}"

    def points(part: NDArray[np.intp], marker: dict[str, Any], name: str = "", **more: Any) -> Any:
        return kind(
            x=x[part], y=y[part], customdata=part + 1, mode="markers", name=name,
            marker={"size": size, "opacity": opacity, **marker},
            hovertemplate=f"{here}<extra>{name}</extra>", **more,
        )  # fmt: skip

    if codes is not None:
        traces = _by_level(points, rows, codes, levels)
    elif colour is not None:
        bar = {"title": {"text": with_unit(colour_name, colour_unit, 24)}, "thickness": 12}
        scale = {"color": colour[rows], "colorscale": SEQUENTIAL, "colorbar": bar, "showscale": True}
        traces = [points(rows, scale)]
    else:
        traces = [points(rows, {"color": COLOURS[0]})]
    made = figure(*traces, x=with_unit(x_name, x_unit), y=with_unit(y_name, y_unit), note=note)
    if codes is not None:
        made.update_layout(
            legend_title_text=with_unit(colour_name, colour_unit, 24),
            showlegend=True,
            legend_itemsizing="constant",
        )
    return made


def _by_level(
    points: Any, rows: NDArray[np.intp], codes: NDArray[np.integer], levels: Sequence[str]
) -> list[Any]:
    held = codes[rows]
    sizes = np.bincount(held[held >= 0], minlength=len(levels))
    largest = np.sort(np.argsort(-sizes, kind="stable")[: len(COLOURS)])
    largest = largest[sizes[largest] > 0]
    names = distinct([levels[i] for i in largest], 24)
    others = rows[~np.isin(held, largest)]
    traces = [points(others, {"color": OTHERS}, text("chart.others"))] if others.size else []
    for place, (level, name) in enumerate(zip(largest, names, strict=True)):
        traces.append(points(rows[held == level], {"color": COLOURS[place]}, name))
    return traces

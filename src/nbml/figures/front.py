"""The front of an inverse search: any two columns of its table, a third as colour, training rows behind."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import plain
from nbml.figures.theme import COLOURS, OTHERS, SEQUENTIAL, WEBGL_FROM, figure, thinned
from nbml.i18n import text

if TYPE_CHECKING:
    import pandas as pd

MOST_TOLD = 12
"""Columns that a point tells on hover."""
PREFIX = "predicted_"


def front(
    table: pd.DataFrame,
    x: str,
    y: str,
    colour: str | None = None,
    *,
    measured: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> go.Figure:
    """Pareto rows as points.

    Parameters
    ----------
    table : DataFrame
        As ``OptimizeResult.pareto``; a column ``knee`` marks the best bargain with a star.
    x, y : str
        Columns on the axes.
    colour : str, optional
        A numeric column for the colour.
    measured : (ndarray, ndarray), optional
        Training rows on the same axes.
    """
    traces = _traces(table, {"x": x, "y": y}, colour, measured)
    made = figure(*traces, x=title(x), y=title(y))
    return made.update_layout(showlegend=len(traces) > 1, legend={"orientation": "h", "y": 1.08})


def front_in_space(
    table: pd.DataFrame,
    x: str,
    y: str,
    z: str,
    colour: str | None = None,
    *,
    measured: tuple[NDArray[np.float64], ...] | None = None,
) -> go.Figure:
    """Pareto rows as points over three columns, as ``front`` draws them over two."""
    columns = {"x": x, "y": y, "z": z}
    traces = _traces(table, columns, colour, measured)
    axes = {f"{axis}axis": {"title": {"text": _title_in_space(column)}} for axis, column in columns.items()}
    return figure(*traces).update_layout(
        scene=axes | {"aspectmode": "cube"},
        showlegend=len(traces) > 1,
        legend={"orientation": "h", "y": 1.08},
    )


def _traces(
    table: pd.DataFrame,
    columns: Mapping[str, str],
    colour: str | None,
    measured: tuple[NDArray[np.float64], ...] | None,
) -> list[Any]:
    """Training rows, where there are any, and the front before them; ``columns`` by axis."""
    in_space = len(columns) == 3
    kind = go.Scatter3d if in_space else go.Scatter
    traces: list[Any] = []
    if measured is not None and len(measured[0]):
        at = thinned(len(measured[0]), WEBGL_FROM) if in_space else thinned(len(measured[0]))
        behind = go.Scattergl if not in_space and len(at) >= WEBGL_FROM else kind
        traces.append(
            behind(
                **{axis: cells[at] for axis, cells in zip(columns, measured, strict=True)},
                mode="markers",
                name=text("optimize.figure.measured"),
                marker={"color": OTHERS, "size": 2.5 if in_space else 4, "opacity": 0.4},
                hoverinfo="skip",
            )
        )
    traces.append(
        kind(
            **{axis: table[column].to_numpy() for axis, column in columns.items()},
            mode="markers",
            name=text("optimize.figure.front"),
            marker=_marker(table, colour, in_space=in_space),
            hovertext=_hover(table),
            hovertemplate="%{hovertext}<extra></extra>",
            customdata=np.arange(len(table)),
        )
    )
    return traces


def _marker(table: pd.DataFrame, colour: str | None, *, in_space: bool) -> dict[str, Any]:
    knee = table["knee"].to_numpy(dtype=bool) if "knee" in table else np.zeros(len(table), dtype=bool)
    marker: dict[str, Any] = {"color": COLOURS[0]}
    if in_space:
        marker |= {"size": 5, "symbol": np.where(knee, "diamond", "circle")}
    else:
        marker |= {
            "size": np.where(knee, 14, 8),
            "symbol": np.where(knee, "star", "circle"),
            "line": {"width": np.where(knee, 1.5, 0.5), "color": "rgba(60,60,60,0.8)"},
        }
    if colour is not None:
        marker |= {
            "color": table[colour].to_numpy(dtype=np.float64),
            "colorscale": SEQUENTIAL,
            "colorbar": {"title": {"text": title(colour)}, "thickness": 12},
        }
    return marker


def title(column: str) -> str:
    """The name of a column as an axis says it."""
    if column.startswith(PREFIX):
        return f"{plain(column.removeprefix(PREFIX))} · {text('optimize.figure.predicted')}"
    return plain(column)


def _title_in_space(column: str) -> str:
    """As ``title``, where entities are not read but tags are."""
    return unescape(title(column)).translate({ord("<"): "‹", ord(">"): "›"})


def _hover(table: pd.DataFrame) -> list[str]:
    columns = list(table.columns[:MOST_TOLD])
    lines = []
    for cells in zip(*(table[name] for name in columns), strict=True):
        told = (
            f"{plain(name, 24)}: {f'{cell:.6g}' if isinstance(cell, float) else plain(cell, 24)}"
            for name, cell in zip(columns, cells, strict=True)
        )
        lines.append("<br>".join(told))
    return lines

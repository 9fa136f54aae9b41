"""Every row of a front as a line over its inputs and goals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from nbml.figures.front import title
from nbml.figures.names import distinct
from nbml.figures.theme import SEQUENTIAL, figure

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS = 30


def parallel_coordinates(table: pd.DataFrame, columns: Sequence[str], colour: str) -> go.Figure:
    """Lines over axes that can be brushed and moved.

    Parameters
    ----------
    table : DataFrame
        As ``OptimizeResult.pareto``.
    columns : sequence of str
        The axes in order, numbers or levels.
    colour : str
        A numeric column for the colour of the lines.
    """
    dimensions = [_axis(table, name) for name in columns]
    values = table[colour].to_numpy(dtype=np.float64)
    made = figure(
        go.Parcoords(
            dimensions=dimensions,
            line={
                "color": values,
                "colorscale": SEQUENTIAL,
                "showscale": True,
                "colorbar": {"title": {"text": title(colour)}, "thickness": 12},
            },
            labelangle=-20,
            labelside="top",
        )
    )
    return made.update_layout(margin={"l": 64, "r": 24, "t": 96, "b": 24})


def _axis(table: pd.DataFrame, name: str) -> dict[str, Any]:
    column = table[name]
    if column.dtype.kind in "iufb":
        return {"label": title(name), "values": column.to_numpy(dtype=np.float64)}
    levels = list(dict.fromkeys(column.astype(str)))
    places = {level: k for k, level in enumerate(levels)}
    shown = levels[:MOST_LEVELS]
    return {
        "label": title(name),
        "values": np.array([places[str(cell)] for cell in column], dtype=np.float64),
        "tickvals": list(range(len(shown))),
        "ticktext": distinct(shown, 16),
    }

"""What a feature contributes against its value, coloured by the feature it acts together with most."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from nbml.figures.explained_rows import Told, colour_traces, drawing, spread_out
from nbml.figures.theme import MOST_POINTS
from nbml.i18n import text

MOST_TOLD = 3_000


def dependence(
    told: Told, feature: int, colour: int | None = None, *, row: int | None = None, most: int = MOST_POINTS
) -> go.Figure:
    """Points of the rows; ``customdata`` holds the number of each row, from 1.

    Parameters
    ----------
    told : Told
    feature : int
        Column on the axis; rows without a value stand at the left, levels side by side.
    colour : int, optional
        Column of the partner.
    row : int, optional
        Place of an explained row to mark.
    most : int
        Points drawn; more are thinned, and the figure says so.
    """
    places, note = told.thinned(most, [] if row is None else [row])
    effect = told.explained.values[places, feature]
    return against(told, feature, effect, colour, places, note, told.effect, row)


def against(
    told: Told,
    feature: int,
    effect: np.ndarray[tuple[int], np.dtype[np.float64]],
    colour: int | None,
    places: np.ndarray[tuple[int], np.dtype[np.intp]],
    note: str,
    title: str,
    row: int | None,
) -> go.Figure:
    """Draw an effect of some rows against a feature's value."""  # fmt: skip
    x, axis = spread_out(told, feature, places)
    traces, layout = colour_traces(
        told, places, x, effect, _hover(told, places, feature, effect, colour), colour
    )
    made = drawing(*traces, x=told.axis(feature), y=title, note=note)
    if row is not None:
        at = int(np.searchsorted(places, row))
        made.add_scatter(
            x=[x[at]], y=[effect[at]], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"symbol": "circle-open", "size": 14, "color": "#d55e00", "line": {"width": 3}},
        )  # fmt: skip
    made.add_hline(y=0, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    made.update_xaxes(zeroline=False, **axis)
    return made.update_layout(**layout)


def _hover(
    told: Told, places: np.ndarray[tuple[int], np.dtype[np.intp]], feature: int,
    effect: np.ndarray[tuple[int], np.dtype[np.float64]], colour: int | None,
) -> list[str]:  # fmt: skip
    word, shown = text("explain_room.figure.row"), [feature, *([] if colour is None else [colour])]
    columns = list(zip(shown, told.names(shown), strict=True)) if places.size <= MOST_TOLD else []
    lines = []
    for at, size in zip(places, effect, strict=True):
        line = f"<b>{word} {int(told.explained.rows[at]) + 1}</b><br>{size:+.4g}"
        for k, name in columns:
            line += f"<br>{name} = {told.cell(k, told.explained.X[at, k])}"
        lines.append(line)
    return lines

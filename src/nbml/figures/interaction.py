"""Pairs of features that act together: the strongest as bars, one of them row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.dependence import against
from nbml.figures.explained_rows import Told, drawing
from nbml.figures.names import plain, with_unit
from nbml.figures.shap_bar import feature_axis
from nbml.figures.theme import COLOURS
from nbml.i18n import text


def interaction(told: Told, pairs: Sequence[tuple[int, int, float]], *, n_rows: int) -> go.Figure:
    """Bars of pairs, the strongest on top; ``customdata`` holds the place of each pair in `pairs`.

    Parameters
    ----------
    told : Told
    pairs : sequence of (int, int, float)
        Two columns and the mean absolute effect of both together beyond each alone, in target units.
    n_rows : int
        Rows it was measured on; said on the figure.
    """
    names = [" × ".join(told.names([i, j], 14)) for i, j, _ in pairs]
    unit = f" {plain(told.unit, 12)}" if told.unit else ""
    bars = go.Bar(
        x=[size for *_, size in pairs],
        y=list(range(len(pairs))),
        orientation="h",
        marker={"color": COLOURS[2]},
        customdata=list(range(len(pairs))),
        hovertext=names,
        hovertemplate=f"%{{hovertext}}<br>%{{x:.4~g}}{unit}<extra></extra>",
    )
    note = told.note("measured_on", n_rows)
    made = drawing(bars, x=with_unit(text("explain_room.figure.mean_pair"), told.unit), note=note)
    return feature_axis(made, names).update_xaxes(rangemode="tozero")


def pair(
    told: Told,
    first: int,
    second: int,
    effect: NDArray[np.float64],
    places: NDArray[np.intp],
    *,
    row: int | None = None,
) -> go.Figure:
    """What a pair does beyond its features alone: against the first, coloured by the second.

    Parameters
    ----------
    told : Told
    first, second : int
        Columns.
    effect : ndarray of float64, shape (n,)
        Of the rows at `places`, in target units.
    places : ndarray of int, shape (n,)
        Ascending; where they are not all rows the figure says so.
    row : int, optional
        Place of a row to mark, if it is among them.
    """  # fmt: skip
    note = told.note("measured_on", places.size)
    title = with_unit(text("explain_room.figure.pair_effect"), told.unit)
    marked = row if row is not None and row in places else None
    return against(told, first, effect, second, places, note, title, marked)

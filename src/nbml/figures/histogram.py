"""How one column is distributed: bars over its range, or over its most frequent levels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from nbml.figures.names import distinct, with_unit
from nbml.figures.theme import figure
from nbml.i18n import text
from nbml.spec.profile import ColumnProfile


def histogram(
    profile: ColumnProfile, name: str, unit: str | None = None, *, is_time: bool = False
) -> go.Figure:
    """Bars of how many rows fall where.

    Parameters
    ----------
    profile : ColumnProfile
        What was counted; rows that are missing or infinite, and levels not listed, are told in the note.
    name, unit : str
        For the axis.
    is_time : bool
        Whether the range is milliseconds since 1970, shown as dates.
    """
    notes = []
    if left_out := profile.n_missing + profile.n_infinite:
        notes.append(text("chart.left_out", count=f"{left_out:,}"))
    rows, title = text("chart.rows"), with_unit(name, unit)
    if profile.shape != "levels":
        edges = np.asarray(profile.edges)
        trace = go.Bar(
            x=edges[:-1] / 2 + edges[1:] / 2,
            y=profile.bars,
            width=np.diff(edges),
            customdata=[_span(low, high, is_time) for low, high in pairwise(profile.edges)],
            hovertemplate=f"%{{customdata}}<br>{rows} %{{y:,}}<extra></extra>",
        )
        made = figure(trace, x=title, y=rows, note=" · ".join(notes))
        return made.update_xaxes(type="date" if is_time else "linear")
    if profile.n_levels > len(profile.levels):
        shown = text("chart.first_levels", shown=len(profile.levels), count=f"{profile.n_levels:,}")
        notes.insert(0, shown)
    names = distinct([entry.level for entry in profile.levels], 28)
    places = np.arange(len(names))
    trace = go.Bar(
        x=[entry.rows for entry in profile.levels],
        y=places,
        orientation="h",
        customdata=names,
        hovertemplate=f"%{{customdata}}<br>{rows} %{{x:,}}<extra></extra>",
    )
    made = figure(trace, x=rows, y=title, note=" · ".join(notes))
    return made.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", showgrid=False)


def _span(low: float, high: float, is_time: bool) -> str:
    if is_time:
        ends = np.array([low, high]).astype(np.int64).astype("datetime64[ms]").astype("datetime64[m]")
        return f"{ends[0]} – {ends[1]}".replace("T", " ")
    return f"{low:.6g} – {high:.6g}"

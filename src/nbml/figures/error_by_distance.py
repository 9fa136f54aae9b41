"""Whether errors grow with the distance to the data: mean error of held-out rows, near to far."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from nbml.figures.names import with_unit
from nbml.figures.theme import COLOURS, figure
from nbml.i18n import text


def error_by_distance(
    edges: Sequence[tuple[float, float]],
    errors: Sequence[float | None],
    rows: Sequence[int],
    *,
    far: float,
    unit: str | None = None,
) -> go.Figure:
    """One bar a range of distance, far ones in another colour; the number of rows stands under each.

    Parameters
    ----------
    edges : sequence of (float, float)
        Ranges of distance, 0 to 1, ascending.
    errors : sequence of float or None
        Mean absolute error in target units; None where there is no row.
    rows : sequence of int
        Held-out rows of each range.
    far : float
        Distance from which a row counts as far.
    unit : str, optional
    """
    names = [f"{low:g} – {high:g}" for low, high in edges]
    words = text("train_room.figure.rows")
    bars = go.Bar(
        x=list(range(len(edges))), y=list(errors), customdata=[f"{n:,}" for n in rows],
        marker={"color": [COLOURS[3] if low >= far else COLOURS[0] for low, _ in edges], "opacity": 0.85},
        hovertemplate=f"%{{y:.4~g}}<br>%{{customdata}} {words}<extra></extra>",
    )  # fmt: skip
    made = figure(bars, x=text("report.domain.axis"), y=with_unit(text("report.domain.error"), unit))
    ticks = [f"{name}<br>{n:,}" for name, n in zip(names, rows, strict=True)]
    made.update_xaxes(tickvals=list(range(len(edges))), ticktext=ticks, showgrid=False, zeroline=False)
    return made.update_yaxes(rangemode="tozero").update_layout(showlegend=False, bargap=0.25)

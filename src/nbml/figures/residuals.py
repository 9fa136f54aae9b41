"""What is left over: measured minus predicted, against the prediction, with how often each size occurs."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from nbml.figures.names import plain, with_unit
from nbml.figures.row_points import HeldOut, drawn, legend, point_traces
from nbml.figures.theme import OTHERS, figure
from nbml.i18n import text

BINS = 30
_LINE = {"color": "rgba(128,128,128,0.9)", "width": 1}


def residuals(data: HeldOut) -> go.Figure:
    """Residuals against predictions, a band of one RMSE, and their histogram at the right.

    Parameters
    ----------
    data : HeldOut
        Out-of-fold predictions; a trend or a funnel in them is something the model has not learnt.
    """
    places, note = drawn(data)
    left = data.residual
    rmse = float(np.sqrt(np.mean(np.square(left)))) if left.size else 0.0
    counts, edges = np.histogram(left, BINS) if left.size else (np.zeros(1), np.array([0.0, 1.0]))
    bars = go.Bar(
        x=counts, y=(edges[:-1] + edges[1:]) / 2, width=np.diff(edges), orientation="h", xaxis="x2",
        marker={"color": OTHERS, "opacity": 0.6}, showlegend=False,
        hovertemplate=f"%{{y:.4~g}}: %{{x}} {text('train_room.figure.rows')}<extra></extra>",
    )  # fmt: skip
    made = figure(
        *point_traces(data, places, data.predicted, left),
        bars,
        x=f"{plain(data.name, 24)} · {with_unit(text('train_room.figure.predicted'), data.unit)}",
        y=with_unit(text("train_room.figure.residual"), data.unit),
        note=note,
    )
    made.add_hline(y=0, line=_LINE)
    if rmse:
        band = {"fillcolor": "rgba(128,128,128,0.12)", "line_width": 0, "layer": "below"}
        made.add_hrect(y0=-rmse, y1=rmse, **band)
    made.update_layout(
        xaxis={"domain": [0, 0.84]},
        xaxis2={"domain": [0.86, 1], "showticklabels": False, "showgrid": False, "ticks": "", "title": ""},
        bargap=0,
    )
    return legend(made, data)

"""Measured against predicted: how close rows come that a model has not seen."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from nbml.figures.names import plain, with_unit
from nbml.figures.row_points import HeldOut, drawn, legend, point_traces
from nbml.figures.theme import figure
from nbml.i18n import text

_LINE = {"color": "rgba(128,128,128,0.9)", "width": 1}


def parity(data: HeldOut) -> go.Figure:
    """Predicted on x, measured on y, on equal scales, with the line on which both are the same.

    Parameters
    ----------
    data : HeldOut
        Out-of-fold predictions; points are coloured by its levels and tell their row on hover.
    """
    places, note = drawn(data)
    both = np.concatenate([data.measured, data.predicted])
    low, high = (float(both.min()), float(both.max())) if both.size else (0.0, 1.0)
    margin = 0.04 * (high - low) or max(abs(low) * 0.04, 1e-9)
    ends = [low - margin, high + margin]
    diagonal = go.Scatter(x=ends, y=ends, mode="lines", line=_LINE, hoverinfo="skip", showlegend=False)
    made = figure(
        diagonal,
        *point_traces(data, places, data.predicted, data.measured),
        x=f"{plain(data.name, 24)} · {with_unit(text('train_room.figure.predicted'), data.unit)}",
        y=with_unit(text("train_room.figure.measured"), data.unit),
        note=note,
    )
    made.update_xaxes(range=ends, constrain="domain")
    made.update_yaxes(range=ends, scaleanchor="x", scaleratio=1, constrain="domain")
    return legend(made, data)

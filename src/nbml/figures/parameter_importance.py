"""Which hyperparameters a search's scores depended on."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from nbml.figures.names import plain
from nbml.figures.theme import COLOURS, figure
from nbml.i18n import text


def parameter_importance(shares: Mapping[str, float], *, trials: int) -> go.Figure:
    """Bars, the largest on top.

    Parameters
    ----------
    shares : mapping of str to float
        Importance by parameter, in [0, 1].
    trials : int
        Trials it was taken from; said above the plot.
    """
    ordered = sorted(shares.items(), key=lambda item: item[1])
    bars = go.Bar(
        x=[share for _, share in ordered],
        y=[plain(name) for name, _ in ordered],
        orientation="h",
        marker={"color": COLOURS[0]},
        hovertemplate="%{y}: %{x:.0%}<extra></extra>",
    )
    made = figure(
        bars, x=text("train_room.figure.importance"), note=text("train_room.figure.fanova", trials=trials)
    )
    made.update_xaxes(range=[0, 1], tickformat=".0%")
    return made.update_yaxes(showgrid=False, ticks="", type="category")

"""Mean absolute Shapley values as bars, the largest on top, with their spread over the folds."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from nbml.figures.explained_rows import SHOWN, Told, drawing
from nbml.figures.names import plain, with_unit
from nbml.figures.theme import COLOURS, OTHERS
from nbml.i18n import text
from nbml.i18n.numbers import plus_minus
from nbml.ml.explain.importance import Importance, mean_shap

ROW_PX, LEVELS_PX, FRAME_PX = 22, 29, 110


def shap_bar(
    told: Told, features: Sequence[int] | None = None, importance: Importance | None = None
) -> go.Figure:
    """Bars of features, the first on top.

    Parameters
    ----------
    told : Told
    features : sequence of int, optional
        Columns in order; the 20 most important when left out, the others summed in a last bar.
    importance : Importance, optional
        Made here when left out.
    """
    importance = importance or mean_shap(told.explained)
    order = importance.order
    chosen = list(order[:SHOWN] if features is None else features)
    names, spread = told.names(chosen), importance.spread
    sizes = [float(importance.mean[k]) for k in chosen]
    spreads = [0.0 if spread is None else float(spread[k]) for k in chosen]
    colours = [COLOURS[0]] * len(chosen)
    rest = order[len(chosen) :] if features is None else []
    if rest:
        names.append(text("explain_room.figure.rest", count=len(rest)))
        sizes.append(float(importance.mean[rest].sum()))
        spreads.append(0.0)
        colours.append(OTHERS)
    unit = f" {plain(told.unit, 12)}" if told.unit else ""
    places = list(range(len(names)))
    bars = go.Bar(
        x=sizes,
        y=places,
        orientation="h",
        marker={"color": colours},
        customdata=places,
        hovertext=[
            f"{name}<br>{plus_minus(size, off or None)}{unit}"
            for name, size, off in zip(names, sizes, spreads, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        error_x=None
        if spread is None
        else {"type": "data", "array": spreads, "thickness": 1, "width": 3, "color": "rgba(128,128,128,0.9)"},
    )
    made = drawing(bars, x=with_unit(text("explain_room.figure.mean_shap"), told.unit), note=told.note())
    return feature_axis(made, names, row_px(told, chosen)).update_xaxes(rangemode="tozero")


def row_px(told: Told, features: Sequence[int]) -> int:
    """Height of a feature's row: there is room for the levels under a category's name."""
    return LEVELS_PX if any(told.is_category(k) for k in features) else ROW_PX


def feature_axis(made: go.Figure, names: Sequence[str], height: int = ROW_PX) -> go.Figure:
    """Features down the side, the first on top, a fixed height each."""
    made.update_yaxes(
        tickvals=list(range(len(names))), ticktext=list(names), range=[len(names) - 0.4, -0.6],
        showgrid=False, ticks="", zeroline=False,
    )  # fmt: skip
    return made.update_layout(height=len(names) * height + FRAME_PX, showlegend=False, bargap=0.3)

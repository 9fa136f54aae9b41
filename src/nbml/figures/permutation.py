"""Permutation importance beside mean Shapley values, feature by feature: where they disagree, it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from nbml.figures.explained_rows import SHOWN, Told, drawing
from nbml.figures.names import plain, with_unit
from nbml.figures.shap_bar import feature_axis
from nbml.figures.theme import COLOURS
from nbml.i18n import text
from nbml.i18n.numbers import plus_minus
from nbml.ml.explain.importance import Importance, mean_shap

RANKS_APART = 3
"""Features whose two ranks differ by so much, and by a third of the list, are marked."""


def permutation(
    told: Told, importance: Importance, features: Sequence[int] | None = None, *, n_rows: int
) -> go.Figure:
    """Two bars a feature, side by side: what the model uses it for, and what is lost without it.

    Parameters
    ----------
    told : Told
    importance : Importance
        Rise of the error by permutation, in target units.
    features : sequence of int, optional
        Columns in order; the 20 with the largest rise when left out.
    n_rows : int
        Held-out rows that were shuffled.
    """
    used = mean_shap(told.explained)
    chosen = list(importance.order[:SHOWN] if features is None else features)
    apart = disagreeing(used, importance)
    names = [
        f"{name}{' ◆' if k in apart else ''}" for k, name in zip(chosen, told.names(chosen), strict=True)
    ]
    unit = f" {plain(told.unit, 12)}" if told.unit else ""

    def bars(of: Importance, axis: str, colour: str) -> go.Bar:
        spread = of.spread
        off = None if spread is None else [float(spread[k]) for k in chosen]
        said = [plus_minus(float(of.mean[k]), None if off is None else off[i] or None)
                for i, k in enumerate(chosen)]  # fmt: skip
        return go.Bar(
            x=[float(of.mean[k]) for k in chosen], y=list(range(len(chosen))), orientation="h", xaxis=axis,
            marker={"color": colour}, customdata=list(range(len(chosen))), showlegend=False,
            hovertext=[f"{name}<br>{words}{unit}" for name, words in zip(names, said, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
            error_x=None if off is None else {"type": "data", "array": off, "thickness": 1, "width": 3,
                                              "color": "rgba(128,128,128,0.9)"},
        )  # fmt: skip

    note = told.note("measured_on", n_rows)
    made = drawing(bars(used, "x", COLOURS[0]), bars(importance, "x2", COLOURS[1]), note=note)
    feature_axis(made, names)
    used_title = with_unit(text("explain_room.figure.mean_shap"), told.unit)
    lost_title = with_unit(text("explain_room.figure.rise"), told.unit)
    return made.update_layout(
        xaxis={"domain": [0, 0.48], "title": {"text": used_title}},
        xaxis2={"domain": [0.52, 1], "anchor": "y",
                "title": {"text": lost_title}},
    )  # fmt: skip


def disagreeing(used: Importance, lost: Importance) -> list[int]:
    """Features that the two measures rank far apart, as far as either finds them to matter at all."""
    n = len(used.mean)
    first, second = np.empty(n, dtype=int), np.empty(n, dtype=int)
    first[used.order] = second[lost.order] = np.arange(n)
    far = max(RANKS_APART, -(-n // 3))
    matters = (used.mean >= 0.05 * used.mean.max(initial=0)) | (lost.mean >= 0.05 * lost.mean.max(initial=0))
    return [int(k) for k in np.flatnonzero((np.abs(first - second) >= far) & matters)]

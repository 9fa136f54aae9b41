"""How a model's error differs between folds, beside the other models and the mean as a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from nbml.figures.names import distinct, plain, with_unit
from nbml.figures.theme import COLOURS, OTHERS, figure
from nbml.i18n import text

BASELINE = "baseline"
MOST_FOLDS = 30


def fold_scores(
    scores: Mapping[str, Sequence[float | None]],
    fold_names: Sequence[str],
    rows: Sequence[int],
    *,
    unit: str | None = None,
) -> go.Figure:
    """RMSE by fold: one dot a model; the baseline as a dash.

    Parameters
    ----------
    scores : mapping of str to sequence of float or None
        RMSE by fold for each family; ``baseline`` is the mean. None is left open.
    fold_names : sequence of str
    rows : sequence of int
        Held-out rows of each fold.
    unit : str, optional
    """
    n = min(len(fold_names), MOST_FOLDS)
    ticks = list(range(n))
    names = distinct(fold_names[:n], 18)
    traces = []
    families = [name for name in scores if name != BASELINE]
    for place, family in enumerate([*families, *([BASELINE] if BASELINE in scores else [])]):
        is_baseline = family == BASELINE
        words = text("train_room.baseline") if is_baseline else plain(family)
        marker = (
            {"symbol": "line-ew-open", "size": 18, "color": OTHERS, "line": {"width": 2}}
            if is_baseline
            else {"size": 9, "color": COLOURS[place % len(COLOURS)], "opacity": 0.85}
        )
        traces.append(
            go.Scatter(
                x=ticks, y=list(scores[family][:n]), mode="markers", name=words, marker=marker,
                hovertemplate=f"%{{customdata}}<br>%{{y:.4~g}}<extra>{words}</extra>", customdata=names,
            )
        )  # fmt: skip
    note = (
        "" if n == len(fold_names) else text("train_room.figure.first_folds", shown=n, count=len(fold_names))
    )
    made = figure(*traces, x=text("train_room.figure.fold"), y=with_unit("RMSE", unit), note=note)
    labels = [f"{name}<br>{count:,}" for name, count in zip(names, rows, strict=False)] if n <= 12 else names
    made.update_xaxes(tickvals=ticks, ticktext=labels, showgrid=False)
    return made.update_yaxes(rangemode="tozero")

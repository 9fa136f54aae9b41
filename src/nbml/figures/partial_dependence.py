"""Predictions as one feature takes other values: single rows, their mean with its spread, and the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.explained_rows import Told, drawing
from nbml.figures.names import distinct, plain, with_unit
from nbml.figures.theme import COLOURS, OTHERS
from nbml.i18n import text
from nbml.ml.explain.partial import Partial

MOST_CURVES = 60
MOST_GROUPS = 7
_FAINT = "rgba(128,128,128,0.28)"


def partial_dependence(
    told: Told,
    feature: int,
    partial: Partial,
    *,
    rug: NDArray[np.float64] | None = None,
    codes: NDArray[np.integer] | None = None,
    levels: Sequence[str] = (),
    by: str = "",
) -> go.Figure:
    """Faint lines for rows, a line with a band for their mean, or a mean for each group.

    Parameters
    ----------
    told : Told
    feature : int
    partial : Partial
    rug : ndarray of float64, optional
        Values the data has, drawn as strokes at the foot; those of the rows of `partial` when left out.
    codes, levels, by : optional
        Group of each row of `partial` (-1 for none), the groups' names, and what they are of.
    """  # fmt: skip
    is_category = told.is_category(feature)
    x = np.arange(len(partial.grid), dtype=np.float64) if is_category else partial.grid
    some = partial.curves[_evenly(len(partial.curves), MOST_CURVES)]
    gaps = np.full((len(some), 1), np.nan)
    traces: list[Any] = [
        go.Scatter(
            x=np.tile(np.append(x, np.nan), len(some)), y=np.hstack([some, gaps]).ravel(), mode="lines",
            line={"width": 0.8, "color": _FAINT}, hoverinfo="skip", name=text("explain_room.figure.rows"),
        )
    ]  # fmt: skip
    mode = "lines+markers" if is_category else "lines"
    if codes is None:
        traces += _mean_with_band(partial, x, mode)
    else:
        sizes = np.bincount(codes[codes >= 0], minlength=len(levels))
        kept = np.sort(np.argsort(-sizes, kind="stable")[:MOST_GROUPS])
        kept = kept[sizes[kept] > 0]
        names = distinct([levels[k] for k in kept], 20)
        for shade, k, name in zip(COLOURS, kept, names, strict=False):
            traces.append(
                go.Scatter(x=x, y=partial.curves[codes == k].mean(axis=0), mode=mode, name=name,
                           line={"width": 2.2, "color": shade},
                           hovertemplate=f"{name}<br>%{{x}}: %{{y:.4~g}}<extra></extra>")
            )  # fmt: skip
    note = told.note("mean_of", len(partial.curves))
    own = partial.own if rug is None else rug
    traces.append(_rug(own, partial.grid, is_category=is_category))
    made = drawing(*traces, x=told.axis(feature), y=with_unit(plain(told.target, 24), told.unit), note=note)
    made.update_layout(
        showlegend=True, legend={"title": {"text": plain(by, 20)}, "itemsizing": "constant"},
        yaxis={"domain": [0.07, 1]}, yaxis2={"domain": [0, 0.05], "visible": False, "range": [0, 1]},
    )  # fmt: skip
    made.update_xaxes(anchor="y2")
    if is_category:
        words = [told.cell(feature, value) for value in partial.grid]
        made.update_xaxes(tickvals=x, ticktext=words, range=[-0.5, len(x) - 0.5], showgrid=False)
    return made


def _mean_with_band(partial: Partial, x: NDArray[np.float64], mode: str) -> list[Any]:
    mean, spread = partial.mean, partial.spread
    made: list[Any] = []
    if spread is not None:
        made.append(
            go.Scatter(
                x=np.concatenate([x, x[::-1]]), y=np.concatenate([mean + spread, (mean - spread)[::-1]]),
                mode="lines", line={"width": 0}, fill="toself", fillcolor="rgba(0,114,178,0.22)",
                hoverinfo="skip", name=text("explain_room.figure.fold_spread"),
            )
        )  # fmt: skip
    made.append(
        go.Scatter(x=x, y=mean, mode=mode, line={"width": 2.6, "color": COLOURS[0]},
                   name=text("explain_room.figure.mean"), hovertemplate="%{x}: %{y:.4~g}<extra></extra>")
    )  # fmt: skip
    return made


def _rug(own: NDArray[np.float64], grid: NDArray[np.float64], *, is_category: bool) -> Any:
    """Strokes where the data is; of a category as many beside each other as rows have the level."""
    known = own[np.isfinite(own)]
    some = known[_evenly(len(known), 1_000)]
    if is_category:
        some = np.searchsorted(grid[np.isfinite(grid)], some) + np.random.default_rng(0).uniform(
            -0.3, 0.3, len(some)
        )
    return go.Scatter(
        x=some, y=np.full(len(some), 0.5), yaxis="y2", mode="markers", hoverinfo="skip", showlegend=False,
        marker={"symbol": "line-ns", "size": 9, "line": {"width": 0.8, "color": OTHERS}},
    )  # fmt: skip


def _evenly(n: int, most: int) -> NDArray[np.intp]:
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(np.intp)

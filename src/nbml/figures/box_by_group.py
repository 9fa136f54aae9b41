"""How a quantity differs between levels: one box a level, its five figures computed here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import distinct, with_unit
from nbml.figures.theme import OTHERS, WEBGL_FROM, figure, thinned
from nbml.i18n import text

MOST_GROUPS = 30
_MOST_OUTLIERS = 2_000


def box_by_group(
    values: NDArray[np.float64],
    codes: NDArray[np.integer],
    levels: Sequence[str],
    name: str,
    group: str,
    unit: str | None = None,
) -> go.Figure:
    """Boxes of a quantity by group.

    Parameters
    ----------
    values : ndarray of float64, shape (n_rows,)
        Missing and infinite values are left out.
    codes : ndarray of int, shape (n_rows,)
        Place of each row's level in `levels`, -1 where it has none.
    levels : sequence of str
        In the order to draw; of more than 30 those with most rows, which the figure says.
    name, unit, group : str
        For the axes.

    Notes
    -----
    Tukey's box: quartiles, whiskers to the last value within 1.5 interquartile ranges, the others as points.
    """
    known = np.isfinite(values) & (codes >= 0)
    y, places = values[known], codes[known]
    sizes = np.bincount(places, minlength=len(levels))
    held = np.flatnonzero(sizes)
    kept = np.sort(held[np.argsort(-sizes[held], kind="stable")][:MOST_GROUPS])
    order = np.argsort(places, kind="stable")
    parts = np.split(y[order], np.cumsum(sizes)[:-1])
    boxes = np.empty((len(kept), 5))
    outside: list[NDArray[np.float64]] = []
    for i, level in enumerate(kept):
        part = parts[level]
        with np.errstate(over="ignore", invalid="ignore"):  # a range beyond float64 has no outliers
            q1, median, q3 = np.quantile(part, [0.25, 0.5, 0.75])
            reach = 1.5 * (q3 - q1)
            low, high = np.nan_to_num([q1 - reach, q3 + reach])
        within = part[(part >= low) & (part <= high)]
        boxes[i] = within.min(initial=q1), q1, median, q3, within.max(initial=q3)
        far = part[(part < low) | (part > high)]
        outside.append(np.stack([np.full(far.size, float(i)), far]))
    names = distinct([levels[i] for i in kept], 28)
    ticks = np.arange(len(kept))
    traces: list[go.Box | go.Scatter | go.Scattergl] = [
        go.Box(
            x=ticks, lowerfence=boxes[:, 0], q1=boxes[:, 1], median=boxes[:, 2], q3=boxes[:, 3],
            upperfence=boxes[:, 4], showlegend=False, hoverinfo="y", line={"width": 1.2},
        )
    ]  # fmt: skip
    notes = []
    if len(kept) < held.size:
        notes.append(text("chart.largest_groups", shown=len(kept), count=held.size))
    points = np.concatenate(outside, axis=1) if outside else np.empty((2, 0))
    if points.shape[1]:
        rows = thinned(points.shape[1], _MOST_OUTLIERS)
        if rows.size < points.shape[1]:
            notes.append(text("chart.outliers", shown=f"{rows.size:,}", count=f"{points.shape[1]:,}"))
        kind = go.Scattergl if rows.size >= WEBGL_FROM else go.Scatter
        traces.append(
            kind(x=points[0, rows], y=points[1, rows], mode="markers", hoverinfo="y", showlegend=False,
                 marker={"size": 4, "color": OTHERS, "opacity": 0.6})
        )  # fmt: skip
    made = figure(*traces, x=with_unit(group, None), y=with_unit(name, unit), note=" · ".join(notes))
    counts = [f"{label}<br>{sizes[i]:,}" for label, i in zip(names, kept, strict=True)]
    return made.update_xaxes(
        tickvals=ticks,
        ticktext=counts if len(kept) <= 12 else names,
        showgrid=False,
        ticklabeloverflow="allow",
    )

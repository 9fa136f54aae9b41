"""How a search went: the score of every trial, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import plain, with_unit
from nbml.figures.theme import COLOURS, WEBGL_FROM, figure
from nbml.i18n import text


@dataclass(frozen=True, eq=False)
class History:
    """The trials of one search in the order told.

    Attributes
    ----------
    family : str
    numbers : ndarray of int, shape (n_trials,)
    values : ndarray of float64, shape (n_trials,)
        RMSE; NaN where a trial has none.
    states : sequence of str, length n_trials
        complete, failed or pruned.
    """

    family: str
    numbers: NDArray[np.integer]
    values: NDArray[np.float64]
    states: Sequence[str]


def search_history(histories: Sequence[History], *, unit: str | None = None) -> go.Figure:
    """One colour a search: dots for complete trials, a step line for the best so far.

    Trials without a score lie on the lower edge: crosses for failed ones, bars for pruned ones. Scores more
    than three times the median off the best are cut from view but not from the figure.
    """
    traces: list[object] = []
    told = [history.values[np.isfinite(history.values)] for history in histories]
    every = np.concatenate(told) if told else np.empty(0)
    word = text("train_room.figure.trial")
    for colour, history in zip(_colours(len(histories)), histories, strict=True):
        family = plain(history.family)
        known = np.isfinite(history.values)
        kind = go.Scattergl if known.sum() >= WEBGL_FROM else go.Scatter
        traces.append(
            kind(
                x=history.numbers[known], y=history.values[known], mode="markers", showlegend=False,
                legendgroup=family, marker={"color": colour, "size": 6, "opacity": 0.55},
                hovertemplate=f"{word} %{{x}}<br>%{{y:.5~g}}<extra>{family}</extra>",
            )
        )  # fmt: skip
        traces.append(
            go.Scatter(
                x=history.numbers[known], y=np.minimum.accumulate(history.values[known]), mode="lines",
                line={"color": colour, "shape": "hv", "width": 2}, name=family, legendgroup=family,
                hoverinfo="skip",
            )
        )  # fmt: skip
        for state, symbol in (("failed", "x"), ("pruned", "line-ns-open")):
            at = np.array([s == state for s in history.states], dtype=bool) & ~known
            if at.any():
                words = text(f"train_room.trial.{state}")
                traces.append(
                    go.Scatter(
                        x=history.numbers[at], y=np.full(int(at.sum()), every.min() if every.size else 0.0),
                        mode="markers", marker={"symbol": symbol, "color": colour, "size": 8},
                        showlegend=False, legendgroup=family,
                        hovertemplate=f"{word} %{{x}}: {words}<extra>{family}</extra>",
                    )
                )  # fmt: skip
    made = figure(*traces, x=word, y=with_unit("RMSE", unit))
    if every.size:
        low, far = float(every.min()), float(np.median(every))
        top = min(float(every.max()), low + 3 * max(far - low, 1e-12))
        margin = 0.06 * (top - low) or abs(low) * 0.05 or 1.0
        made.update_yaxes(range=[low - margin, top + margin])
    return made.update_layout(showlegend=len(histories) > 1)


def _colours(n: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(n)]

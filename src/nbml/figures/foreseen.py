"""Measured over foreseen: whether experiments came out as a search had promised, within its intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import plain, with_unit
from nbml.figures.theme import COLOURS, figure
from nbml.i18n import text

_LINE = {"color": "rgba(128,128,128,0.9)", "width": 1}
INSIDE, BEYOND = COLOURS[0], COLOURS[3]


def foreseen(
    *,
    numbers: Sequence[int],
    predicted: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    measured: NDArray[np.float64],
    name: str,
    unit: str | None = None,
) -> go.Figure:
    """Foreseen on x with its interval, measured on y, with the line on which both are the same.

    Parameters
    ----------
    numbers : sequence of int
        What the experiments are called.
    predicted, lower, upper, measured : ndarray of float64, shape (n_experiments,)
        In the unit of the target; NaN bounds are not drawn.
    name, unit : str
        Of the target.
    """
    ends = np.concatenate([predicted, measured, lower[np.isfinite(lower)], upper[np.isfinite(upper)]])
    low, high = float(ends.min()), float(ends.max())
    margin = 0.06 * (high - low) or max(abs(low) * 0.05, 1e-9)
    reach = [low - margin, high + margin]
    is_known = np.isfinite(lower) & np.isfinite(upper)
    is_beyond = is_known & ((measured < lower) | (measured > upper))
    diagonal = go.Scatter(x=reach, y=reach, mode="lines", line=_LINE, hoverinfo="skip", showlegend=False)
    traces = [diagonal]
    for mask, key, colour, symbol in (
        (~is_beyond, "inside", INSIDE, "circle"),
        (is_beyond, "beyond", BEYOND, "diamond"),
    ):
        if not mask.any():
            continue
        up, down = (upper - predicted)[mask], (predicted - lower)[mask]
        traces.append(
            go.Scatter(
                x=predicted[mask], y=measured[mask], mode="markers+text", cliponaxis=False,
                name=text(f"optimize_room.planned.{key}"), customdata=np.asarray(numbers)[mask],
                text=[str(number) for number, kept in zip(numbers, mask, strict=True) if kept],
                textposition="top center",
                marker={"color": colour, "size": 10, "symbol": symbol},
                error_x={
                    "type": "data", "symmetric": False, "array": np.nan_to_num(up),
                    "arrayminus": np.nan_to_num(down), "color": colour, "thickness": 1.5, "width": 4,
                },
                hovertemplate="%{customdata}: %{x:.5~g} → %{y:.5~g}<extra></extra>",
            )
        )  # fmt: skip
    made = figure(
        *traces,
        x=f"{plain(name, 24)} · {with_unit(text('optimize.figure.predicted'), unit)}",
        y=with_unit(text("optimize_room.row.measured"), unit),
    )
    made.update_xaxes(range=reach)
    made.update_yaxes(range=reach)
    return made.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    )

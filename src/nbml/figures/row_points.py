"""Rows of a table as points that say on hover which row they are; coloured by a category.

Shared by the figures of out-of-fold predictions. Knows rows and texts, not what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import distinct, plain, with_unit
from nbml.figures.theme import COLOURS, OTHERS, WEBGL_FROM, thinned
from nbml.i18n import text

Numbers = NDArray[np.float64]
WORST_KEPT = 50
"""The rows that are farthest off are always drawn."""
MOST_TOLD = 3_000
"""Points up to which each one tells the values of its row; beyond that it tells its number."""
_CELL = 24


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Out-of-fold predictions of one target with what its rows are known by.

    Attributes
    ----------
    rows : ndarray of int, shape (n_rows,)
        Place of each row in the table, from 0.
    measured, predicted : ndarray of float64, shape (n_rows,)
        In the target's unit, all finite.
    name, unit : str
        Of the target.
    codes : ndarray of int, shape (n_rows,), optional
        Place of each row's level in `levels`.
    levels : sequence of str
        Groups or folds.
    level_name : str
        What the levels are of.
    told : dict of str to sequence
        More columns to tell on hover, by name; values by row as they stand in the table.
    """

    rows: NDArray[np.integer]
    measured: Numbers
    predicted: Numbers
    name: str
    unit: str | None = None
    codes: NDArray[np.integer] | None = None
    levels: Sequence[str] = ()
    level_name: str = ""
    told: dict[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def residual(self) -> Numbers:
        """Measured minus predicted."""
        return self.measured - self.predicted


def drawn(data: HeldOut) -> tuple[NDArray[np.intp], str]:
    """Points to draw, the farthest off among them, and the words to say where that is not all of them."""
    n = len(data.rows)
    worst = np.argsort(-np.abs(data.residual), kind="stable")[:WORST_KEPT]
    places = thinned(n, keep=[int(place) for place in worst])
    if places.size == n:
        return places, ""
    return places, text("train_room.figure.thinned", shown=f"{places.size:,}", count=f"{n:,}")


def point_traces(data: HeldOut, places: NDArray[np.intp], x: Numbers, y: Numbers) -> list[Any]:
    """One trace for each of the levels with most rows, one for the others."""
    kind = go.Scattergl if places.size >= WEBGL_FROM else go.Scatter
    size, opacity = (6, 0.75) if places.size < 2_000 else (4, 0.5)
    hover = np.array(_hover(data, places), dtype=object)

    def trace(part: NDArray[np.bool_], colour: str, name: str = "") -> Any:
        at = places[part]
        return kind(
            x=x[at], y=y[at], customdata=data.rows[at] + 1, hovertext=hover[part], mode="markers", name=name,
            marker={"size": size, "opacity": opacity, "color": colour},
            hovertemplate=f"%{{hovertext}}<extra>{name}</extra>", showlegend=bool(name),
        )  # fmt: skip

    if data.codes is None:
        return [trace(np.ones(places.size, dtype=bool), COLOURS[0])]
    held = data.codes[places]
    sizes = np.bincount(held[held >= 0], minlength=len(data.levels))
    largest = np.sort(np.argsort(-sizes, kind="stable")[: len(COLOURS)])
    largest = largest[sizes[largest] > 0]
    names = distinct([data.levels[i] for i in largest], _CELL)
    rest = ~np.isin(held, largest)
    traces = [trace(rest, OTHERS, text("train_room.figure.others"))] if rest.any() else []
    for colour, level, name in zip(COLOURS, largest, names, strict=False):
        traces.append(trace(held == level, colour, name))
    return traces


def legend(made: go.Figure, data: HeldOut) -> go.Figure:
    """Show what the colours are of, where there are several."""
    if data.codes is None:
        return made.update_layout(showlegend=False)
    return made.update_layout(
        showlegend=True, legend_title_text=with_unit(data.level_name, None, _CELL), legend_itemwidth=30
    )


def _hover(data: HeldOut, places: NDArray[np.intp]) -> list[str]:
    row, measured, predicted = (text(f"train_room.figure.{key}") for key in ("row", "measured", "predicted"))
    unit = f" {plain(data.unit, 12)}" if data.unit else ""
    told = data.told if places.size <= MOST_TOLD else {}
    columns = {plain(name, _CELL): values for name, values in told.items()}
    lines = []
    for at in places:
        line = (
            f"<b>{row} {int(data.rows[at]) + 1}</b><br>{measured} {data.measured[at]:.5g}{unit}"
            f"<br>{predicted} {data.predicted[at]:.5g}{unit}"
        )
        for name, values in columns.items():
            line += f"<br>{name}: {_cell(values[at])}"
        lines.append(line)
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if value != value else f"{value:.5g}"
    return "" if value is None else plain(value, _CELL)

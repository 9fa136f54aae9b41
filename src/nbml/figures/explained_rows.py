"""What the figures of an explanation share: labels, cells as text, colours by another feature, one note.

Knows Shapley values and features; not where they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import distinct, plain, with_unit
from nbml.figures.theme import COLOURS, OTHERS, SEQUENTIAL, WEBGL_FROM, figure, thinned
from nbml.i18n import text
from nbml.ml.explain.explained import Explained

SHOWN = 20
"""Features drawn where none are asked for."""
WIDTH = 22
"""Characters of a feature's name beside an axis."""
GAINS, LOSSES = "#d55e00", "#0072b2"
"""What pushes a prediction up and down."""
Places = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Told:
    """An explanation with the words its figures need.

    Attributes
    ----------
    explained : Explained
    labels, units : tuple
        Of the features, as the user wrote them.
    target, unit : str
        Of the target.
    about, how : str
        Which rows, and explained by which model; stand on every figure.
    """

    explained: Explained
    labels: tuple[str, ...]
    units: tuple[str | None, ...]
    target: str
    unit: str | None
    about: str
    how: str = ""

    def names(self, features: Sequence[int], width: int = WIDTH) -> list[str]:
        """Names for ticks, safe for plotly, all different."""
        return distinct([self.labels[k] for k in features], width)

    def axis(self, feature: int) -> str:
        """A feature's name with its unit, safe for plotly."""
        return with_unit(self.labels[feature], self.units[feature], WIDTH + 8)

    @property
    def effect(self) -> str:
        """Axis title of contributions."""
        return with_unit(text("explain_room.figure.effect", target=plain(self.target, 24)), self.unit)

    def cell(self, feature: int, value: float) -> str:
        """A value of the matrix as the user's table has it, safe for plotly."""
        about = self.explained.features[feature]
        if np.isnan(value):
            return text("explain_room.figure.missing")
        if about.levels:
            return plain(about.levels[int(value)], WIDTH)
        return f"{value:.5g}"

    def is_category(self, feature: int) -> bool:
        """Whether a feature has levels."""
        return bool(self.explained.features[feature].levels)

    def thinned(self, most: int, keep: Sequence[int] = ()) -> tuple[NDArray[np.intp], str]:
        """Places of the rows to draw, and the figure's note."""
        places = thinned(len(self.explained.rows), most, keep=keep)
        return places, self.note("thinned", places.size)

    def note(self, key: str = "", n_rows: int | None = None, before: str = "") -> str:
        """Whose rows, how many of them where it is not all, and by which model; two lines."""
        n = len(self.explained.rows)
        parts = [before, self.about] if before else [self.about]
        if n_rows is not None and n_rows < n:
            parts.append(text(f"explain_room.figure.{key}", shown=f"{n_rows:,}", count=f"{n:,}"))
        return " · ".join(parts) + (f"<br>{self.how}" if self.how else "")


def drawing(*traces: Any, note: str, x: str = "", y: str = "") -> go.Figure:
    """A figure in the house's look with a note of two lines over its whole width."""
    title = {
        "text": note, "font": {"size": 11}, "x": 0, "xref": "container", "xanchor": "left",
        "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 16, "l": 4},
    }  # fmt: skip
    return figure(*traces, x=x, y=y).update_layout(title=title, margin_t=44)


def place_of(explained: Explained, row: int) -> int | None:
    """Where a row of the table stands among the explained ones."""
    at = int(np.searchsorted(explained.rows, row))
    return at if at < len(explained.rows) and explained.rows[at] == row else None


def colour_traces(
    told: Told,
    places: Places,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    hover: Sequence[str],
    colour: int | None,
) -> tuple[list[Any], dict[str, Any]]:
    """Points of some rows, coloured by a feature, and what the layout needs for it.

    Parameters
    ----------
    told : Told
    places : ndarray of int, shape (n,)
    x, y : ndarray of float64, shape (n,)
    hover : sequence of str
        What each point says.
    colour : int, optional
        Column: a number on a scale, a category with a colour for each of its seven commonest levels.
    """  # fmt: skip
    kind = go.Scattergl if places.size >= WEBGL_FROM else go.Scatter
    size, opacity = (6, 0.8) if places.size < 2_000 else (4, 0.6)
    rows, words = told.explained.rows[places] + 1, np.array(hover, dtype=object)

    def trace(
        part: NDArray[np.bool_], marker: dict[str, Any], name: str = "", *, legend: bool = False
    ) -> Any:
        return kind(
            x=x[part], y=y[part], customdata=rows[part], hovertext=words[part], mode="markers", name=name,
            marker={"size": size, "opacity": opacity, **marker}, showlegend=legend,
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip

    everyone = np.ones(places.size, dtype=bool)
    if colour is None:
        return [trace(everyone, {"color": COLOURS[0]})], {"showlegend": False}
    values = told.explained.X[places, colour]
    lacking = np.isnan(values)
    title = told.axis(colour)
    missing = (
        [
            trace(
                lacking,
                {"color": OTHERS},
                text("explain_room.figure.missing"),
                legend=told.is_category(colour),
            )
        ]
        if lacking.any()
        else []
    )
    if not told.is_category(colour):
        known = values[~lacking]
        low, high = np.quantile(known, [0.02, 0.98]) if known.size else (0.0, 1.0)
        bar = {"title": {"text": title, "side": "right"}, "thickness": 10, "len": 0.9}
        scale = {"color": known, "colorscale": SEQUENTIAL, "cmin": low, "cmax": high, "colorbar": bar}
        return [*missing, trace(~lacking, scale)], {"showlegend": False}
    traces = list(missing)
    levels = told.explained.features[colour].levels
    top = commonest(told.explained.X[:, colour], len(levels))
    names = distinct([levels[code] for code in top], WIDTH)
    rest = ~lacking & ~np.isin(values, top)
    if rest.any():
        traces.append(trace(rest, {"color": OTHERS}, text("explain_room.figure.others"), legend=True))
    for shade, code, name in zip(COLOURS, top, names, strict=False):
        traces.append(trace(values == code, {"color": shade}, name, legend=True))
    return traces, {"showlegend": True, "legend": {"title": {"text": title}, "itemsizing": "constant"}}


def commonest(codes: NDArray[np.float64], n_levels: int) -> list[int]:
    """The seven levels with most rows, in the order of the levels."""
    sizes = np.bincount(codes[~np.isnan(codes)].astype(np.int64), minlength=n_levels)
    top = np.argsort(-sizes, kind="stable")[: len(COLOURS)]
    return sorted(int(code) for code in top if sizes[code])


def aside(rows: Places) -> NDArray[np.float64]:
    """How far beside its level's tick a row stands: filled evenly, the same every time."""
    turn = np.asarray(rows, dtype=np.float64) + 1
    return np.mod(turn * 0.6180339887498949, 1.0) * 0.56 - 0.28


def spread_out(told: Told, feature: int, places: Places) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """A feature's values for an axis, and the axis: levels as ticks, rows side by side, missing last."""
    values = told.explained.X[places, feature].copy()
    lacking = np.isnan(values)
    if told.is_category(feature):
        levels = told.explained.features[feature].levels
        ticks, words = list(range(len(levels))), distinct(levels, 16)
        if lacking.any():
            values[lacking] = len(levels)
            ticks.append(len(levels))
            words.append(text("explain_room.figure.missing"))
        values += aside(told.explained.rows[places])
        return values, {
            "tickvals": ticks,
            "ticktext": words,
            "range": [-0.6, len(ticks) - 0.4],
            "showgrid": False,
        }
    if lacking.any() and not lacking.all():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        values[lacking] = low - 0.12 * ((high - low) or 1.0)
    return values, {}

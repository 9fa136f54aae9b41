"""Every row's Shapley values, feature by feature, coloured by the feature's own value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.explained_rows import SHOWN, Told, commonest, drawing
from nbml.figures.names import plain
from nbml.figures.shap_bar import feature_axis, row_px
from nbml.figures.theme import COLOURS, MOST_POINTS, OTHERS, SEQUENTIAL, WEBGL_FROM
from nbml.i18n import text
from nbml.ml.explain.importance import mean_shap

LEAST_ROWS = 300
_BINS, _HALF = 80, 0.42


def beeswarm(
    told: Told, features: Sequence[int] | None = None, *, row: int | None = None, most: int = MOST_POINTS
) -> go.Figure:
    """A swarm a feature; ``customdata`` holds the number of each row, from 1.

    Parameters
    ----------
    told : Told
    features : sequence of int, optional
        Columns in order; the 20 most important when left out.
    row : int, optional
        Place of an explained row that is drawn whatever the thinning, and marked.
    most : int
        Points in all; rows are thinned to that, the same in every swarm, and the figure says so.

    Notes
    -----
    Numbers are coloured by their rank among the rows, so that outliers do not take the scale for themselves;
    the levels of a category each have a colour, named under the category's own name. Missing is grey.
    """
    chosen = list(mean_shap(told.explained).order[:SHOWN] if features is None else features)
    keep = [] if row is None else [row]
    places, note = told.thinned(max(most // max(len(chosen), 1), LEAST_ROWS), keep)
    kind = go.Scattergl if places.size * len(chosen) >= WEBGL_FROM else go.Scatter
    size, opacity = (5, 0.8) if places.size < 500 else (4, 0.6)
    rows = told.explained.rows[places] + 1
    names = told.names(chosen)
    width = _bin_width(told.explained.values[places][:, chosen])
    traces: list[Any] = []
    ticks = []
    for at, (feature, name) in enumerate(zip(chosen, names, strict=True)):
        x, own = told.explained.values[places, feature], told.explained.X[places, feature]
        y = at + swarm(x, width)
        lacking = np.isnan(own)
        parts: list[tuple[NDArray[np.bool_], dict[str, Any]]]
        if told.is_category(feature):
            shades, label = _level_colours(told, feature)
            ticks.append(f"{name}{label}")
            parts = [(np.ones(len(x), dtype=bool), {"color": [shades.get(v, OTHERS) for v in own]})]
        else:
            ticks.append(name)
            parts = [(lacking, {"color": OTHERS})] if lacking.any() else []
            parts.append((~lacking, {"color": _rank(own[~lacking]), "coloraxis": "coloraxis"}))
        words = np.array([told.cell(feature, value) for value in own], dtype=object)
        for part, colour in parts:
            traces.append(
                kind(
                    x=x[part].astype(np.float32), y=y[part].astype(np.float32), customdata=rows[part],
                    text=words[part], mode="markers", name=name, showlegend=False,
                    marker={"size": size, "opacity": opacity, **colour},
                    hovertemplate=f"<b>{text('explain_room.figure.row')} %{{customdata}}</b><br>"
                    f"{name} = %{{text}}<br>%{{x:+.4~g}}<extra></extra>",
                )
            )  # fmt: skip
    if row is not None:
        traces.append(row_mark(told.explained.values[row, chosen]))
    made = feature_axis(drawing(*traces, x=told.effect, note=note), ticks, row_px(told, chosen))
    made.add_vline(x=0, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    bar = {
        "tickvals": [0, 1], "ticktext": [text("explain_room.figure.low"), text("explain_room.figure.high")],
        "thickness": 8, "len": 0.8, "x": 1.01, "ticks": "",
        "title": {"text": text("explain_room.figure.own_value"), "side": "right"},
    }  # fmt: skip
    return made.update_layout(coloraxis={"colorscale": SEQUENTIAL, "cmin": 0, "cmax": 1, "colorbar": bar})


def row_mark(values: NDArray[np.float64]) -> go.Scatter:
    """A stroke through each swarm where the chosen row lies."""
    return go.Scatter(
        x=values, y=np.arange(len(values)), mode="markers", hoverinfo="skip", showlegend=False,
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": "#d55e00"}},
    )  # fmt: skip


def swarm(x: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """How far each point steps aside: those that share a bin stand in turn left and right of the line."""
    if not len(x):
        return np.zeros(0)
    bins = np.floor(x / width).astype(np.int64) if width > 0 else np.zeros(len(x), dtype=np.int64)
    order = np.lexsort((np.random.default_rng(0).permutation(len(x)), bins))
    _, first, sizes = np.unique(bins[order], return_index=True, return_counts=True)
    turn = np.arange(len(x)) - np.repeat(first, sizes)
    aside = (turn + 1) // 2 * np.where(turn % 2, 1, -1)
    out = np.empty(len(x))
    out[order] = aside * _HALF / max(int(sizes.max()) / 2, 6)
    return out


def _bin_width(values: NDArray[np.float64]) -> float:
    return float(values.max() - values.min()) / _BINS if values.size else 0.0


def _rank(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Share of the rows that are lower, ties alike, on [0, 1]."""
    if not values.size:
        return np.zeros(0, dtype=np.float32)
    different, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    if different.size == 1:
        return np.full(values.shape, 0.5, dtype=np.float32)
    middle = np.cumsum(counts) - counts / 2
    rank: NDArray[np.float64] = (middle - middle[0]) / (middle[-1] - middle[0])
    return rank[inverse].astype(np.float32)


def _level_colours(told: Told, feature: int) -> tuple[dict[float, str], str]:
    """Colour by code, and the levels' names in their colours."""
    levels = told.explained.features[feature].levels
    top = commonest(told.explained.X[:, feature], len(levels))
    shades = {float(code): shade for code, shade in zip(top, COLOURS, strict=False)}
    words = [
        f"<span style='color:{shades[float(code)]}'>●</span>{plain(levels[code], 6)}" for code in top[:4]
    ]
    more = " …" if len(levels) > len(words) else ""
    return shades, f"<br><span style='font-size:10px'>{' '.join(words)}{more}</span>" if words else ""

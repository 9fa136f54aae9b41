"""How figures look: colours that colour-blind readers tell apart, on whatever background the reader has.

Paper and fonts are left to the place that draws: a panel puts its own light or dark over them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#999933")
"""Okabe and Ito's palette (2008) without black and yellow, which vanish on dark or light paper."""

OTHERS = "#8c8c8c"
"""What is not told apart any more."""

SEQUENTIAL = "Viridis"
DIVERGING = ((0.0, "#0072b2"), (0.25, "#7fb6d9"), (0.5, "#f2f2f2"), (0.75, "#eaa77c"), (1.0, "#b34700"))

WEBGL_FROM = 3_000
"""Points from which a scatter is drawn by WebGL."""

MOST_POINTS = 20_000
"""Points a figure carries; more are thinned, which the figure says."""

_LINES = "rgba(128,128,128,0.25)"
_AXIS = {
    "automargin": True,
    "gridcolor": _LINES,
    "zerolinecolor": _LINES,
    "linecolor": "rgba(128,128,128,0.6)",
    "showline": True,
    "ticks": "outside",
    "ticklen": 4,
    "tickcolor": "rgba(128,128,128,0.6)",
    "title": {"standoff": 8},
}
TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": COLOURS,
        "colorscale": {"sequential": SEQUENTIAL, "diverging": DIVERGING},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "margin": {"l": 56, "r": 16, "t": 28, "b": 44},
        "hovermode": "closest",
        "autotypenumbers": "strict",
        "bargap": 0.04,
        "legend": {"itemsizing": "constant"},
    }
)


def figure(*traces: object, x: str = "", y: str = "", note: str = "") -> go.Figure:
    """A figure in the house's look.

    Parameters
    ----------
    *traces : plotly traces
    x, y : str
        Axis titles, made safe by ``names``.
    note : str
        What the reader must know of what is drawn, such as thinning; stands above the plot.
    """
    made = go.Figure(data=list(traces), layout={"template": TEMPLATE})
    made.update_xaxes(title_text=x)
    made.update_yaxes(title_text=y)
    if note:
        made.add_annotation(
            text=note, xref="paper", yref="paper", x=0, y=1, xanchor="left", yanchor="bottom",
            showarrow=False, font={"size": 11}, opacity=0.8,
        )  # fmt: skip
        made.update_layout(margin_t=34)
    return made


def thinned(n: int, most: int = MOST_POINTS, keep: Sequence[int] = ()) -> NDArray[np.intp]:
    """Rows to draw out of `n`, in order: all, or an even random share that is the same on every call.

    Parameters
    ----------
    n, most : int
        Rows there are, and rows a figure carries.
    keep : sequence of int
        Rows that must be among them, such as outliers.
    """
    if n <= most:
        return np.arange(n)
    rows = np.random.default_rng(0).choice(n, size=most, replace=False)
    return np.union1d(rows, np.asarray(keep, dtype=np.intp)).astype(np.intp)

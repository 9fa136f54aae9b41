"""How columns go together: correlation of quantities, and counts of two categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nbml.figures.names import distinct, with_unit
from nbml.figures.theme import DIVERGING, SEQUENTIAL, figure
from nbml.i18n import text

MOST_COLUMNS = 60
MOST_LEVELS = 30
_TEXT_UP_TO = 12

Method = Literal["pearson", "spearman"]


def correlation(X: NDArray[np.float64], method: Method = "pearson") -> NDArray[np.float64]:
    """Correlation of every two columns over the rows in which both are finite.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_columns)
    method : {"pearson", "spearman"}
        Spearman's is Pearson's of the ranks (equal values share their mean rank), each column ranked over
        the rows where it is finite.

    Returns
    -------
    ndarray, shape (n_columns, n_columns)
        In [-1, 1]; NaN where fewer than three rows are common or a column does not vary in them.
    """
    known = np.isfinite(X)
    Z = np.where(known, X, 0.0)
    if method == "spearman":
        Z = np.column_stack([_ranked(Z[:, j], known[:, j]) for j in range(X.shape[1])]) if Z.size else Z
    n_known = np.maximum(known.sum(axis=0), 1)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        Z /= np.maximum(np.abs(Z).max(axis=0, initial=0.0), np.finfo(float).tiny)
        Z = np.where(known, Z - Z.sum(axis=0) / n_known, 0.0)
        Z /= np.sqrt((Z**2).sum(axis=0) / n_known)
        Z = np.nan_to_num(Z)
        M = known.astype(np.float64)
        n = M.T @ M
        sums, squares = Z.T @ M, (Z**2).T @ M
        spread = squares - sums**2 / n
        R = (Z.T @ Z - sums * sums.T / n) / np.sqrt(spread * spread.T)
    R[(n < 3) | (np.minimum(spread, spread.T) <= 1e-12 * n)] = np.nan
    return np.clip(R, -1, 1)


def _ranked(values: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    ranks = np.zeros(values.size)
    _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ranks[known] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks


def correlation_map(X: NDArray[np.float64], names: Sequence[str], method: Method = "pearson") -> go.Figure:
    """Heat map of the correlations; at most 60 columns are drawn, the first ones, which the figure says.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_columns)
    names : sequence of str
        One a column.
    method : {"pearson", "spearman"}
        Named on the figure.
    """
    drawn = min(len(names), MOST_COLUMNS)
    R = correlation(X[:, :drawn], method)
    labels = distinct(names[:drawn], 24)
    note = text(f"chart.method.{method}")
    if drawn < len(names):
        note += " · " + text("chart.first_columns", shown=drawn, count=len(names))
    trace = go.Heatmap(
        z=R, zmin=-1, zmax=1, colorscale=DIVERGING, xgap=1, ygap=1,
        colorbar={"thickness": 12}, customdata=_pairs(labels),
        hovertemplate="%{customdata}<br>%{z:.3f}<extra></extra>",
        texttemplate="%{z:.2f}" if drawn <= _TEXT_UP_TO else None,
        textfont={"size": 10},
    )  # fmt: skip
    return _squared(figure(trace, note=note), labels, labels)


def count_map(
    rows: NDArray[np.integer], columns: NDArray[np.integer],
    row_levels: Sequence[str], column_levels: Sequence[str],
    row_name: str, column_name: str,
) -> go.Figure:  # fmt: skip
    """How many rows have each pair of levels; of more than 30 levels those with most rows.

    Parameters
    ----------
    rows, columns : ndarray of int, shape (n_rows,)
        Place of each row's level, -1 where it has none.
    """
    known = (rows >= 0) & (columns >= 0)
    counts = np.zeros((len(row_levels), len(column_levels)), dtype=np.int64)
    np.add.at(counts, (rows[known], columns[known]), 1)
    down, across = _largest(counts.sum(axis=1)), _largest(counts.sum(axis=0))
    notes = [
        text("chart.largest_groups", shown=len(kept), count=count)
        for kept, count in ((down, len(row_levels)), (across, len(column_levels)))
        if len(kept) < count
    ]
    left, below = (
        distinct([row_levels[i] for i in down], 24),
        distinct([column_levels[i] for i in across], 24),
    )
    trace = go.Heatmap(
        z=counts[np.ix_(down, across)], colorscale=SEQUENTIAL, xgap=1, ygap=1, colorbar={"thickness": 12},
        hovertemplate=text("chart.rows") + " %{z:,}<extra></extra>",
    )  # fmt: skip
    made = figure(trace, x=with_unit(column_name, None), y=with_unit(row_name, None), note=" · ".join(notes))
    return _squared(made, below, left)


def _largest(sizes: NDArray[np.integer]) -> NDArray[np.intp]:
    return np.sort(np.argsort(-sizes, kind="stable")[:MOST_LEVELS])


def _pairs(labels: Sequence[str]) -> list[list[str]]:
    return [[f"{down} × {across}" for across in labels] for down in labels]


def _squared(made: go.Figure, across: Sequence[str], down: Sequence[str]) -> go.Figure:
    made.update_xaxes(
        tickvals=np.arange(len(across)),
        ticktext=across,
        showgrid=False,
        zeroline=False,
        ticklabeloverflow="allow",
    )
    return made.update_yaxes(
        tickvals=np.arange(len(down)), ticktext=down, autorange="reversed", showgrid=False, zeroline=False
    )

"""Partial dependence and its single curves: predictions as one feature changes and all else stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbml.ml.explain.explained import Answering
from nbml.ml.feature import Feature
from nbml.ml.models.base import Floats

GRID = 41
MOST_ROWS = 500
"""Rows the curves are averaged over; more are thinned."""


@dataclass(frozen=True, eq=False)
class Partial:
    """Curves over one feature.

    Attributes
    ----------
    grid : ndarray of float64, shape (n_grid,)
        Values of the feature as models take them; a category's codes, NaN last where rows lack it.
    curves : ndarray of float64, shape (n_rows, n_grid)
        Prediction of each row with the feature set to each value (individual conditional expectation).
    fold : ndarray of int, shape (n_rows,)
        Fold of each row.
    own : ndarray of float64, shape (n_rows,)
        The value each row has.
    """

    grid: Floats
    curves: Floats
    fold: np.ndarray[tuple[int], np.dtype[np.int64]]
    own: Floats

    @property
    def mean(self) -> Floats:
        """The partial dependence: the mean of the curves."""
        mean: Floats = self.curves.mean(axis=0)
        return mean

    @property
    def spread(self) -> Floats | None:
        """Standard deviation between the folds' own curves, each moved to the common mean; None with one."""
        folds = np.unique(self.fold)
        if len(folds) < 2:
            return None
        means = np.array([self.curves[self.fold == k].mean(axis=0) for k in folds])
        spread: Floats = (means - means.mean(axis=1, keepdims=True)).std(axis=0, ddof=1)
        return spread


def partial_dependence(rows: Answering, feature: int, about: Feature, *, threads: int = 1) -> Partial:
    """Predict every row with the feature at every value of a grid, each by its own model [1]_ [2]_.

    Parameters
    ----------
    rows : Answering
        Of more than 500 rows an even share is taken.
    feature : int
        Column of the matrix.
    about : Feature
        What is known of it: levels make it a category.
    threads : int
        Threads of the libraries.

    References
    ----------
    .. [1] J. H. Friedman, "Greedy function approximation: a gradient boosting machine", Ann. Stat. 29, 2001.
    .. [2] A. Goldstein et al., "Peeking inside the black box", J. Comput. Graph. Stat. 24, 2015.
    """
    step = -(-len(rows.X) // MOST_ROWS) or 1
    grid = grid_of(rows.X[:, feature], about)
    some = rows.take(np.arange(0, len(rows.X), step))
    curves = np.empty((len(some.X), len(grid)))
    for model, places in some.parts():
        many = np.repeat(some.X[places], len(grid), axis=0)
        many[:, feature] = np.tile(grid, len(places))
        curves[places] = model.predict(many, threads=threads).reshape(len(places), -1)
    return Partial(grid, curves, some.fold, some.X[:, feature])


def grid_of(column: Floats, about: Feature) -> Floats:
    """Values of the rows that a curve is drawn through: levels, few different numbers, or even steps.

    Even steps go from the 1st to the 99th percentile; beyond that a curve would be held by single rows.
    """
    known = column[~np.isnan(column)]
    missing = [np.nan] if known.size < column.size else []
    different = np.unique(known)
    if about.levels or different.size <= GRID // 2 or about.kind == "boolean":
        return np.array([*different, *(missing if about.levels else [])])
    low, high = np.quantile(known, [0.01, 0.99])
    if high <= low:
        low, high = float(known.min()), float(known.max())
    return np.linspace(low, high, GRID)

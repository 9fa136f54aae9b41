"""How much each calibration row counts, and the quantiles and guarantees that follow from it.

Rows of one group speak together: a group counts as one observation, however many rows it has.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.ml.models.base import Floats

Ints = NDArray[np.int64]
SLACK = 1e-9
"""Sums of weights that miss a level by less reach it: they are sums of rounded fractions."""


def row_weights(unit: Ints) -> Floats:
    """Weight of each calibration row, 1 / ((units + 1) * rows of its unit); they sum to n / (n + 1).

    The mass that is left, 1 / (units + 1), stands for the new unit and lies at infinity. With one row a
    unit it is the usual rank n + 1 of conformal prediction; with groups it is the pooling of hierarchical
    conformal prediction [1]_ [2]_.

    References
    ----------
    .. [1] R. Dunn, L. Wasserman, A. Ramdas (2023), Distribution-free prediction sets for two-layer
       hierarchical models, JASA 118 (first posted 2018).
    .. [2] Y. Lee, R. F. Barber, R. Willett (2023), Distribution-free inference with hierarchical data,
       arXiv:2306.06342.
    """
    _, codes, sizes = np.unique(unit, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / ((len(sizes) + 1.0) * sizes[codes.reshape(-1)]), dtype=np.float64)


def highest_level(n_units: int) -> float:
    """The highest level that has finite intervals, n / (n + 1)."""
    return n_units / (n_units + 1.0)


def is_reachable(level: float, n_units: int) -> bool:
    """Whether intervals of a level are finite with so many units."""
    return level <= highest_level(n_units) + SLACK


def worst_case(level: float, n_units: int, n_folds: int) -> float:
    """Coverage that CV+ guarantees for exchangeable units, whatever their distribution [1]_.

    It is 1 - 2a, less a little for few large folds, where the level is 1 - a; in practice coverage is
    near 1 - a. 0 where nothing is guaranteed.

    Parameters
    ----------
    level : float
    n_units : int
        Rows, or groups where rows come in groups.
    n_folds : int
        As many as units: the jackknife+.

    References
    ----------
    .. [1] R. F. Barber, E. J. Candès, A. Ramdas, R. J. Tibshirani (2021), Predictive inference with the
       jackknife+, Annals of Statistics 49, theorems 1 and 4.
    """
    n, folds = max(n_units, 1), max(min(n_folds, n_units), 1)
    loss = min(2 * (1 - 1 / folds) / (n / folds + 1), (1 - folds / n) / (folds + 1))
    return max(0.0, 1 - 2 * (1 - level) - loss)


def weighted_quantile(scores: Floats, weights: Floats, level: float) -> float:
    """Least score up to which the weights reach `level`; infinite where they do not."""
    order = np.argsort(scores, kind="stable")
    reached = np.flatnonzero(np.cumsum(weights[order]) >= level - SLACK)
    return float(scores[order[reached[0]]]) if reached.size else float("inf")

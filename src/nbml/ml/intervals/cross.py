"""What intervals would have done on the held-out rows: cross-conformal scale factors and coverage.

A held-out row is judged by the model that has not seen it and by the scores of the other folds alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.ml.intervals.weights import row_weights, weighted_quantile
from nbml.ml.models.base import Floats

Ints = NDArray[np.int64]


def cross_factors(scores: Floats, fold: Ints, unit: Ints, level: float, n_folds: int) -> Floats:
    """For each fold the quantile of the scores outside of it, shape (n_folds,); infinite if out of reach.

    Vovk's cross-conformal prediction [1]_ with units weighted alike.

    References
    ----------
    .. [1] V. Vovk (2015), Cross-conformal predictors, Annals of Mathematics and Artificial Intelligence 74.
    """
    factors = np.full(n_folds, np.inf)
    for q in range(n_folds):
        others = fold != q
        if others.any():
            factors[q] = weighted_quantile(scores[others], row_weights(unit[others]), level)
    return factors


def mean_by_unit(values: Floats, unit: Ints) -> float:
    """Mean over units of the mean over a unit's rows."""
    weights = row_weights(unit)
    return float((values * weights).sum() / weights.sum())


def interval_score(residual: Floats, half: Floats, level: float) -> Floats:
    """Winkler's score of symmetric intervals [1]_: width plus 2 / (1 - level) of what sticks out.

    References
    ----------
    .. [1] R. L. Winkler (1972), A decision-theoretic approach to interval estimation, JASA 67.
    """
    return 2 * half + 2 / (1 - level) * np.maximum(residual - half, 0.0)

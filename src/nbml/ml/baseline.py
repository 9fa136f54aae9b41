"""The dummy that every model must beat: no features, only the training part's mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbml.ml.folds import Folds


def mean_baseline(y: ArrayLike, folds: Folds) -> NDArray[np.float64]:
    """Out-of-fold predictions of a model that knows nothing but the mean.

    Parameters
    ----------
    y : array_like, shape (n_rows,)
        Target; NaN where a row has none, and such rows do not enter a mean.
    folds : Folds

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        For each row the mean target of the rows outside its fold; NaN where none of them has one.
    """
    target = np.asarray(y, dtype=np.float64)
    known = ~np.isnan(target)
    centre = target[known].mean() if known.any() else 0.0
    # Sums about the centre, so that taking a fold's sum from the total loses no digits.
    sums = np.bincount(folds.assignment[known], target[known] - centre, minlength=folds.n_folds)
    counts = np.bincount(folds.assignment[known], minlength=folds.n_folds)
    outside = counts.sum() - counts
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(outside > 0, centre + (sums.sum() - sums) / outside, np.nan)
    return np.asarray(means[folds.assignment], dtype=np.float64)

"""How wrong a model is likely to be at a row: what residuals are divided by, so that intervals are local.

A difficulty is learnt for each fold from the rows outside of it, and asked for rows of the fold and for new
rows alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.ml.domain.domain import mean_distance
from nbml.ml.domain.neighbours import Near
from nbml.ml.models.base import Floats

NEIGHBOURS = 20
SHRINK = 10.0
REACH = 3.0
LEAST = 1e-3

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Difficulty:
    """Mean absolute residual of the nearest training rows, growing with the distance to them [1]_.

    The mean over 20 neighbours counts the overall mean as 10 more, and is multiplied by one plus a third of
    the row's distance in typical distances. Numbers were set on other tables than those that
    benchmarks/interval_coverage.py measures.

    Attributes
    ----------
    residual : ndarray of float64, shape (n_reference,)
        Absolute out-of-fold residuals; NaN where a row has no target.
    fold : ndarray of int64, shape (n_reference,)
    means : ndarray of float64, shape (n_folds,)
        Mean residual outside each fold.
    typical : float
        Median distance of held-out rows to their neighbours; 0 where distance tells nothing.

    References
    ----------
    .. [1] H. Papadopoulos, V. Vovk, A. Gammerman (2011), Regression conformal prediction with nearest
       neighbours, JAIR 40; residuals of neighbours as in U. Johansson, H. Boström, T. Löfström, H. Linusson
       (2014), Regression conformal prediction with random forests, Machine Learning 97.
    """

    residual: Floats
    fold: Ints
    means: Floats
    typical: float

    @classmethod
    def learn(cls, residual: Floats, fold: Ints, n_folds: int, held_out: Near) -> Difficulty:
        """Learn from residuals and each reference row's neighbours outside its fold."""
        means = np.zeros(n_folds)
        for q in range(n_folds):
            outside = residual[(fold != q) & ~np.isnan(residual)]
            means[q] = outside.mean() if len(outside) else np.nan
        overall = residual[~np.isnan(residual)].mean()
        means = np.where(np.isnan(means), overall, means)
        distance = mean_distance(held_out)
        known = distance[np.isfinite(distance)]
        return cls(residual, fold, means, float(np.median(known)) if len(known) else 0.0)

    def of_reference(self, held_out: Near) -> Floats:
        """Difficulty of every reference row by what its fold's own difficulty has learnt, (n_reference,)."""
        everywhere = self.of_rows(held_out)
        return np.asarray(everywhere[np.arange(len(self.fold)), self.fold], dtype=np.float64)

    def of_rows(self, near: Near) -> Floats:
        """Difficulty of rows for each fold, shape (n_rows, n_folds), positive."""
        total = np.full((len(near.index), len(self.means)), SHRINK * self.means)
        count = np.full(total.shape, SHRINK)
        folds = np.arange(len(self.means))
        for k in range(min(NEIGHBOURS, near.index.shape[1])):  # in one order for any number of rows
            index = near.index[:, k]
            residual = np.where(index < 0, np.nan, self.residual[index])
            counts = ~np.isnan(residual)[:, None] & (self.fold[index][:, None] != folds)
            total += np.where(counts, residual[:, None], 0.0)
            count += counts
        out = total / count
        least = LEAST * float(self.means.max())
        stretch: Floats | float = 1.0
        if self.typical > 0:
            distance = mean_distance(near)
            stretch = 1.0 + np.where(np.isfinite(distance), distance, 0.0)[:, None] / (REACH * self.typical)
        return np.asarray(np.maximum(out, least if least > 0 else 1.0) * stretch, dtype=np.float64)

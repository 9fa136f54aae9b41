"""Intervals of one model: CV+ with local widths, groups counted as one observation each.

Owns what is kept of a model's held-out errors and how bounds follow from it. Knows nothing of bundles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nbml.ml.domain.neighbours import Near
from nbml.ml.intervals.cross import cross_factors, interval_score, mean_by_unit
from nbml.ml.intervals.difficulty import Difficulty
from nbml.ml.intervals.weights import SLACK, highest_level, row_weights
from nbml.ml.models.base import Floats

Ints = NDArray[np.int64]
JUDGED_AT = 0.9
"""Level at which local and even widths are compared."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Held-out errors of the fold models of one family for one target.

    Bounds are those of CV+ [1]_: for every held-out row i of fold k a candidate, the prediction of fold
    model k plus (minus) the row's absolute residual, and of all candidates the weighted quantile. Residuals
    are divided by the difficulty of their row and multiplied by that of the new row, as fold k has learnt
    both. Where rows come in groups, a group counts as one observation (hierarchical jackknife+ [2]_), and
    the guarantee is for a row of a new group.

    Attributes
    ----------
    difficulty : Difficulty
        Holds the absolute residuals and folds of the reference rows too.
    own : ndarray of float64, shape (n_reference,)
        Difficulty of each reference row; all 1 where widths are even.
    unit : ndarray of int64, shape (n_reference,)
        Which rows count as one observation.
    is_local : bool
        Whether widths follow the difficulty. They do where that had the lower interval score on the
        held-out rows; the choice between two is free of visible optimism [3]_.

    References
    ----------
    .. [1] R. F. Barber, E. J. Candès, A. Ramdas, R. J. Tibshirani (2021), Predictive inference with the
       jackknife+, Annals of Statistics 49.
    .. [2] Y. Lee, R. F. Barber, R. Willett (2023), Distribution-free inference with hierarchical data,
       arXiv:2306.06342.
    .. [3] Y. Yang, A. K. Kuchibhotla (2024), Selection and aggregation of conformal prediction sets, JASA.
    """

    difficulty: Difficulty
    own: Floats
    unit: Ints
    is_local: bool

    @classmethod
    def learn(cls, residual: Floats, fold: Ints, unit: Ints, n_folds: int, held_out: Near) -> Calibration:
        """Calibrate on absolute residuals (NaN without target) and neighbours outside each row's fold."""
        difficulty = Difficulty.learn(residual, fold, n_folds, held_out)
        local = cls(difficulty, difficulty.of_reference(held_out), unit, is_local=True)
        even = cls(difficulty, np.ones(len(residual)), unit, is_local=False)
        return local if local._cost() < even._cost() else even

    @property
    def n_folds(self) -> int:
        """Number of fold models it needs."""
        return len(self.difficulty.means)

    @cached_property
    def known(self) -> Ints:
        """Positions of the reference rows that have the target, ascending."""
        return np.flatnonzero(~np.isnan(self.difficulty.residual)).astype(np.int64)

    @cached_property
    def n_units(self) -> int:
        """Observations that count: rows, or groups."""
        return len(np.unique(self.unit[self.known]))

    @property
    def scores(self) -> Floats:
        """Residuals over difficulties of the known rows."""
        return np.asarray(self.difficulty.residual[self.known] / self.own[self.known], dtype=np.float64)

    def half_widths(self, level: float) -> Floats:
        """Cross-conformal half-width of each known row: by the other folds' scores; infinite if unreached."""
        fold = self.difficulty.fold[self.known]
        factors = cross_factors(self.scores, fold, self.unit[self.known], level, self.n_folds)
        return np.asarray(factors[fold] * self.own[self.known], dtype=np.float64)

    def bounds(self, centre: Floats, near: Near, predicted: Floats, level: float) -> tuple[Floats, Floats]:
        """Lower and upper bound of each row; infinite where there are too few units for the level.

        Parameters
        ----------
        centre : ndarray of float64, shape (n_rows, n_folds)
            Predictions of the fold models.
        near : Near
            The rows' nearest reference rows.
        predicted : ndarray of float64, shape (n_rows,)
            The prediction given; an interval that misses it is widened to it, which can only add coverage.
        level : float
            Between 0 and 1.
        """
        from nbml.ml.intervals.kernels import merged_quantile  # numba takes a moment

        scale = self.difficulty.of_rows(near) if self.is_local else np.ones(centre.shape)
        sorted_scores, start, mass = self._lists
        found = []
        for sign in (-1.0, 1.0):
            out = np.empty(len(centre))
            merged_quantile(
                np.ascontiguousarray(centre), scale, sorted_scores, start, mass, level - SLACK, sign, out
            )
            found.append(out)
        return np.minimum(found[0], predicted), np.maximum(found[1], predicted)

    @cached_property
    def _lists(self) -> tuple[Floats, Ints, Floats]:
        """Scores ascending within their folds, where folds start, and cumulative weights within folds."""
        fold, scores = self.difficulty.fold[self.known], self.scores
        order = np.lexsort((scores, fold))
        sizes = np.bincount(fold, minlength=self.n_folds)
        start = np.append(0, np.cumsum(sizes)).astype(np.int64)
        weights = row_weights(self.unit[self.known])[order]
        mass = np.concatenate([np.cumsum(weights[a:b]) for a, b in pairwise(start)])
        return scores[order], start, mass

    def _cost(self) -> float:
        """Mean interval score of the held-out rows, at the highest level that every fold can judge."""
        fold, unit = self.difficulty.fold[self.known], self.unit[self.known]
        fewest = min(len(np.unique(unit[fold != q])) for q in np.unique(fold))
        level = min(JUDGED_AT, highest_level(fewest))
        half = self.half_widths(level)
        if not np.isfinite(half).all():
            return np.inf
        return mean_by_unit(interval_score(self.difficulty.residual[self.known], half, level), unit)

"""Which feature changes what another one contributes: its strongest partner, from Shapley values alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.ml.explain.explained import Explained, Ints
from nbml.ml.models.base import Floats

_BINS, _PARTNER_BINS = 12, 4
MOST_ROWS = 10_000
LEAST_SHARE = 0.02
"""Below this share of the variance nothing is called a partner."""


def partners(explained: Explained, feature: int) -> Floats:
    """How much of the scatter of a feature's Shapley values each other feature accounts for.

    Rows are put in bins of the feature's own value, so that what is left in a bin is not its own effect; a
    partner's share is what the means over bins of its values explain of that, with as much taken off as bins
    of noise would explain (epsilon squared) [1]_.

    Parameters
    ----------
    explained : Explained
        Of more than 10,000 rows an even share is taken.
    feature : int
        Its column.

    Returns
    -------
    ndarray of float64, shape (n_features,)
        Shares from 0 to 1; 0 for the feature itself.

    References
    ----------
    .. [1] T. L. Kelley, "An unbiased correlation ratio measure", PNAS 21, 1935.
    """
    step = -(-len(explained.X) // MOST_ROWS) or 1
    X, left = explained.X[::step], explained.values[::step, feature].copy()
    shares = np.zeros(X.shape[1])
    own = _binned(X[:, feature], _BINS, is_category=bool(explained.features[feature].levels))
    own_size = np.bincount(own)
    left -= (np.bincount(own, left) / np.maximum(own_size, 1))[own]
    total = float(np.square(left).sum())
    n, n_own = len(left), int((own_size > 0).sum())
    if total <= 1e-18 * max(float(np.square(explained.values[:, feature]).sum()), 1e-300):
        return shares
    for other in range(X.shape[1]):
        if other == feature:
            continue
        its = _binned(X[:, other], _PARTNER_BINS, is_category=bool(explained.features[other].levels))
        cell = own * (int(its.max(initial=0)) + 1) + its
        size = np.bincount(cell)
        filled = size > 0
        between = float((np.square(np.bincount(cell, left)[filled]) / size[filled]).sum())
        freedom = int(filled.sum()) - n_own
        rest = n - int(filled.sum())
        if freedom > 0 and rest > 0:
            noise = max(total - between, 0.0) / rest
            shares[other] = max(between - freedom * noise, 0.0) / total
    return shares


def strongest_partner(explained: Explained, feature: int) -> int | None:
    """The feature with the largest share, if it has one worth telling."""
    shares = partners(explained, feature)
    best = int(np.argmax(shares)) if shares.size else 0
    return best if shares.size and shares[best] >= LEAST_SHARE else None


def _binned(column: Floats, n_bins: int, *, is_category: bool) -> Ints:
    """Bin of each value from 1, missing ones in bin 0; levels and few different values are their own bins."""
    bins = np.zeros(len(column), dtype=np.int64)
    known = ~np.isnan(column)
    values = column[known]
    if not values.size:
        return bins
    different = np.unique(values)
    if is_category or different.size <= n_bins:
        bins[known] = np.searchsorted(different, values) + 1
    else:
        edges: NDArray[np.float64] = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1]))
        bins[known] = np.searchsorted(edges, values, side="right") + 1
    return bins

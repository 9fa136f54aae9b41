"""The compiled loop of intervals: a quantile over the candidates of all folds, without merging them.

Each row is done by itself, so the answer does not depend on the rows beside it.
"""

from __future__ import annotations

import numpy as np

from nbml.ml.shapley.arrays import Floats, Ints, Matrix, Sums
from nbml.ml.shapley.jit import compiled


@compiled
def merged_quantile(
    centre: Matrix,
    scale: Matrix,
    scores: Floats,
    start: Ints,
    mass: Floats,
    need: float,
    sign: float,
    out: Sums,
) -> None:
    """Least candidate ``sign * centre[k] + scale[k] * score`` up to which all candidates have mass `need`.

    Scores of fold k stand ascending in ``start[k]:start[k + 1]``, `mass` adds up their weights within the
    fold. Instead of merging, the widest list still in question is halved and its middle looked up in the
    others. The answer is a candidate itself, times `sign`; infinite where the mass is not reached.
    """
    n_folds = start.size - 1
    low, high, cut = np.empty(n_folds, np.int64), np.empty(n_folds, np.int64), np.empty(n_folds, np.int64)
    for row in range(out.size):
        best = np.inf
        for k in range(n_folds):
            low[k], high[k] = start[k], start[k + 1]
        while True:
            widest = 0
            for k in range(1, n_folds):
                if high[k] - low[k] > high[widest] - low[widest]:
                    widest = k
            if high[widest] <= low[widest]:
                break
            middle = (low[widest] + high[widest]) // 2
            value = sign * centre[row, widest] + scale[row, widest] * scores[middle]
            total = 0.0
            for k in range(n_folds):
                first, last = low[k], high[k]
                while first < last:
                    at = (first + last) // 2
                    if sign * centre[row, k] + scale[row, k] * scores[at] <= value:
                        first = at + 1
                    else:
                        last = at
                cut[k] = max(first, middle + 1) if k == widest else first
                if cut[k] > start[k]:
                    total += mass[cut[k] - 1]
            if total >= need:
                best = value
                for k in range(n_folds):
                    high[k] = middle if k == widest else cut[k]
            else:
                for k in range(n_folds):
                    low[k] = cut[k]
        out[row] = sign * best

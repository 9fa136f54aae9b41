"""The compiled loops: a row's way through the trees, and its Shapley values.

Importing this module compiles them, or loads them from numba's cache. What the arrays hold is said in
``trees`` and ``paths``, and why the loops are right in docs/shap.md.
"""

from __future__ import annotations

import numpy as np

from nbml.ml.shapley.arrays import Cube, Floats, Ints, Matrix, Sums, Values
from nbml.ml.shapley.jit import compiled, inlined
from nbml.ml.shapley.paths import LEFT, RIGHT, Paths
from nbml.ml.shapley.trees import CATEGORICAL, NUMERIC, ZERO_IS_MISSING, Nodes, Splits

_ZERO = float(np.float32(1e-35))  # up to here LightGBM takes a value for zero


@inlined
def _rounded(splits: Splits, x: float) -> float:
    return np.float64(np.float32(x)) if splits.single_precision else x


@inlined
def _goes_left(splits: Splits, i: int, x: float) -> bool:
    """Whether a value goes left at a split of any kind."""
    kind = splits.kind[i]
    if np.isnan(x) or (kind == ZERO_IS_MISSING and abs(x) <= _ZERO):
        return bool(splits.missing_left[i])
    if kind != CATEGORICAL:
        return bool(x <= splits.threshold[i])
    start = splits.word_start[i]
    if x < splits.lowest_code or x >= 32 * (splits.word_stop[i] - start):
        return False
    code = int(x)
    return bool((splits.words[start + code // 32] >> (code % 32)) & 1 == 1)


@compiled
def sum_trees(X: Matrix, roots: Ints, nodes: Nodes, splits: Splits, total: Sums) -> None:
    """Add every tree's value for every row of `X` to `total`."""
    for row in range(X.shape[0]):
        for root in roots:
            i = root
            while nodes.feature[i] >= 0:
                x = _rounded(splits, X[row, nodes.feature[i]])
                i = nodes.left[i] if _goes_left(splits, i, x) else nodes.right[i]
            total[row] += nodes.value[i]


@inlined
def _decide(splits: Splits, i: int, x: Floats, decision: Floats) -> None:
    """Send a block of rows through a split: 1 for left, 0 for right."""
    threshold = splits.threshold[i]
    if splits.kind[i] != NUMERIC:
        for r in range(x.size):
            decision[r] = 1.0 if _goes_left(splits, i, x[r]) else 0.0
    elif splits.missing_left[i]:  # NaN compares false either way
        for r in range(x.size):
            decision[r] = 0.0 if x[r] > threshold else 1.0
    else:
        for r in range(x.size):
            decision[r] = 1.0 if x[r] <= threshold else 0.0


# The loops below index whole arrays: a view inside of them would cost more than the loop.
@inlined
def _enter(
    d: int, twin_depth: int, twin_side: int, share: float, decision: Floats, met: Cube, surprise: Matrix
) -> None:
    """Note which rows take either side here and at all twins above, and how far that is from expected."""
    if twin_depth < 0:
        for r in range(decision.size):
            met[d, LEFT, r] = decision[r]
            met[d, RIGHT, r] = 1.0 - decision[r]
            surprise[d, r] = decision[r] - share
    else:
        for r in range(decision.size):
            so_far = met[twin_depth, twin_side, r]
            taken = so_far * decision[r]
            met[d, LEFT, r] = taken
            met[d, RIGHT, r] = so_far - taken
            surprise[d, r] = taken - so_far * share


@inlined
def _lengthen(
    d: int, side: int, share: float, slope: Floats, first: int, n_points: int, surprise: Matrix, weight: Cube
) -> None:
    """Carry the weight of the path from the parent, at depth `d` - 1, to its child on a side."""
    sign = 1.0 if side == LEFT else -1.0
    constant = share if side == LEFT else 1.0 - share
    for t in range(n_points):
        tilt = sign * slope[first + t]
        for r in range(surprise.shape[1]):
            weight[d, t, r] = weight[d - 1, t, r] * (constant + tilt * surprise[d - 1, r])


@inlined
def _close(
    d: int, side: int, left_leaf: bool, right_leaf: bool, left_value: float, right_value: float, share: float,
    slope: Floats, gain: Floats, first: int, n_points: int, surprise: Matrix, weight: Cube, worth: Cube,
    brought: Floats,
) -> None:  # fmt: skip
    """Add up what a split brings to its feature, and say what its subtree is worth to the parent."""
    brought[:] = 0.0
    for t in range(n_points):
        s, g = slope[first + t], gain[first + t]
        if left_leaf and right_leaf:
            gap = left_value - right_value
            for r in range(brought.size):
                brought[r] += (g * gap) * weight[d, t, r]
                worth[d, side, t, r] = (right_value + share * gap) + (s * gap) * surprise[d, r]
        elif left_leaf:
            for r in range(brought.size):
                right = worth[d + 1, RIGHT, t, r]
                gap = left_value - right
                brought[r] += g * weight[d, t, r] * gap
                worth[d, side, t, r] = right + (share + s * surprise[d, r]) * gap
        elif right_leaf:
            for r in range(brought.size):
                gap = worth[d + 1, LEFT, t, r] - right_value
                brought[r] += g * weight[d, t, r] * gap
                worth[d, side, t, r] = right_value + (share + s * surprise[d, r]) * gap
        else:
            for r in range(brought.size):
                right = worth[d + 1, RIGHT, t, r]
                gap = worth[d + 1, LEFT, t, r] - right
                brought[r] += g * weight[d, t, r] * gap
                worth[d, side, t, r] = right + (share + s * surprise[d, r]) * gap


@compiled
def add_values(X: Matrix, splits: Splits, paths: Paths, width: int, values: Values) -> None:
    """Write the Shapley values of every row of `X` to `values`, `width` rows at a time.

    Splits are entered in preorder and closed when both children are: on the way down `weight` carries the
    weight of the path at each point of the rule, on the way up `worth` what the subtree is worth there.
    """
    (used, column, tree_start, depth, side, twin_depth, twin_side, share,
     left_leaf, right_leaf, left_value, right_value, rules) = paths  # fmt: skip
    n_points, rule_start, weights, point_start, slope, gain = rules
    n_used, n_levels, most = used.size, depth.max() + 1, n_points.max()
    x, phi = np.zeros((n_used, width)), np.empty((n_used, width))
    decision, brought = np.empty(width), np.empty(width)
    met, surprise = np.empty((n_levels, 2, width)), np.empty((n_levels, width))
    weight, worth = np.empty((n_levels, most, width)), np.empty((n_levels + 1, 2, most, width))
    entered = np.zeros(n_levels, dtype=np.int64)
    for first in range(0, X.shape[0], width):
        n = min(width, X.shape[0] - first)
        for r in range(n):
            for f in range(n_used):
                x[f, r] = _rounded(splits, X[first + r, used[f]])
        phi[:] = 0.0
        for tree in range(n_points.size):
            m, start, stop = n_points[tree], tree_start[tree], tree_start[tree + 1]
            for t in range(m):
                weight[0, t, :] = weights[rule_start[tree] + t]
            for i in range(start, stop):
                d = depth[i]
                entered[d] = i
                _decide(splits, i, x[column[i]], decision)
                _enter(d, twin_depth[i], twin_side[i], share[i], decision, met, surprise)
                if d > 0:
                    above = entered[d - 1]
                    _lengthen(d, side[i], share[above], slope, point_start[above], m, surprise, weight)
                for level in range(d, (depth[i + 1] if i + 1 < stop else 0) - 1, -1):
                    j = entered[level]
                    _close(
                        level, side[j], left_leaf[j], right_leaf[j], left_value[j], right_value[j], share[j],
                        slope, gain, point_start[j], m, surprise, weight, worth, brought,
                    )  # fmt: skip
                    f = column[j]
                    for r in range(width):
                        phi[f, r] += surprise[level, r] * brought[r]
        for r in range(n):
            for f in range(n_used):
                values[first + r, used[f]] = phi[f, r]

"""What a front is worth and which of its rows to look at first: hypervolume and knee."""

from __future__ import annotations

import numpy as np

from nbml.inverse.ranking import non_dominated
from nbml.inverse.variables import Floats


def hypervolume(objectives: Floats, reference: Floats) -> float:
    """The volume between a front and a reference point (Zitzler, Thiele 1999), all objectives minimised.

    Exact, by slicing along the last objective; rows not below the reference on every objective count nothing.

    Parameters
    ----------
    objectives : ndarray of float64, shape (n_rows, n_objectives)
    reference : ndarray of float64, shape (n_objectives,)
    """
    inside = objectives[(objectives < reference).all(axis=1)]
    if not len(inside):
        return 0.0
    inside = np.unique(inside[non_dominated(inside)], axis=0)
    if inside.shape[1] == 1:
        return float(reference[0] - inside.min())
    if inside.shape[1] == 2:
        order = np.argsort(inside[:, 0], kind="stable")
        x, y = inside[order, 0], inside[order, 1]
        return float(((np.append(x[1:], reference[0]) - x) * (reference[1] - y)).sum())
    order = np.argsort(inside[:, -1], kind="stable")
    inside = inside[order]
    heights = np.append(inside[1:, -1], reference[-1]) - inside[:, -1]
    if inside.shape[1] == 3:
        return _volume3(inside, heights, reference)
    return float(
        sum(h * hypervolume(inside[: k + 1, :-1], reference[:-1]) for k, h in enumerate(heights) if h > 0)
    )


def _volume3(inside: Floats, heights: Floats, reference: Floats) -> float:
    """Three objectives: the area of a staircase, updated by one row at a time."""
    from bisect import bisect_left

    xs: list[float] = []
    ys: list[float] = []
    area = total = 0.0
    for (x, y, _), height in zip(inside.tolist(), heights.tolist(), strict=True):
        k = bisect_left(xs, x)
        if not (k > 0 and ys[k - 1] <= y) and not (k < len(xs) and xs[k] == x and ys[k] <= y):
            end = k
            right_y = ys[k - 1] if k > 0 else float(reference[1])
            left = x
            while end < len(xs) and ys[end] >= y:
                area += (xs[end] - left) * (right_y - y)
                left, right_y = xs[end], ys[end]
                end += 1
            stop = xs[end] if end < len(xs) else float(reference[0])
            area += (stop - left) * (right_y - y)
            xs[k:end], ys[k:end] = [x], [y]
        total += area * height
    return total


def knee(objectives: Floats) -> int:
    """The row farthest below the plane through the ends of a front, in ranges of the front (Das 1999).

    With fewer than three rows, or one objective, the row nearest to the ideal point.
    """
    width = np.ptp(objectives, axis=0)
    scaled = (objectives - objectives.min(axis=0)) / np.where(width > 0, width, 1.0)
    ends = scaled[scaled.argmin(axis=0)]
    m = objectives.shape[1]
    if len(objectives) < 3 or m < 2 or np.linalg.matrix_rank(ends) < m:
        return int((scaled**2).sum(axis=1).argmin())
    normal = np.linalg.solve(ends, np.ones(m))
    return int((scaled @ normal).argmin())

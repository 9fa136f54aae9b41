"""Which rows of a front hold most volume together, counted by points strewn below it [1]_.

.. [1] J. Bader, E. Zitzler (2011), HypE: An Algorithm for Fast Hypervolume-Based Many-Objective Optimization.
"""

from __future__ import annotations

import numpy as np

from nbml.inverse.variables import Floats

MARGIN = 0.1
"""So far beyond the worst of the front, in its ranges, a row still counts."""


def strewn(low: Floats, high: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Points between the best of a front and a little beyond its worst, shape (count, n_objectives)."""
    high = high + MARGIN * np.maximum(high - low, 1e-9)
    return np.asarray(low + rng.random((count, len(low))) * (high - low))


def widest(objectives: Floats, points: Floats, count: int) -> list[int]:
    """Rows that dominate most points together, at most so many, chosen greedily.

    Parameters
    ----------
    objectives : ndarray of float64, shape (n_rows, n_objectives)
    points : ndarray of float64, shape (n_points, n_objectives)
    count : int

    Returns
    -------
    list of int
        What adds most first; fewer than `count` where the others add nothing.
    """
    below = np.ones((len(objectives), len(points)), dtype=bool)
    for k in range(objectives.shape[1]):
        below &= objectives[:, k, None] <= points[None, :, k]
    gain, left = below.sum(axis=1), np.ones(len(points), dtype=bool)
    taken: list[int] = []
    while len(taken) < min(count, len(objectives)):
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        taken.append(best)
        new = left & below[best]
        gain -= below[:, new].sum(axis=1)
        left &= ~new
    return taken

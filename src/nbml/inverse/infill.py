"""Which of many guessed rows to evaluate next: those that together add most to the front.

Hypervolume first, greedily [1]_, by points strewn below the front; where no row seems to add any, the best
for random weighings of the objectives [2]_.

.. [1] M. Emmerich, K. Yang, A. Deutz, H. Wang, C. Fonseca (2016), A Multicriteria Generalization of Bayesian
   Global Optimization.
.. [2] J. Knowles (2006), ParEGO.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.problem import Rows
from nbml.inverse.ranking import dominated_by, non_dominated
from nbml.inverse.variables import Floats
from nbml.inverse.volume import strewn, widest

POINTS = 2048
LINEAR = 0.05
MISSED = 10.0


def choose(guessed: Rows, front: Rows | None, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Places of the rows to evaluate, at most so many, the most promising first.

    Parameters
    ----------
    guessed : Rows
        Rows as they are expected to be.
    front : Rows or None
        What is known to be reached.
    count : int
    rng : Generator
    """
    places = np.flatnonzero(np.isfinite(guessed.violation))
    if not len(places):
        return places
    guessed = guessed.take(places)
    known = None if front is None or front.violation[0] > 0 else front.objectives
    taken = [] if known is None else _by_volume(guessed, known, count, rng)
    rest = [k for k in _by_weights(guessed, front, count, rng) if k not in set(taken)]
    return np.asarray(places[(taken + rest)[:count]])


def _by_volume(guessed: Rows, known: Floats, count: int, rng: np.random.Generator) -> list[int]:
    good = np.flatnonzero(guessed.violation <= 0)
    good = good[~dominated_by(guessed.objectives[good], known)]
    good = good[non_dominated(guessed.objectives[good])]
    if not len(good):
        return []
    rows = guessed.objectives[good]
    low = np.minimum(rows.min(axis=0), known.min(axis=0))
    points = strewn(low, known.max(axis=0), POINTS, rng)
    points = points[~dominated_by(points, known)]
    return [int(good[k]) for k in widest(rows, points, count)]


def _by_weights(guessed: Rows, front: Rows | None, count: int, rng: np.random.Generator) -> list[int]:
    """Each the best for a weighing of its own (augmented Chebyshev), those that gain most first."""
    known = guessed.take(slice(0)) if front is None else front
    objectives = np.concatenate([guessed.objectives, known.objectives])
    low, high = objectives.min(axis=0), (known if len(known) > 1 else guessed).objectives.max(axis=0)
    scaled = (objectives - low) / np.where(high > low, high - low, 1.0)
    weighed = rng.dirichlet(np.ones(len(low)), size=count)[:, None, :] * scaled
    missed = MISSED * np.concatenate([guessed.violation, known.violation])
    score = weighed.max(axis=2) + LINEAR * weighed.sum(axis=2) + missed
    n = len(guessed)
    gain = score[:, n:].min(axis=1, initial=score.max())[:, None] - score[:, :n]
    taken: list[int] = []
    for k in np.argsort(-gain.max(axis=1), kind="stable")[:n]:
        best = int(gain[k].argmax())
        taken.append(best)
        gain[:, best] = -np.inf
    return taken

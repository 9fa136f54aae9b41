"""How far a row lies from the training rows, as the share of held-out rows that lay nearer.

Owns the score's calibration; knows nothing of residuals or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nbml.ml.domain.axes import Axis
from nbml.ml.domain.neighbours import Near, Neighbours
from nbml.ml.models.base import Floats

NEAREST = 5
"""Training rows whose mean distance is a row's distance to the data."""


@dataclass(frozen=True, eq=False)
class Domain:
    """The applicability domain of a job's models.

    Attributes
    ----------
    axes : sequence of Axis
    X : ndarray of float64, shape (n_reference, n_features)
        Encoded training rows that stand for the data: all of them, or a sample.
    rows : ndarray of int64, shape (n_reference,)
        Their positions in the training table, from 0.
    held_out : ndarray of float64, shape (n_held_out,)
        Distances of training rows to the rows outside their own fold, ascending.
    n_rows : int
        Rows of the training table that took part.
    """

    axes: Sequence[Axis]
    X: Floats
    rows: NDArray[np.int64]
    held_out: Floats
    n_rows: int

    @property
    def is_sample(self) -> bool:
        """Whether the reference rows are only some of the training rows."""
        return len(self.X) < self.n_rows

    @cached_property
    def neighbours(self) -> Neighbours:
        """The search tree; made at the first use."""
        return Neighbours(self.axes, self.X)

    def score(self, near: Near) -> Floats:
        """Share of held-out training rows that were nearer to their data, shape (n_rows,), 0 to 1.

        0.95 is farther than 95 % of the rows on which the models were judged; 1 is farther than all. Where
        groups were held out together, so they were here.
        """
        share = np.searchsorted(self.held_out, mean_distance(near), side="left") / max(len(self.held_out), 1)
        return np.asarray(share, dtype=np.float64)


def mean_distance(near: Near) -> Floats:
    """Mean distance of the nearest rows, added up in one order for any number of rows; infinite without."""
    total, found = np.zeros(len(near.distance)), np.zeros(len(near.distance))
    for k in range(min(NEAREST, near.distance.shape[1])):
        there = np.isfinite(near.distance[:, k])
        total += np.where(there, near.distance[:, k], 0.0)
        found += there
    return np.where(found > 0, total / np.maximum(found, 1.0), np.inf)

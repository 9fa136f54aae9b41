"""The training rows nearest to a row, along the axes of a domain, and how far they are.

Owns the search tree and what missing values add. A query answers each row by itself: how rows are cut into
calls never changes an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.ml.domain.axes import Axis
from nbml.ml.models.base import Floats

Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Near:
    """The nearest reference rows of some rows, nearest first.

    Attributes
    ----------
    distance : ndarray of float64, shape (n_rows, k)
        Sum of the steps along all axes.
    index : ndarray of intp, shape (n_rows, k)
        Positions among the reference rows.
    """

    distance: Floats
    index: Ints


class Neighbours:
    """Reference rows that can be asked for the nearest; safe to share between threads.

    Parameters
    ----------
    axes : sequence of Axis
    X : ndarray of float64, shape (n_reference, n_features)
        Encoded reference rows, at least one.
    """

    def __init__(self, axes: Sequence[Axis], X: Floats) -> None:
        self._axes = tuple(axes)
        self._X = X
        self._gaps = [axis for axis in self._axes if np.isnan(X[:, axis.feature]).any()]
        coordinates = self._coordinates(X)
        spans = np.ptp(coordinates, axis=0)
        by_span = np.argsort(-spans, kind="stable")  # long axes first: far rows are given up early
        moving = max(int((spans > 0).sum()), 1)
        self._order, self._still = by_span[:moving], by_span[moving:]
        self._first = coordinates[0]

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(np.ascontiguousarray(self._coordinates(self._X)[:, self._order]), leafsize=40)

    def query(self, X: Floats, k: int, *, threads: int = 1) -> Near:
        """The `k` nearest reference rows, or all there are."""
        coordinates = self._coordinates(X)
        k = min(k, len(self._X))
        distance, index = self._tree.query(
            coordinates[:, self._order], k=list(range(1, k + 1)), p=1, workers=threads
        )
        still = np.abs(coordinates - self._first)
        alike = np.zeros(len(X))  # what is the same to every reference row, axis by axis
        for column in self._still:
            alike += still[:, column]
        for axis in self._axes:
            if axis not in self._gaps:
                alike += np.where(np.isnan(X[:, axis.feature]), axis.missing, 0.0)
        return Near(distance + alike[:, None], index.astype(np.intp))

    def _coordinates(self, X: Floats) -> Floats:
        places = [axis.place(X) for axis in self._axes]
        gaps = [axis.missing * np.isnan(X[:, axis.feature]) for axis in self._gaps]
        return np.column_stack([*places, *gaps]) if places else np.zeros((len(X), 1))


def held_out_near(axes: Sequence[Axis], X: Floats, fold: NDArray[np.int64], k: int) -> Near:
    """For every reference row its nearest ones outside its own fold.

    Where a fold leaves fewer than `k` others the rest has distance infinity and index -1.
    """
    distance = np.full((len(X), k), np.inf)
    index = np.full((len(X), k), -1, dtype=np.intp)
    for number in np.unique(fold):
        rows, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        if not len(others):
            continue
        near = Neighbours(axes, X[others]).query(X[rows], k)
        found = near.index.shape[1]
        distance[rows, :found] = near.distance
        index[rows, :found] = others[near.index]
    return Near(distance, index)

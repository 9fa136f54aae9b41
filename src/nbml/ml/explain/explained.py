"""Shapley values of rows with what they are of: the one thing that all views of an explanation share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.ml.feature import Feature
from nbml.ml.models.base import FittedModel, Floats

Ints = NDArray[np.int64]
FINAL = -1
"""Fold of a row that the final model explains."""


@dataclass(frozen=True, eq=False)
class Explained:
    """Shapley values of one target for some rows.

    Attributes
    ----------
    features : tuple of Feature
        The columns of the matrix, under the user's names.
    X : ndarray of float64, shape (n_rows, n_features)
        Encoded rows; NaN is missing.
    values : ndarray of float64, shape (n_rows, n_features)
        Contributions in target units.
    base : ndarray of float64, shape (n_rows,)
        Prediction without any feature, of the model that explains the row.
    fold : ndarray of int, shape (n_rows,)
        Fold in which the row was held out; `FINAL` where the final model explains it.
    rows : ndarray of int, shape (n_rows,)
        Position of each row in its table, ascending.
    measured : ndarray of float64, shape (n_rows,)
        The target; NaN where it is not known.
    """

    features: tuple[Feature, ...]
    X: Floats
    values: Floats
    base: Floats
    fold: Ints
    rows: Ints
    measured: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """The user's names of the features."""
        return tuple(feature.name for feature in self.features)

    @property
    def predicted(self) -> Floats:
        """What the values add up to."""
        total: Floats = self.base + self.values.sum(axis=1)
        return total

    @property
    def residual(self) -> Floats:
        """Measured minus predicted; NaN where not measured."""
        return self.measured - self.predicted

    @property
    def is_held_out(self) -> bool:
        """Whether every row is explained by a model that has not seen it."""
        return bool((self.fold != FINAL).all())

    @property
    def folds(self) -> list[int]:
        """The folds there are, ascending."""
        return [int(k) for k in np.unique(self.fold)]


@dataclass(frozen=True, eq=False)
class Answering:
    """Rows and the models that answer for them: for each row the one that belongs to its fold.

    Attributes
    ----------
    X : ndarray of float64, shape (n_rows, n_features)
    fold : ndarray of int, shape (n_rows,)
    models : dict of int to FittedModel
        By fold.
    """

    X: Floats
    fold: Ints
    models: dict[int, FittedModel]

    def parts(self) -> Sequence[tuple[FittedModel, Ints]]:
        """Each model with the places of its rows."""
        return [(self.models[int(k)], np.flatnonzero(self.fold == k)) for k in np.unique(self.fold)]

    def take(self, places: NDArray[np.integer]) -> Answering:
        """Some of the rows."""
        return Answering(self.X[places], self.fold[places], self.models)

    def predict(self, *, threads: int = 1) -> Floats:
        """Predictions, each row by its own model."""
        out = np.empty(len(self.X))
        for model, places in self.parts():
            out[places] = model.predict(self.X[places], threads=threads)
        return out

"""Fitted models of several targets, also from several trainings, as one surrogate over one space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.space import Space
from nbml.inverse.surrogate import Floats
from nbml.inverse.thresholds import join_thresholds, thresholds_of
from nbml.ml.models.base import FittedModel

BLOCK_ROWS = 8192


@dataclass(frozen=True, eq=False)
class Columns:
    """How the matrix of one training is made of the variables of a space.

    Attributes
    ----------
    variables : ndarray of int, shape (n_features,)
        Which variable each column is; -1 for a column that holds nothing.
    codes : mapping of int to ndarray of float64
        For a category, the training's code of each of the variable's levels, by column.
    """

    variables: NDArray[np.intp]
    codes: dict[int, Floats]

    def encode(self, values: Floats) -> Floats:
        """Rows of the space as the models see them."""
        out = np.full((len(values), len(self.variables)), np.nan)
        known = self.variables >= 0
        out[:, known] = values[:, self.variables[known]]
        for column, codes in self.codes.items():
            out[:, column] = codes[out[:, column].astype(np.intp)]
        return out


@dataclass(frozen=True, eq=False)
class TargetModel:
    """What predicts one target: the mean of some models on one matrix."""

    name: str
    models: tuple[FittedModel, ...]
    columns: Columns


class ModelSurrogate:
    """Fitted models behind ``Surrogate``.

    Parameters
    ----------
    space : Space
    models : sequence of TargetModel
    bounds, distance : callable, optional
        Intervals and distances of rows of values; unknown if unset.
    level : float
        Nominal coverage of the intervals.
    threads : int
        Threads of the libraries.
    """

    def __init__(
        self,
        space: Space,
        models: Sequence[TargetModel],
        *,
        bounds: Callable[[Floats], tuple[Floats, Floats]] | None = None,
        distance: Callable[[Floats], Floats] | None = None,
        level: float = 0.9,
        threads: int = 1,
    ) -> None:
        self._space, self._models, self._threads = space, tuple(models), threads
        self._bounds, self._distance, self._level = bounds, distance, level

    @property
    def targets(self) -> tuple[str, ...]:
        """As ``Surrogate.targets``."""
        return tuple(model.name for model in self._models)

    @property
    def models(self) -> tuple[TargetModel, ...]:
        """What predicts each target."""
        return self._models

    def predict(self, values: Floats) -> Floats:
        """As ``Surrogate.predict``."""
        out = np.empty((len(values), len(self._models)))
        encoded: dict[int, Floats] = {}
        for k, target in enumerate(self._models):
            X = encoded.setdefault(id(target.columns), target.columns.encode(values))
            for begin in range(0, len(X), BLOCK_ROWS):
                block = slice(begin, begin + BLOCK_ROWS)
                parts = [model.predict(X[block], threads=self._threads) for model in target.models]
                out[block, k] = sum(parts[1:], parts[0]) / len(parts)
        return out

    @property
    def level(self) -> float:
        """As ``Surrogate.level``."""
        return self._level

    def bounds(self, values: Floats) -> tuple[Floats, Floats]:
        """As ``Surrogate.bounds``."""
        if self._bounds is not None:
            return self._bounds(values)
        unknown = np.full((len(values), len(self._models)), np.nan)
        return unknown, unknown

    def distance(self, values: Floats) -> Floats:
        """As ``Surrogate.distance``."""
        return np.full(len(values), np.nan) if self._distance is None else self._distance(values)

    def thresholds(self) -> list[Floats | None]:
        """As ``Surrogate.thresholds``."""
        out: list[list[Floats | None]] = []
        for target in self._models:
            n_features = len(target.columns.variables)
            for model in target.models:
                cuts: list[Floats | None] = [np.zeros(0)] * len(self._space)
                for column, found in enumerate(thresholds_of(model, n_features)):
                    if (i := int(target.columns.variables[column])) >= 0:
                        cuts[i] = found
                out.append(cuts)
        return join_thresholds(out)

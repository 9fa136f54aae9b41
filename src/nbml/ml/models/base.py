"""The one protocol behind which every model family stands.

A family turns an encoded matrix into a fitted model that predicts, explains itself and can be written
as named byte strings. What can be prepared once per fold (bins, quantised pools) is split from the fit.
Callers see ``Family`` and ``FittedModel`` only; what a family's own file supplies is in ``learner``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Params = dict[str, Any]
Task = Literal["regression"]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Layout:
    """What the columns of an encoded matrix are.

    Attributes
    ----------
    n_levels : tuple of int
        Number of levels of each column; 0 for a numeric one. A categorical column holds the codes
        0 .. n_levels - 1 as floats; NaN means missing or unseen in both kinds.
    """

    n_levels: tuple[int, ...]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.n_levels)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Positions of the categorical columns."""
        return tuple(i for i, n in enumerate(self.n_levels) if n)


@dataclass(frozen=True)
class Shape:
    """What a search space may depend on: sizes known before any fit.

    Attributes
    ----------
    n_rows, n_features : int
        Size of the encoded matrix.
    n_train : int
        Rows of a typical training part: the mean over the folds.
    n_categorical : int
        How many of the columns are categorical.
    """

    n_rows: int
    n_features: int
    n_train: int
    n_categorical: int = 0


@dataclass(frozen=True)
class Attribution:
    """Shapley values of one output for some rows.

    Attributes
    ----------
    values : ndarray of float64, shape (n_rows, n_features)
        Contribution of each feature; ``base + values.sum(1)`` is the prediction of each row.
    base : float
        Prediction without any feature known.
    """

    values: Floats
    base: float


@dataclass(frozen=True)
class Param:
    """Range of one searched parameter.

    Attributes
    ----------
    kind : {"float", "int", "choice"}
        What is drawn.
    low, high : float or None
        Inclusive bounds of a float or int; equal bounds fix it.
    log : bool
        Whether it is drawn on a logarithmic scale.
    choices : tuple
        The values of a choice.
    why : str
        The reason for the range, shown in the documentation and the panel.
    """

    kind: Literal["float", "int", "choice"]
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()
    why: str = ""


class FitStoppedError(Exception):
    """Raised by a fit whose ``should_stop`` said so; the unfinished model is discarded."""


class FittedModel(Protocol):
    """A model that has learnt. Thread-safe for reading."""

    def predict(self, X: Floats, *, threads: int = 1) -> Floats:
        """Predictions, shape (n_rows,), float64; (n_rows, n_classes) once there are classes.

        Raises
        ------
        ModelError
            NBML-M02 for an infinite value, NBML-M04 for another number of columns.
        """
        ...

    def attribute(self, X: Floats, *, background: Floats, seed: int, threads: int = 1) -> Attribution:
        """Shapley values: exact for trees; else by permutations over ``background``, drawn with ``seed``.

        ``background`` holds training rows; at most 100 of them are used. Trees need none.
        """
        ...

    def interact(self, X: Floats, features: Sequence[int], *, threads: int = 1) -> Floats:
        """Shapley interaction values of some features with all, (n_rows, len(features), n_features).

        Entry ``[r, k, j]`` is half the effect of the pair of ``features[k]`` and j; where j is the feature
        itself, what remains of its Shapley value, so that ``[r, k].sum()`` is that value. Trees only.

        Raises
        ------
        ModelError
            NBML-M62 for a family that has none.
        """
        ...

    def files(self) -> dict[str, bytes]:
        """The model in its library's own portable format, by plain file name; never a pickle."""
        ...


class Family(Protocol):
    """One way of learning. Stateless; one instance a process."""

    name: str

    def space(self, shape: Shape) -> dict[str, Param]:
        """The parameters that are searched, with ranges fit for a table of this shape."""
        ...

    def start(self, shape: Shape) -> Params:
        """The first point tried: a good default inside the space."""
        ...

    def prepare(self, X: Floats, layout: Layout, *, threads: int) -> Any:
        """What every fit on these training rows shares, whatever the target and the parameters.

        Kept in the worker's memory, never pickled; used by one fit at a time. ``X`` is not changed.

        Raises
        ------
        ModelError
            NBML-M01 without rows or columns, NBML-M02 for an infinite value.
        """
        ...

    def fit(
        self, prepared: Any, y: Floats, params: Params, *, seed: int, threads: int, should_stop: ShouldStop
    ) -> FittedModel:
        """Learn ``y`` (n_rows,), all finite. Deterministic for equal arguments and thread count.

        Raises
        ------
        FitStoppedError
            When ``should_stop`` returned True between two rounds.
        ModelError
            NBML-M03 where ``y`` is not finite, NBML-M06 where the library refused.
        """
        ...

    def final_params(self, params: Params, *, n_train: float, n_rows: int) -> Params:
        """Parameters for the refit on all rows, given the mean size of the folds' training parts."""
        ...

    def load(self, files: Mapping[str, bytes]) -> FittedModel:
        """The inverse of ``FittedModel.files``: predictions are equal to the last bit.

        Raises
        ------
        ModelError
            NBML-M05 where a file is missing, damaged or of another family.
        """
        ...

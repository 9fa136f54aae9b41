"""What the search asks of trained models, whoever made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trust:
    """How far predictions may be believed.

    Attributes
    ----------
    lower, upper : ndarray of float64, shape (n_rows, n_targets)
        Prediction intervals; NaN where there are none.
    level : float
        Their nominal coverage.
    distance : ndarray of float64, shape (n_rows,)
        Distance to the training rows; NaN where unknown.
    """

    lower: Floats
    upper: Floats
    level: float
    distance: Floats


def trust_of(surrogate: Surrogate, values: Floats) -> Trust:
    """All there is to know of how far to believe predictions of rows."""
    return Trust(*surrogate.bounds(values), surrogate.level, surrogate.distance(values))


class Surrogate(Protocol):
    """Models of all targets behind one call."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets, in the order of the predictions."""
        ...

    def predict(self, values: Floats) -> Floats:
        """Predictions, shape (n_rows, n_targets), of rows of input values.

        `values` has one column for each variable of the space, in its order; a category is its level's place.
        Rows are independent of each other: a row predicts the same in any company.
        """
        ...

    @property
    def level(self) -> float:
        """Nominal coverage of the prediction intervals."""
        ...

    def bounds(self, values: Floats) -> tuple[Floats, Floats]:
        """Lower and upper ends of prediction intervals, each of the shape of `predict`; dearer than that."""
        ...

    def distance(self, values: Floats) -> Floats:
        """Distance of each row to the training rows, 0 to 1; NaN where unknown."""
        ...

    def thresholds(self) -> list[Floats | None]:
        """For each variable the values where predictions may change, ascending; None for anywhere.

        A prediction is constant for values above one threshold and up to and with the next.
        """
        ...

"""What an interval promises and what it does not: counted, not hoped for."""

from __future__ import annotations

from dataclasses import dataclass

from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.weights import highest_level, is_reachable, worst_case


@dataclass(frozen=True)
class Guarantee:
    """The promise of one level for one target.

    Attributes
    ----------
    level : float
        What was asked for; coverage is near it where new units are like those of the training table.
    worst_case : float
        Coverage guaranteed whatever the distribution, given exchangeable units and settings fixed
        beforehand. That the search has seen the held-out rows is not part of it.
    n_units : int
        Observations that count.
    is_grouped : bool
        Whether they are groups: then the promise is for a row of a new group.
    highest : float
        Highest level with finite bounds, n / (n + 1).
    is_reachable : bool
        Whether `level` is not above it.
    is_local : bool
        Whether widths differ from row to row by difficulty.
    """

    level: float
    worst_case: float
    n_units: int
    is_grouped: bool
    highest: float
    is_reachable: bool
    is_local: bool

    @classmethod
    def of(cls, calibration: Calibration, level: float, *, is_grouped: bool) -> Guarantee:
        """The promise of a calibration at a level."""
        n_units = calibration.n_units
        return cls(
            level,
            worst_case(level, n_units, calibration.n_folds),
            n_units,
            is_grouped,
            highest_level(n_units),
            is_reachable(level, n_units),
            calibration.is_local,
        )

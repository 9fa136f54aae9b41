"""How far a finished model can be relied on: its errors by distance to the data, its intervals as measured.

Reads what the job has kept beside its models; nothing is fitted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nbml.jobs.batch import FAR
from nbml.ml.domain.domain import NEAREST, mean_distance
from nbml.ml.domain.neighbours import held_out_near

if TYPE_CHECKING:
    from nbml.ml.models.base import Floats
    from nbml.ml.reference import Key, Reference
    from nbml.spec.result import Coverage

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, FAR, 1.0)
FEW_FAR = 10
"""Far rows below which their mean error says little."""
FEW_UNITS = 30
"""Rows or groups below which a measured share is loose by several percent."""


@dataclass(frozen=True)
class Band:
    """Held-out rows of one range of distance.

    Attributes
    ----------
    low, high : float
        Distance, 0 to 1; the upper end belongs to the last band only.
    n_rows : int
    error : float or None
        Mean absolute error in target units; None without rows.
    """

    low: float
    high: float
    n_rows: int
    error: float | None


@dataclass(frozen=True)
class Far:
    """Held-out rows that are far from the data beside all others.

    Attributes
    ----------
    n_rows : int
        Far ones.
    error, others : float
        Mean absolute error of the far ones and of the others, in target units.
    """

    n_rows: int
    error: float
    others: float

    @property
    def is_few(self) -> bool:
        """Whether there are too few far rows to tell much."""
        return self.n_rows < FEW_FAR


def held_out_distance(reference: Reference) -> Floats:
    """Distance of every reference row to the data outside its fold, 0 to 1, as ``predict`` gives it."""
    domain = reference.domain
    away = mean_distance(held_out_near(domain.axes, domain.X, reference.fold, NEAREST))
    score = np.searchsorted(domain.held_out, away, side="left") / max(len(domain.held_out), 1)
    return np.asarray(score, dtype=np.float64)


def errors_by_distance(
    reference: Reference, key: Key, distance: Floats
) -> tuple[tuple[Band, ...], Far | None]:
    """Mean absolute held-out error of a model by ranges of distance, and of far rows beside the others.

    Parameters
    ----------
    reference : Reference
    key : (target, family)
    distance : ndarray of float64, shape (n_reference,)
        Of ``held_out_distance``.

    Returns
    -------
    bands : tuple of Band
        Empty where nothing was kept of the model.
    far : Far or None
        None where one of the two kinds of rows is missing.
    """
    calibration = reference.calibrations.get(key)
    if calibration is None:
        return (), None
    error = calibration.difficulty.residual[calibration.known]
    distance = distance[calibration.known]
    bands = []
    for low, high in pairwise(EDGES):
        here = (distance >= low) & ((distance < high) | (high == EDGES[-1]))
        bands.append(Band(low, high, int(here.sum()), float(error[here].mean()) if here.any() else None))
    far = distance >= FAR
    if not far.any() or far.all():
        return tuple(bands), None
    return tuple(bands), Far(int(far.sum()), float(error[far].mean()), float(error[~far].mean()))


def highest_reachable(coverage: Sequence[Coverage]) -> float:
    """The highest level that has finite intervals: n / (n + 1) of the rows or groups there are."""
    units = max((one.n_units for one in coverage), default=0)
    return units / (units + 1)


def standard_error(one: Coverage) -> float | None:
    """How loose a measured coverage is: one standard error of a share of so many rows or groups.

    Rows are taken to be independent of each other, groups to be one observation each.
    """
    if one.share is None or not one.n_units:
        return None
    spread = max(one.share * (1 - one.share), one.level * (1 - one.level))
    return float(np.sqrt(spread / one.n_units))


def falls_short(one: Coverage) -> bool:
    """Whether held-out rows were covered less often than asked, by more than chance explains."""
    loose = standard_error(one)
    return one.share is not None and loose is not None and one.share < one.level - 2 * loose

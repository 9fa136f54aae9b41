"""Limits known only by computing a row: feasible rows come first, then those that miss least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.formula import Formula

Floats = NDArray[np.float64]


class Columns(Protocol):
    """What a limit may ask of evaluated rows."""

    def __getitem__(self, name: str) -> Floats:
        """An input or a predicted target."""
        ...

    @property
    def distance(self) -> Floats:
        """Distance of each row to the training rows."""
        ...

    def width(self, target: str) -> Floats:
        """Width of the prediction interval of a target."""
        ...


class Limit(Protocol):
    """One limit."""

    @property
    def label(self) -> str:
        """How it is called."""
        ...

    @property
    def place(self) -> str:
        """The field of the spec."""
        ...

    def violation(self, columns: Columns) -> Floats:
        """By how much each row misses it; 0 where it holds, infinite where it is not defined."""
        ...


@dataclass(frozen=True)
class FormulaLimit:
    """Comparisons between arithmetic formulas."""

    formula: Formula
    label: str
    place: str = ""

    def violation(self, columns: Columns) -> Floats:
        """As ``Limit.violation``; in the units of the formula. An equality holds within 1e-9 of its sides."""
        miss = self.formula.shortfall({name: columns[name] for name in self.formula.names})
        return np.where(miss <= 1e-9 * self.scale(columns), 0.0, miss)

    def scale(self, columns: Columns) -> Floats:
        """The size of what is compared, for each row."""
        values = [
            Formula(self.label, (side,)).value(_Named(columns, self.formula)) for side in self.formula.sides
        ]
        largest = np.max(np.abs(np.broadcast_arrays(*values)), axis=0)
        return np.asarray(np.nan_to_num(largest, nan=0.0, posinf=0.0), dtype=np.float64)


@dataclass(frozen=True)
class DistanceLimit:
    """At most so far from the training rows."""

    most: float
    label: str
    place: str = ""

    def violation(self, columns: Columns) -> Floats:
        """As ``Limit.violation``."""
        return _above(columns.distance, self.most)


@dataclass(frozen=True)
class WidthLimit:
    """A prediction interval at most so wide."""

    target: str
    most: float
    label: str
    place: str = ""

    def violation(self, columns: Columns) -> Floats:
        """As ``Limit.violation``."""
        return _above(columns.width(self.target), self.most)


class _Named(dict[str, Floats]):
    def __init__(self, columns: Columns, formula: Formula) -> None:
        super().__init__({name: columns[name] for name in formula.names})


def _above(values: Floats, most: float) -> Floats:
    return np.where(np.isfinite(values), np.maximum(values - most, 0.0), np.inf)

"""What is wanted, and how well a row does: objectives to minimise, limits to keep, desirability.

Desirability is that of Derringer and Suich [1]_: 0 to 1 for each goal, joined by a weighted geometric mean,
so that one goal wholly missed makes the whole 0.

.. [1] G. Derringer, R. Suich (1980), Simultaneous optimization of several response variables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from nbml.errors import OptimizeError
from nbml.inverse.formula import Formula
from nbml.ml.notes import Note

Floats = NDArray[np.float64]
Kind = Literal["maximize", "minimize", "reach", "between", "at_least", "at_most"]
On = Literal["target", "input", "formula"]


@dataclass(frozen=True)
class Goal:
    """One goal.

    Attributes
    ----------
    label : str
        How it is called: the column's name or the formula.
    kind : str
        maximize, minimize, reach, between, at_least, at_most.
    on : {"target", "input", "formula"}
        What `label` is.
    low, high : float
        What counts as met: the value less and plus the tolerance, the range, one side open; both open for a
        direction.
    value : float
        What shall be reached; NaN otherwise.
    weight : float
        Share in the desirability, above zero.
    soft : bool
        Whether a range is traded against the other goals instead of kept first.
    seen_low, seen_high : float
        Range that was seen in the data: the scale of the goal.
    formula : Formula or None
        What to compute.
    """

    label: str
    kind: Kind
    on: On = "target"
    low: float = -math.inf
    high: float = math.inf
    value: float = math.nan
    weight: float = 1.0
    soft: bool = False
    seen_low: float = 0.0
    seen_high: float = 1.0
    formula: Formula | None = None
    place: str = ""

    @property
    def is_limit(self) -> bool:
        """Whether it must be met before anything else counts."""
        return self.kind in ("between", "at_least", "at_most") and not self.soft

    @property
    def is_direction(self) -> bool:
        """Whether it has no end."""
        return self.kind in ("maximize", "minimize")

    @property
    def scale(self) -> float:
        """A typical size of its values; above zero."""
        width = self.seen_high - self.seen_low
        return width if width > 0 else max(abs(self.seen_high), 1.0)

    def seen(self, values: Floats) -> Goal:
        """The goal with the range of some values as its scale."""
        known = values[np.isfinite(values)]
        if not len(known):
            return self
        return replace(self, seen_low=float(known.min()), seen_high=float(known.max()))

    def miss(self, values: Floats) -> Floats:
        """By how much values miss what counts as met; 0 for a direction."""
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)

    def objective(self, values: Floats) -> Floats:
        """What is minimised."""
        if self.is_direction:
            return -values if self.kind == "maximize" else values
        return self.miss(values)

    def margin(self, values: Floats) -> Floats:
        """How far inside the wanted range, in seen ranges; negative outside."""
        return np.minimum(values - self.low, self.high - values) / self.scale

    def worst(self) -> float:
        """The objective at the worse end of what was seen; a reference for hypervolumes."""
        return float(self.objective(np.array([self.seen_low, self.seen_high])).max())

    def desirability(self, values: Floats) -> Floats:
        """0 to 1 for each value: 1 where met (a direction: at the better end of what was seen)."""
        if self.is_direction:
            share = (values - self.seen_low) / self.scale
            return np.clip(share if self.kind == "maximize" else 1.0 - share, 0.0, 1.0)
        room_below, room_above = self.low - self.seen_low, self.seen_high - self.high
        below = np.where(
            values < self.low, (values - self.seen_low) / _above_zero(room_below, self.scale), 1.0
        )
        above = np.where(
            values > self.high, (self.seen_high - values) / _above_zero(room_above, self.scale), 1.0
        )
        return np.clip(np.minimum(below, above), 0.0, 1.0)

    def probability(self, values: Floats, lower: Floats, upper: Floats, level: float) -> Floats:
        """The probability that it is met, by a normal distribution with this interval; 1 for a direction.

        Without an interval the value itself is taken for certain.
        """
        if self.is_direction:
            return np.ones_like(values)
        z = NormalDist().inv_cdf(0.5 + level / 2)
        spread = (upper - lower) / (2 * z)
        middle = (upper + lower) / 2
        certain = ~(np.isfinite(spread) & (spread > 0))
        spread, middle = np.where(certain, 1.0, spread), np.where(certain, values, middle)
        chance = normal_cdf((self.high - middle) / spread) - normal_cdf((self.low - middle) / spread)
        return np.where(certain, (self.miss(values) == 0) * 1.0, chance)


def goal(
    label: str,
    kind: str,
    *,
    on: On = "target",
    value: float | None = None,
    low: float | None = None,
    high: float | None = None,
    tolerance: float | None = None,
    weight: float = 1.0,
    soft: bool = False,
    formula: Formula | None = None,
    place: str = "",
) -> Goal:
    """A goal as it is said.

    Raises
    ------
    OptimizeError
        NBML-O32 for a kind there is not or one without its numbers, O01 a range the wrong way round, O06 a
        number that is none.
    """
    told = {"place": place, "column": label}
    for name, given in (
        ("value", value),
        ("low", low),
        ("high", high),
        ("tolerance", tolerance),
        ("weight", weight),
    ):
        if given is not None and not math.isfinite(given):
            raise OptimizeError(
                "NBML-O06", **told | {"place": f"{place}.{name}"}, bound=name, value=str(given)
            )
    needs = {"reach": (value,), "between": (low, high), "at_least": (value,), "at_most": (value,)}
    if kind not in get_args(Kind) or None in needs.get(kind, ()) or weight <= 0 or (tolerance or 0) < 0:
        raise OptimizeError("NBML-O32", **told, goal=kind, kinds=list(get_args(Kind)))
    if kind == "between":
        assert low is not None
        assert high is not None
        if low > high:
            raise OptimizeError("NBML-O01", **told | {"place": f"{place}.low"}, low=low, high=high)
        bounds = (low, high)
    elif kind == "reach":
        assert value is not None
        bounds = (value - (tolerance or 0.0), value + (tolerance or 0.0))
    else:
        bounds = (
            value if kind == "at_least" and value is not None else -math.inf,
            value if kind == "at_most" and value is not None else math.inf,
        )
    return Goal(
        label, cast("Kind", kind), on, *bounds, value=math.nan if value is None else value, weight=weight,
        soft=soft, formula=formula, place=place,
    )  # fmt: skip


def out_of_reach(goal: Goal) -> Note | None:
    """NBML-O11 where what is wanted lies wholly outside what was seen."""
    if goal.is_direction or (goal.low <= goal.seen_high and goal.high >= goal.seen_low):
        return None
    return Note(
        "NBML-O11", {"place": goal.place, "column": goal.label, "low": goal.seen_low, "high": goal.seen_high}
    )


def desirability(goals: Sequence[Goal], values: Floats) -> Floats:
    """The weighted geometric mean over goals; `values` has one column a goal."""
    each = np.column_stack([goal.desirability(values[:, k]) for k, goal in enumerate(goals)])
    weights = np.array([goal.weight for goal in goals])
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp((np.log(each) * weights).sum(axis=1) / weights.sum()))


def normal_cdf(z: Floats) -> Floats:
    """The distribution function of the standard normal."""
    from scipy.special import ndtr

    return np.asarray(ndtr(z), dtype=np.float64)


def _above_zero(room: float, otherwise: float) -> float:
    return room if room > 0 and math.isfinite(room) else otherwise

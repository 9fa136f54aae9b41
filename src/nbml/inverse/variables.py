"""What may be set: one input as a row of positions 0 .. count - 1, each standing for an exact value.

Owns decimal arithmetic: a position is an integer, its value the double nearest to an exact decimal, so that
a step of 0.1 never shows as 0.30000000000000004. Knows nothing of constraints between inputs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbml.errors import OptimizeError
from nbml.ml.notes import Note

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DECADES = 5
"""A continuous input is a grid of at least 10**DECADES steps."""
LOG_POSITIONS = 10_001
SIGNIFICANT = 6
MOST_POSITIONS = 2**40
MOST_DIGITS = 22


@dataclass(frozen=True, eq=False)
class Variable:
    """One input.

    Attributes
    ----------
    name : str
        The user's name.
    kind : {"number", "category"}
        A category's positions are its levels.
    count : int
        Number of positions; 1 is a fixed input.
    levels : tuple of str
        Levels of a category.
    offset, step, scale : int
        Position k of a grid has the value ``(offset + step * k) / scale``.
    listed : ndarray of int64 or None
        Values (times `scale`) of positions that are no grid, ascending: listed values, a logarithmic scale.
    first : int
        With `zero`: the least position above zero that is allowed, so positions are 0 and first .. count - 1.
    zero : bool
        Whether the input may also be zero (left out) though its lower bound is above zero.
    tolerance : float
        How exactly it can be set, in its own unit; 0 for exactly.
    notes : tuple of Note
        What is worth saying of how it was understood.
    """

    name: str
    kind: Literal["number", "category"] = "number"
    count: int = 1
    levels: tuple[str, ...] = ()
    offset: int = 0
    step: int = 1
    scale: int = 1
    listed: Ints | None = None
    first: int = 0
    zero: bool = False
    tolerance: float = 0.0
    notes: tuple[Note, ...] = field(default=())

    @property
    def is_category(self) -> bool:
        """Whether positions are levels."""
        return self.kind == "category"

    @property
    def is_grid(self) -> bool:
        """Whether values are equally spaced numbers."""
        return self.kind == "number" and self.listed is None

    @property
    def is_fixed(self) -> bool:
        """Whether there is one value only."""
        return self.count == 1

    @property
    def can_be_zero(self) -> bool:
        """Whether position 0 stands for the value zero."""
        return not self.is_category and int(self.integers(np.zeros(1, dtype=np.int64))[0]) == 0

    def integers(self, positions: Ints) -> Ints:
        """Exact values times `scale`, of positions of any shape."""
        if self.listed is not None:
            return self.listed[positions]
        return self.offset + self.step * positions

    def values(self, positions: Ints) -> Floats:
        """Values as doubles, each the nearest to its decimal; codes of levels for a category."""
        if self.is_category:
            return positions.astype(np.float64)
        return self.integers(positions) / float(self.scale)

    def positions(self, values: Floats) -> Ints:
        """Nearest positions to values (levels' codes for a category); NaN becomes the middle."""
        middle = (self.count - 1) // 2
        if self.is_category:
            return np.clip(np.nan_to_num(values, nan=middle), 0, self.count - 1).astype(np.int64)
        scaled = np.asarray(values, dtype=np.float64) * self.scale
        if self.listed is not None:
            right = np.clip(np.searchsorted(self.listed, scaled), 1, max(self.count - 1, 1))
            if self.count == 1:
                return np.zeros(scaled.shape, dtype=np.int64)
            is_left = scaled - self.listed[right - 1] <= self.listed[right] - scaled
            return np.where(np.isnan(scaled), middle, right - is_left).astype(np.int64)
        steps = np.round((scaled - self.offset) / self.step)
        found = np.clip(np.nan_to_num(steps, nan=middle), 0, self.count - 1).astype(np.int64)
        if self.zero and self.first > 1:
            found = np.where(
                (found > 0) & (found < self.first), np.where(found * 2 < self.first, 0, self.first), found
            )
        return found

    def at_least(self, integers: Ints) -> Ints:
        """First position whose value (times `scale`) is at least so much; `count` where none is."""
        if self.listed is not None:
            return np.searchsorted(self.listed, integers, side="left").astype(np.int64)
        return np.clip(-((self.offset - integers) // self.step), 0, self.count)

    def at_most(self, integers: Ints) -> Ints:
        """Last position whose value (times `scale`) is at most so much; -1 where none is."""
        if self.listed is not None:
            return np.searchsorted(self.listed, integers, side="right").astype(np.int64) - 1
        return np.clip((integers - self.offset) // self.step, -1, self.count - 1)

    @property
    def low(self) -> float:
        """Least value above zero, or the least one where zero is in the range."""
        return float(self.values(np.array([self.first]))[0])

    @property
    def high(self) -> float:
        """Greatest value."""
        return float(self.values(np.array([self.count - 1]))[0])


def exact(value: float) -> Decimal:
    """The shortest decimal that reads as the double: 0.1 is one tenth."""
    return Decimal(repr(float(value)))


def continuous_step(low: float, high: float) -> Decimal:
    """The power of ten that cuts a range into 10**DECADES steps and more."""
    width = high - low
    return Decimal(10) ** (math.floor(math.log10(width)) - DECADES) if width > 0 else Decimal(1)


def number(
    name: str,
    low: float | None,
    high: float | None,
    *,
    step: float | None = None,
    integer: bool = False,
    log: bool = False,
    zero: bool = False,
    tolerance: float | None = None,
    resolution: Decimal | None = None,
    place: str = "",
) -> Variable:
    """A number between bounds.

    Parameters
    ----------
    name : str
    low, high : float
        Inclusive bounds; equal ones fix it.
    step : float, optional
        Values are ``low``, ``low + step`` and so on; continuous if unset.
    integer : bool
        Whole numbers only.
    log : bool
        Drawn on a logarithmic scale.
    zero : bool
        It may also be zero, below ``low``.
    tolerance : float, optional
        How exactly it can be set.
    resolution : Decimal, optional
        Step of a continuous one; by default as fine as shows (``continuous_step``).
    place : str
        The field of the spec, carried by errors.

    Raises
    ------
    OptimizeError
        NBML-O01 bounds the wrong way round, O03 a step that is not above zero, O06 a bound that is none, O08
        a logarithmic scale at or below zero, O10 a bound or step of an integer that is not whole, O34 a
        logarithmic scale with steps, O37 more digits than can be exact, O39 zero beside a range whose steps
        do not start at zero.
    """
    told = {"place": place, "column": name}
    for bound, given in (("low", low), ("high", high)):
        if given is None or not math.isfinite(given):
            raise OptimizeError(
                "NBML-O06", **told | {"place": f"{place}.{bound}"}, bound=bound, value=str(given)
            )
    assert low is not None
    assert high is not None
    if low > high:
        raise OptimizeError("NBML-O01", **told | {"place": f"{place}.low"}, low=low, high=high)
    if step is not None and not (math.isfinite(step) and step > 0):
        raise OptimizeError("NBML-O03", **told | {"place": f"{place}.step"}, step=str(step))
    tolerance = _tolerance(tolerance, told)
    if log:
        if low <= 0:
            raise OptimizeError("NBML-O08", **told | {"place": f"{place}.low"}, low=low)
        if step is not None or integer:
            raise OptimizeError("NBML-O34", **told | {"place": f"{place}.log"})
        if zero:
            raise OptimizeError("NBML-O39", **told | {"place": f"{place}.zero"}, low=low, step="log")
        drawn = np.geomspace(low, high, LOG_POSITIONS)[1:-1]
        return listed(name, [low, *(float(f"{v:.{SIGNIFICANT}g}") for v in drawn), high], tolerance=tolerance)
    if integer:
        for bound, given in (("low", low), ("high", high), ("step", step)):
            if given is not None and given != int(given):
                raise OptimizeError("NBML-O10", **told | {"place": f"{place}.{bound}"}, value=given)
        step = 1.0 if step is None else step
    first, last, notes = exact(low), exact(high), []
    if step is None:
        by = resolution or continuous_step(min(low, 0.0) if zero else low, high)
        low_on_grid, high_on_grid = _multiple(first, by, ROUND_CEILING), _multiple(last, by, ROUND_FLOOR)
        first, last = (low_on_grid, high_on_grid) if low_on_grid <= high_on_grid else (first, first)
    else:
        by = exact(step)
        if low == high:
            notes.append(Note("NBML-O02", told | {"value": low}))
        elif by > last - first:
            notes.append(
                Note("NBML-O04", told | {"place": f"{place}.step", "step": step, "low": low, "high": high})
            )
        elif (last - first) % by:
            real = first + (last - first) // by * by
            notes.append(
                Note("NBML-O05", told | {"place": f"{place}.high", "high": high, "real": float(real)})
            )
    count = int((last - first) // by) + 1
    digits = max(-min(d.normalize().as_tuple().exponent for d in (first, by)), 0)  # type: ignore[operator]
    if zero and first > 0:
        if first % by:
            raise OptimizeError("NBML-O39", **told | {"place": f"{place}.zero"}, low=low, step=float(by))
        begin = int(first / by)
        count, offset = count + begin, Decimal(0)
    else:
        begin, offset, zero = 0, first, False
    scale = 10**digits
    if count > MOST_POSITIONS or digits > MOST_DIGITS or max(abs(first), abs(last)) * scale > 2**53:
        raise OptimizeError("NBML-O37", **told | {"place": f"{place}.step"}, low=low, high=high)
    return Variable(
        name,
        count=count,
        offset=int(offset * scale),
        step=int(by * scale) if count > 1 else 1,
        scale=scale,
        first=begin,
        zero=zero,
        tolerance=tolerance,
        notes=tuple(notes),
    )


def listed(
    name: str, values: Sequence[float], *, tolerance: float | None = None, place: str = ""
) -> Variable:
    """A number that takes one of some values.

    Raises
    ------
    OptimizeError
        NBML-O06 for a value that is no finite number, O09 without values, O37 more digits than can be exact.
    """
    told = {"place": place, "column": name}
    if not len(values):
        raise OptimizeError("NBML-O09", **told | {"place": f"{place}.levels"}, levels=[], known="–")
    for value in values:
        if not math.isfinite(value):
            raise OptimizeError(
                "NBML-O06", **told | {"place": f"{place}.levels"}, bound="levels", value=str(value)
            )
    decimals = sorted({exact(value) for value in values})
    digits = max(max(-d.normalize().as_tuple().exponent for d in decimals), 0)  # type: ignore[operator]
    scale = 10**digits
    if digits > MOST_DIGITS or max(abs(d) for d in decimals) * scale > 2**53:
        raise OptimizeError("NBML-O37", **told, low=min(values), high=max(values))
    ints = np.array([int(d * scale) for d in decimals], dtype=np.int64)
    tolerance = _tolerance(tolerance, told)
    gaps = np.unique(np.diff(ints))
    if len(gaps) <= 1:
        step = int(gaps[0]) if len(gaps) else 1
        return Variable(
            name, count=len(ints), offset=int(ints[0]), step=step, scale=scale, tolerance=tolerance
        )
    return Variable(name, count=len(ints), scale=scale, listed=ints, tolerance=tolerance)


def category(name: str, levels: Sequence[str], known: Sequence[str], *, place: str = "") -> Variable:
    """A category that takes one of some levels; its positions follow `levels`.

    Raises
    ------
    OptimizeError
        NBML-O09 without levels, or with one that no training row had.
    """
    chosen = tuple(dict.fromkeys(levels))
    strange = [level for level in chosen if level not in set(known)]
    if strange or not chosen:
        raise OptimizeError(
            "NBML-O09", place=f"{place}.levels", column=name, levels=strange, known=list(known)[:20]
        )
    return Variable(name, kind="category", count=len(chosen), levels=chosen)


def _multiple(value: Decimal, by: Decimal, rounding: str) -> Decimal:
    return (value / by).to_integral_value(rounding) * by


def _tolerance(tolerance: float | None, told: dict[str, str]) -> float:
    if tolerance is not None and not (math.isfinite(tolerance) and tolerance >= 0):
        raise OptimizeError(
            "NBML-O06",
            **told | {"place": f"{told['place']}.tolerance"},
            bound="tolerance",
            value=str(tolerance),
        )
    return tolerance or 0.0

"""Constraints that choose: at most so many of these, if this then that, these combinations only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Cell = str | float


@dataclass(frozen=True)
class Count:
    """At most (and at least) so many of some inputs are not zero."""

    names: tuple[str, ...]
    most: int
    least: int = 0
    label: str = ""
    place: str = ""


@dataclass(frozen=True)
class Allowed:
    """What remains of an input under a condition.

    Attributes
    ----------
    levels : tuple of str or None
        Levels of a category.
    low, high : float or None
        Bounds of a number.
    """

    levels: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class When:
    """Where categories have certain levels, other inputs keep to less.

    Attributes
    ----------
    when : mapping of str to tuple of str
        Levels by category; all must hold together.
    then : mapping of str to Allowed
        What remains of other inputs.
    """

    when: Mapping[str, tuple[str, ...]]
    then: Mapping[str, Allowed]
    label: str = ""
    place: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs it speaks of."""
        return (*self.when, *self.then)


@dataclass(frozen=True)
class Combinations:
    """Some inputs together take only listed combinations, or all but those.

    Attributes
    ----------
    names : tuple of str
        The inputs.
    rows : tuple of tuple
        Combinations in the order of `names`: levels as text, numbers as numbers.
    mode : {"only", "never"}
        Whether the rows are allowed or forbidden.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    mode: Literal["only", "never"] = "only"
    label: str = ""
    place: str = ""

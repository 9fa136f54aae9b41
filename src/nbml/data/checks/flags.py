"""Two-valued columns of which one value never comes without the rarer value of a two-valued target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.finding import plain
from nbml.data.checks.view import Numbers

LUCK = 1e-6
"""Probability by chance below which it is no accident."""

FEWEST = 10
"""Rows with the value."""

RARE = 0.6
"""Largest share of the implied target value: that a safe setting never fails is not a leak."""


@dataclass(frozen=True, eq=False)
class Flag:
    """Where column `name` is `level`, the target is `value`; `rows` is a mask."""

    name: str
    level: str
    value: float
    rows: NDArray[np.bool_]


def find_flags(y: Numbers, columns: Mapping[str, tuple[NDArray[np.intp], Sequence[Any]]]) -> list[Flag]:
    """Find flags among columns given as codes (-1 where missing) and levels; none if y has not two values."""
    known = ~np.isnan(y)
    if np.unique(y[known]).size != 2:
        return []
    flags = []
    for name, (codes, levels) in columns.items():
        for code, level in enumerate(levels if len(levels) == 2 else ()):
            rows = known & (codes == code)
            count = int(np.count_nonzero(rows))
            if count < FEWEST or np.ptp(y[rows]) > 0:
                continue
            value = float(y[rows][0])
            share = float(np.mean(y[known] == value))
            if share <= RARE and share**count < LUCK:
                shown = plain(float(level)) if isinstance(level, float | np.floating) else level
                flags.append(Flag(name, str(shown), value, rows))
    return flags


def find_siblings(
    flags: Sequence[Flag], columns: Mapping[str, tuple[NDArray[np.intp], Sequence[Any]]], order: Sequence[str]
) -> list[str]:
    """Find two-valued columns in one unbroken run with flags, as rare as these, that do not imply the target.

    A family of flags is often set by one rule after the event; one of them may be too rare, or fire too
    seldom together with the target, to be told by counting.

    Parameters
    ----------
    flags : sequence of Flag
    columns : mapping of str to (codes, levels)
    order : sequence of str
        Columns as they stand in the table.
    """
    if len(flags) < 2:
        return []
    rare = 2 * max(np.mean(flag.rows) for flag in flags)
    family = {flag.name for flag in flags}
    siblings: list[str] = []
    for names in (list(order), list(order)[::-1]):
        beside = False
        for name in names:
            codes, levels = columns.get(name, (np.empty(0, dtype=np.intp), ()))
            alike = len(levels) == 2 and np.bincount(codes[codes >= 0]).min() <= rare * codes.size
            beside = name in family or (beside and alike)
            if beside and name not in family and name not in siblings:
                siblings.append(name)
    return siblings

"""What a search has seen: the rows it evaluated, the front among them, and which boxes were predicted.

Owns the memory of a long search: the latest rows are kept, all others only as eight bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.problem import Rows
from nbml.inverse.ranking import dominated_by, non_dominated
from nbml.inverse.variables import Ints

KEPT = 100_000
Hashes = NDArray[np.uint64]


@dataclass
class Archive:
    """Evaluated rows, and the front among all there were.

    Attributes
    ----------
    parts : list of Rows
        The latest evaluated rows in order, at least `KEPT` of them where there were so many.
    front : Rows or None
        Rows that miss limits least, none dominated by another; None while no row has finite objectives.
    seen : Seen
        Boxes of cells (or rows) that were predicted.
    """

    parts: list[Rows] = field(default_factory=list)
    front: Rows | None = None
    seen: Seen = field(default_factory=lambda: Seen())

    @property
    def rows(self) -> Rows:
        """The latest evaluated rows, in order."""
        if len(self.parts) > 1:
            joined = Rows.join(self.parts)
            self.parts = [joined.take(slice(max(len(joined) - KEPT, 0), None))]
        return self.parts[0]

    def add(self, rows: Rows) -> None:
        """Take evaluated rows in."""
        self.parts.append(rows)
        if sum(map(len, self.parts)) > 2 * KEPT:
            _ = self.rows
        self.consider(rows)

    def consider(self, rows: Rows) -> None:
        """Look whether rows belong to the front, wherever they were evaluated."""
        least = float(rows.violation.min(initial=np.inf))
        if not np.isfinite(least) or (self.front is not None and self.front.violation[0] < least):
            return
        good = rows.take(rows.violation <= least)
        good = good.take(non_dominated(good.objectives))
        if self.front is None or self.front.violation[0] > least:
            self.front = good
            return
        good = good.take(~dominated_by(good.objectives, self.front.objectives))
        stay = ~dominated_by(self.front.objectives, good.objectives)
        self.front = Rows.join([self.front.take(stay), good])


class Seen:
    """A set of integer rows, eight bytes each; two rows in about 10**19 are taken for one."""

    def __init__(self) -> None:
        self._parts: list[Hashes] = []
        """Sorted, each more than twice as long as the next."""

    def new(self, keys: Ints) -> NDArray[np.intp]:
        """Places of keys that are not in it, one of each, in order."""
        return self._new(_hashes(keys))

    def take(self, keys: Ints, most: int | None = None) -> NDArray[np.intp]:
        """Places of the first keys that are not in it, at most so many; now they are."""
        hashes = _hashes(keys)
        places = self._new(hashes)[:most]
        if len(places):
            self._parts.append(np.sort(hashes[places]))
        while len(self._parts) > 1 and len(self._parts[-2]) <= 2 * len(self._parts[-1]):
            self._parts.append(np.sort(np.concatenate([self._parts.pop(), self._parts.pop()])))
        return places

    def _new(self, hashes: Hashes) -> NDArray[np.intp]:
        distinct, first = np.unique(hashes, return_index=True)
        fresh = np.ones(len(distinct), dtype=bool)
        for part in self._parts:
            at = np.searchsorted(part, distinct)
            fresh &= part[np.minimum(at, len(part) - 1)] != distinct
        return np.sort(first[fresh])


def _hashes(keys: Ints) -> Hashes:
    """A number for each row (Fibonacci hashing, column by column)."""
    out = np.zeros(len(keys), dtype=np.uint64)
    for column in keys.T:
        out = (out ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        out ^= out >> np.uint64(29)
    return out

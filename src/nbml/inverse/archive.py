"""What a search has seen: every row it evaluated, the front among them, and which boxes were predicted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.problem import Rows
from nbml.inverse.ranking import dominated_by, non_dominated
from nbml.inverse.variables import Ints


@dataclass
class Archive:
    """Every evaluated row, and the front among them.

    Attributes
    ----------
    parts : list of Rows
        What was evaluated, in order.
    front : Rows or None
        Rows that miss limits least, none dominated by another; None while no row has finite objectives.
    keys : set of bytes
        Boxes of cells (or rows) that were predicted.
    """

    parts: list[Rows] = field(default_factory=list)
    front: Rows | None = None
    keys: set[bytes] = field(default_factory=set)

    @property
    def rows(self) -> Rows:
        """All evaluated rows, in order."""
        if len(self.parts) > 1:
            self.parts = [Rows.join(self.parts)]
        return self.parts[0]

    def add(self, rows: Rows) -> None:
        """Take evaluated rows in."""
        self.parts.append(rows)
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

    def unseen(self, keys: Iterable[Ints], most: int | None = None) -> NDArray[np.intp]:
        """Places of the first keys that are new, at most so many; they count as seen from now on."""
        kept: list[int] = []
        for k, key in enumerate(keys):
            if len(kept) == most:
                break
            if (name := key.tobytes()) not in self.keys:
                self.keys.add(name)
                kept.append(k)
        return np.array(kept, dtype=np.intp)

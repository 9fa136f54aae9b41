"""What a worker does for a big inverse search: step one island for a while, and send it on.

Every stretch gives the same answer wherever and however often it is run: all an island knows travels with
it, so a worker that dies costs the stretch it was at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbml.inverse.island import Island
from nbml.inverse.problem import Rows
from nbml.inverse.variables import Ints
from nbml.jobs.optimize.sharing import PackedProblem

STRETCH_ROWS = 4_000
"""Rows evaluated between migrations: some tenths of a second, so that the front is seen to grow."""
SENT = 60


@dataclass(frozen=True, eq=False)
class Founding:
    """How an island begins.

    Attributes
    ----------
    number : int
    evaluations : int
        Its part of the budget.
    seed : int
    start : ndarray of int64
        Feasible rows to begin with.
    """

    number: int
    evaluations: int
    seed: int
    start: Ints


@dataclass(frozen=True, eq=False)
class Stretch:
    """What became of an island between two migrations.

    Attributes
    ----------
    island : Island or None
        As it is now; None once its budget is used or nothing is left to find.
    rows : Rows or None
        What was evaluated, in order.
    best : Rows or None
        Those among them that are on its front now: no other can be on the front of the whole search.
    sent : Rows or None
        Rows of its front for its neighbour.
    """

    island: Island | None
    rows: Rows | None
    best: Rows | None
    sent: Rows | None


class IslandBench:
    """The bench of big inverse searches; a task has an island or its founding, and immigrants or None."""

    def __init__(self, shared: PackedProblem) -> None:
        self._problem, self._folder = shared.open()

    def run(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> Stretch:
        """Step an island until it is time to exchange rows.

        Raises
        ------
        InterruptedError
            When it was asked to stop.
        """
        island = work["island"]
        if isinstance(island, Founding):
            island = Island(
                self._problem, island.evaluations, island.seed, number=island.number, start=island.start
            )
        if work["immigrants"] is not None:
            island.immigrate(work["immigrants"])
        born: list[Rows] = []
        is_over = False
        while sum(map(len, born)) < STRETCH_ROWS and not is_over:
            if should_stop():
                raise InterruptedError
            rows = island.step()
            if rows is None:
                is_over = True
            else:
                born.append(rows)
        island.archive.parts.clear()  # the search has them; an island goes on from its front and population
        found = Rows.join(born) if born else None
        return Stretch(None if is_over else island, found, _on_front(island, found), island.emigrants(SENT))

    def hear(self, news: Mapping[str, Any]) -> None:
        """Nothing is said to islands."""


def _on_front(island: Island, born: Rows | None) -> Rows | None:
    front = island.archive.front
    if front is None or born is None:
        return None
    new = {row.tobytes() for row in born.positions}
    return front.take(np.array([row.tobytes() in new for row in front.positions], dtype=bool))

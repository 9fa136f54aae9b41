"""A big inverse search as islands on workers: who may go on when, who gets whose rows, what is kept of it.

The number of islands follows from the budget, the stretches between migrations from the islands, and who
sends to whom is a ring: so the rows are the same on any number of workers. No island waits for all others;
each waits for its neighbour only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbml.engine.executor import Executor, Outcome, Task
from nbml.errors import NbmlError
from nbml.inverse.archive import Archive
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.variables import Ints
from nbml.jobs.optimize.island_bench import Founding, Stretch

ISLANDS_FROM = 100_000
"""Evaluations from which a search is split: below, it is over in the seconds that workers take to begin."""
EACH = 50_000
"""Evaluations of an island: of 25,000 each they found fronts 1 % smaller than one piece, of 50,000 0.3 %."""
LEAST, MOST = 2, 64
LOOK_EVERY_S = 0.1
KEPT_ROWS = 200_000


def island_count(evaluations: int) -> int:
    """How many islands a budget is split into, whatever the number of workers; 0 for one piece."""
    return 0 if evaluations < ISLANDS_FROM else int(np.clip(evaluations // EACH, LEAST, MOST))


class RecentArchive(Archive):
    """An archive of a search of any length: the whole front, and the latest ``KEPT_ROWS`` rows."""

    def collect(self, rows: Rows, best: Rows | None) -> None:
        """Take evaluated rows in, and let go of the oldest where there are too many.

        Parameters
        ----------
        rows : Rows
        best : Rows or None
            Those among them that may be on the front.
        """
        self.parts.append(rows)
        while sum(map(len, self.parts[1:])) >= KEPT_ROWS:
            del self.parts[0]
        if best is not None and len(best):
            self.consider(best)


@dataclass
class _Isle:
    """One island as the search sees it."""

    island: Any
    done: int = 0
    is_over: bool = False
    is_out: bool = False
    sent: dict[int, Rows | None] = field(default_factory=dict)
    found: dict[int, Stretch] = field(default_factory=dict)


class Islands:
    """The islands of one search.

    Parameters
    ----------
    problem : Problem
        Its counters tell what was evaluated.
    evaluations, seed : int
    count : int
        How many islands; the budget is split evenly among them.
    start : ndarray of int64
        Feasible rows to begin with, dealt out in turn.
    executor : Executor
        Open, with an ``IslandBench`` in each worker.
    archive : RecentArchive
        What is found, in the same order however fast the workers are.

    Attributes
    ----------
    failure : NbmlError or None
        Why a stretch failed for good; nothing is begun any more then.
    busy_s : float
        Seconds that workers were at work.
    """

    def __init__(
        self,
        problem: Problem,
        evaluations: int,
        seed: int,
        *,
        count: int,
        start: Ints,
        executor: Executor,
        archive: RecentArchive,
    ) -> None:
        self.failure: NbmlError | None = None
        self.busy_s = 0.0
        self.archive = archive
        self._problem, self._executor = problem, executor
        shares = np.full(count, evaluations // count)
        shares[: evaluations % count] += 1
        self._isles = [
            _Isle(Founding(k, int(share), seed, start[k::count])) for k, share in enumerate(shares)
        ]
        self._next = (0, 0)

    @property
    def busy(self) -> int:
        """Islands that are at work."""
        return sum(isle.is_out for isle in self._isles)

    def rounds(self) -> Iterator[Archive]:
        """Run to the end; the archive every tenth of a second or sooner."""
        while self.failure is None and not all(isle.is_over for isle in self._isles):
            self._hand_out()
            for outcome in self._executor.next(LOOK_EVERY_S):
                self._take(outcome)
            self._collect()
            yield self.archive

    def settle(self) -> None:
        """Take in what was found of stretches whose turn had not come: the search has ended early."""
        found = [(number, k) for k, isle in enumerate(self._isles) for number in isle.found]
        for number, k in sorted(found):
            self._keep(self._isles[k].found[number])
        for isle in self._isles:
            isle.found.clear()

    def _hand_out(self) -> None:
        ready = [k for k in range(len(self._isles)) if self._is_ready(k)]
        for k in sorted(ready, key=lambda k: (self._isles[k].done, k))[: self._executor.free()]:
            isle = self._isles[k]
            isle.is_out = True
            immigrants = self._isles[k - 1].sent.pop(isle.done - 1, None)
            self._executor.submit(Task(f"{k}/{isle.done}", {"island": isle.island, "immigrants": immigrants}))

    def _is_ready(self, k: int) -> bool:
        isle, neighbour = self._isles[k], self._isles[k - 1]
        return not (isle.is_out or isle.is_over) and (neighbour.is_over or neighbour.done >= isle.done)

    def _take(self, outcome: Outcome) -> None:
        k, number = map(int, outcome.key.split("/"))
        isle = self._isles[k]
        isle.is_out = False
        if outcome.error is not None:
            self.failure = outcome.error
            return
        self.busy_s += outcome.seconds
        stretch: Stretch = outcome.value
        isle.island, isle.is_over = stretch.island, stretch.island is None
        isle.sent[number], isle.found[number] = stretch.sent, stretch
        isle.done = number + 1

    def _collect(self) -> None:
        """Bring what is found into the archive: stretch by stretch, island by island."""
        while True:
            number, k = self._next
            isle = self._isles[k]
            if number in isle.found:
                self._keep(isle.found.pop(number))
            elif not (isle.is_over and number >= isle.done) or all(
                i.is_over and not i.found for i in self._isles
            ):
                return
            self._next = (number, k + 1) if k + 1 < len(self._isles) else (number + 1, 0)

    def _keep(self, stretch: Stretch) -> None:
        rows, problem = stretch.rows, self._problem
        if rows is None:
            return
        lost = ~np.isfinite(rows.predicted).all(axis=1)
        problem.evaluations += len(rows)
        problem.failed += int(lost.sum())
        problem.undefined += int((np.isinf(rows.violation) & ~lost).sum())
        self.archive.collect(rows, stretch.best)

"""One search of its own, generation by generation: a population, the polish of its front, then what is left.

Owns how a budget is split between them, and who may come and go. Several of them with different numbers,
which exchange front rows every few steps, make the island model [1]_; who runs them where is not known here.

.. [1] D. Whitley, S. Rana, R. B. Heckendorn (1999), The Island Model Genetic Algorithm.
"""

from __future__ import annotations

import numpy as np

from nbml.inverse.archive import Archive
from nbml.inverse.cells import Cells
from nbml.inverse.nsga2 import Population
from nbml.inverse.polish import Polish
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import thin
from nbml.inverse.variables import Ints

POLISHED = 0.1
SEARCHING, POLISHING = 3, 1
SWEPT = 100


class Island:
    """A search that is stepped by whoever holds it.

    The rows of an island are a function of its problem, budget, seed, number, start and of the immigrants it
    was given between which steps; not of time, process or other islands. Whoever fixes the number of islands,
    the steps between migrations and the order of immigrants has the same front on any number of workers.

    Parameters
    ----------
    problem : Problem
    evaluations : int
        Rows to predict at most; those of immigrants are their own island's.
    seed : int
    number : int
        Which island of one search it is; each number draws numbers of its own.
    start : ndarray of int64, optional
        Feasible rows to begin with.
    archive : Archive, optional
        What was evaluated before, to go on from.

    Attributes
    ----------
    archive : Archive
        All rows evaluated here; its front holds those of immigrants too.
    spent : int
        Rows evaluated here.

    Examples
    --------
    Islands that exchange ten rows every five steps, ring-wise::

        islands = [Island(problem, 2_000, seed, number=k) for k in range(4)]
        running = True
        while running:
            born = [island.step() for island in islands for _ in range(5)]
            running = any(rows is not None for rows in born)
            sent = [island.emigrants(10) for island in islands]
            for island, rows in zip(islands[1:] + islands[:1], sent, strict=True):
                if rows is not None:
                    island.immigrate(rows)
    """

    def __init__(
        self,
        problem: Problem,
        evaluations: int,
        seed: int,
        *,
        number: int = 0,
        start: Ints | None = None,
        archive: Archive | None = None,
    ) -> None:
        self.archive = Archive() if archive is None else archive
        self.spent = 0
        self._problem, self._evaluations = problem, evaluations
        self._cells = Cells(problem.space, problem.surrogate.thresholds())
        self._population = Population(
            problem,
            max(round((1 - POLISHED) * evaluations), 1),
            np.random.default_rng([seed, SEARCHING, number]),
            start=start,
            archive=self.archive,
            cells=self._cells,
        )
        self._polishing = np.random.default_rng([seed, POLISHING, number])
        self._polish: Polish | None = None
        self._foreign: set[bytes] = set()

    def step(self) -> Rows | None:
        """Evaluate one generation; its rows, or None when the budget is used or nothing is left to find."""
        born = self._generation() if self._polish is None else self._polish.step()
        born = self._sweep() if born is None else born
        self.spent += 0 if born is None else len(born)
        return born

    def emigrants(self, count: int) -> Rows | None:
        """Rows of the front, spread over it, at most so many; None while there is no front."""
        front = self.archive.front
        return None if front is None else front.take(thin(front.objectives, count))

    def immigrate(self, rows: Rows) -> None:
        """Take in rows that were evaluated elsewhere; a row whose box was seen here changes nothing.

        Their neighbours are left to the polish of the island they come from.
        """
        let_in = self._population.immigrate(rows)
        self._foreign.update(row.tobytes() for row in let_in.positions)

    def _generation(self) -> Rows | None:
        if len(rows := self._population.ask()):
            born = self._problem.evaluate(rows)
            self._population.tell(born)
            return born
        self._polish = Polish(
            self._problem,
            self.archive,
            self._evaluations - self.spent,
            self._polishing,
            cells=self._cells,
            looked=self._foreign,
        )
        return self._polish.step()

    def _sweep(self) -> Rows | None:
        """Rows from anywhere: what is left of a budget that neither breeding nor polishing could use."""
        left = self._evaluations - self.spent
        if left <= 0 or not len(rows := self._population.anywhere(min(left, SWEPT))):
            return None
        born = self._problem.evaluate(rows)
        self._population.tell(born)
        return born

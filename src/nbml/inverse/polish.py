"""The finish: every step to a neighbouring cell from the rows of the front, then ties moved to the middle.

Trees are constant on boxes of cells, so a Pareto local search [1]_ over neighbouring boxes finds what
crossing and mutating miss, and inside its box a row may stand anywhere: the middle is the safest place, or
the nearest measured row. A row is moved only where no goal gets worse.

.. [1] L. Paquete, M. Chiarandini, T. Stützle (2004), Pareto local optimum sets in the biobjective TSP.
"""

from __future__ import annotations

import numpy as np

from nbml.inverse.archive import Archive
from nbml.inverse.cells import Cells
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import thin
from nbml.inverse.repair import repair
from nbml.inverse.variables import Floats, Ints

BATCH = 100


class Polish:
    """Pareto local search from the front of an archive, batch by batch.

    Parameters
    ----------
    problem : Problem
    archive : Archive
        What was evaluated so far; grows.
    evaluations : int
        Rows to predict at most.
    rng : Generator
    cells : Cells, optional
    looked : set of bytes, optional
        Positions of rows whose neighbours need no look, as those polished elsewhere; shared and grown.
    """

    def __init__(
        self,
        problem: Problem,
        archive: Archive,
        evaluations: int,
        rng: np.random.Generator,
        *,
        cells: Cells | None = None,
        looked: set[bytes] | None = None,
    ) -> None:
        self.archive = archive
        self._looked: set[bytes] = set() if looked is None else looked
        self._problem, self._rng = problem, rng
        self._cells = cells or Cells(problem.space, problem.surrogate.thresholds())
        self._left = evaluations
        self._waiting = np.empty((0, len(problem.space)), np.int64)

    def step(self) -> Rows | None:
        """Evaluate the next neighbours; None when there are none left, or no evaluations."""
        most = min(BATCH, self._left)
        while len(self._waiting) < most and self._more():
            pass
        batch, self._waiting = self._waiting[: max(most, 0)], self._waiting[max(most, 0) :]
        if not len(batch):
            return None
        rows = self._problem.evaluate(batch)
        self._left -= len(rows)
        self.archive.add(rows)
        return rows

    def _more(self) -> bool:
        """Make the neighbours of some front rows; whether there was one that had not been looked at."""
        if (front := self.archive.front) is None:
            return False
        fresh = [k for k, row in enumerate(front.positions) if row.tobytes() not in self._looked]
        if not fresh:
            return False
        rows = front.take(np.array(fresh))
        rows = rows.take(thin(rows.objectives, max(BATCH // (2 * len(self._problem.space)), 4)))
        self._looked.update(row.tobytes() for row in rows.positions)
        near = neighbours(self._problem, self._cells, rows.positions, self._rng)
        keys = near if self._problem.depends_on_inputs else self._cells.of(near)
        near = near[self.archive.seen.take(keys)]
        self._waiting = np.concatenate([self._waiting, near])
        return True


def neighbours(problem: Problem, cells: Cells, rows: Ints, rng: np.random.Generator) -> Ints:
    """Feasible rows one cell away from each row: every input up and down, every part of a mixture."""
    space = problem.space
    mixed = {int(i) for m in space.mixtures for i in m.columns}
    wanted: list[Floats] = []
    for i, variable in enumerate(space.variables):
        if variable.is_fixed or i in mixed:
            continue
        for up in (False, True):
            there = rows.astype(np.float64)
            there[:, i] = cells.beside(rows, i, np.full(len(rows), up), rng)
            wanted.append(there)
    for mixture in space.mixtures:
        for giver in mixture.columns:
            taker = mixture.columns[rng.integers(len(mixture.columns), size=len(rows))]
            down = cells.beside(rows, int(giver), np.zeros(len(rows), dtype=bool), rng)
            for amount in (np.maximum(rows[:, giver] - down, 1), np.ones(len(rows))):
                there = rows.astype(np.float64)
                there[:, giver] -= amount
                np.add.at(there, (np.arange(len(rows)), taker), amount)
                wanted.append(there)
    if not wanted:
        return rows[:0]
    points = np.concatenate(wanted)
    return repair(space, points, np.tile(rows, (len(wanted), 1)), rng)


def centre(
    problem: Problem, rows: Rows, cells: Cells, rng: np.random.Generator, *, measured: Ints | None = None
) -> Rows:
    """Move rows inside their boxes: to the nearest measured value where the cell has it, else to the middle.

    Costs at most three evaluations a row; a row stays where it is when a goal would get worse.
    """
    space = problem.space
    low, high = rows.positions.copy(), rows.positions.copy()
    for i in range(len(space)):
        low[:, i], high[:, i] = cells.box(rows.positions, i)
    wanted = (low + high) / 2.0
    if measured is not None and len(measured):
        span = np.maximum(space.high, 1).astype(np.float64)
        for k, row in enumerate(rows.positions):
            near = measured[(np.abs(measured - row) / span).sum(axis=1).argmin()]
            inside = (near >= low[k]) & (near <= high[k])
            wanted[k, inside] = near[inside]
    best = rows
    for part in (1.0, 0.5, 0.25):
        aimed = best.positions + part * (wanted - best.positions)
        moved = problem.evaluate(repair(space, aimed, best.positions, rng))
        far, was = _misfit(moved.positions, wanted, space.high), _misfit(best.positions, wanted, space.high)
        better = (
            (moved.objectives <= best.objectives).all(axis=1)
            & (moved.violation <= best.violation)
            & (far < was)
        )
        best = Rows.join([best, moved]).take(
            np.where(better, np.arange(len(rows)) + len(rows), np.arange(len(rows)))
        )
    return best


def _misfit(positions: Ints, wanted: Floats, high: Ints) -> Floats:
    return np.asarray((np.abs(positions - wanted) / np.maximum(high, 1)).sum(axis=1))

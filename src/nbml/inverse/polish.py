"""The finish: every step to a neighbouring cell from the rows of the front, then ties moved to the middle.

Trees are constant on boxes of cells, so a Pareto local search [1]_ over neighbouring boxes finds what
crossing and mutating miss, and inside its box a row may stand anywhere: the middle is the safest place, or
the nearest measured row. A row is moved only where no goal gets worse.

.. [1] L. Paquete, M. Chiarandini, T. Stützle (2004), Pareto local optimum sets in the biobjective TSP.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nbml.inverse.cells import Cells
from nbml.inverse.nsga2 import Archive
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import thin
from nbml.inverse.repair import repair
from nbml.inverse.variables import Floats, Ints

BATCH = 100


def polish(
    problem: Problem,
    archive: Archive,
    evaluations: int,
    rng: np.random.Generator,
    *,
    cells: Cells | None = None,
) -> Iterator[Archive]:
    """Look at the neighbours of front rows until none is better or the evaluations are used.

    Yields
    ------
    Archive
        After each batch.
    """
    space = problem.space
    cells = cells or Cells(space, problem.surrogate.thresholds())
    by_cells = not problem.depends_on_inputs
    looked: set[bytes] = set()
    begun = problem.evaluations
    waiting: list[Ints] = []
    while archive.front is not None and (left := evaluations - (problem.evaluations - begun)) > 0:
        n_waiting = sum(map(len, waiting))
        if n_waiting < min(BATCH, left):
            fresh = [k for k, row in enumerate(archive.front.positions) if row.tobytes() not in looked]
            if fresh:
                rows = archive.front.take(np.array(fresh))
                rows = rows.take(thin(rows.objectives, max(BATCH // (2 * len(space)), 4)))
                looked.update(row.tobytes() for row in rows.positions)
                near = _unseen(neighbours(problem, cells, rows.positions, rng), cells, archive, by_cells)
                if len(near):
                    waiting.append(near)
                continue
            if not n_waiting:
                return
        ready = np.concatenate(waiting)
        batch, waiting = ready[: min(BATCH, left)], [ready[min(BATCH, left) :]]
        archive.add(problem.evaluate(batch))
        yield archive


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


def _unseen(rows: Ints, cells: Cells, archive: Archive, by_cells: bool) -> Ints:
    keys = np.ascontiguousarray(cells.of(rows) if by_cells else rows)
    kept = []
    for k, key in enumerate(keys):
        if (name := key.tobytes()) not in archive.keys:
            archive.keys.add(name)
            kept.append(k)
    return rows[np.array(kept, dtype=np.intp)]

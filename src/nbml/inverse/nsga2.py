"""The search: NSGA-II on whole populations, with an archive of every front row and several operators.

NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002) with feasibility-first ranking. Beyond it: some parents come
from the archive of all fronts; differential, cell and mixture steps stand beside crossover; a row whose box
of cells was seen is not evaluated again, so no prediction is paid for twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from nbml.inverse.cells import Cells
from nbml.inverse.operators import Operators
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import dominated_by, non_dominated, survivors, thin
from nbml.inverse.repair import repair
from nbml.inverse.sampling import sample
from nbml.inverse.variables import Floats, Ints

ACTIVE = 400
TRIES = 6
PATIENCE = 3
SCARCE = 20
"""Generations with fewer new rows than this part of the population count as idle: little is left to find."""


@dataclass(frozen=True)
class Style:
    """How a search spends its rows; measured, see benchmarks/inverse_search.py.

    Attributes
    ----------
    shares : dict of str to float
        How often each operator is used.
    from_front : float
        Share of parents that come from the archive of all fronts.
    eta : float
        Distribution index of mutation: the larger, the smaller the steps.
    growth : float
        Population in roots of the evaluations.
    """

    shares: dict[str, float]
    from_front: float
    eta: float
    growth: float


FEW = Style({"cross": 0.7, "differ": 0.1, "beside": 0.1, "anew": 0.1, "exchange": 0.15}, 0.1, 5.0, 1.2)
"""One or two objectives: a front is selective, and steps from it pay."""
MANY = Style({"cross": 0.85, "differ": 0.05, "beside": 0.05, "anew": 0.05, "exchange": 0.15}, 0.0, 20.0, 1.6)
"""Three and more: nearly every row is on some front, so small steps enter it easily and lead nowhere."""


@dataclass
class Archive:
    """Every evaluated row, and the front among them."""

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
        """Take rows in."""
        self.parts.append(rows)
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


def search(
    problem: Problem,
    evaluations: int,
    rng: np.random.Generator,
    *,
    start: Ints | None = None,
    population: int | None = None,
    archive: Archive | None = None,
    cells: Cells | None = None,
) -> Iterator[Archive]:
    """Search; one archive, given after each generation.

    Parameters
    ----------
    problem : Problem
    evaluations : int
        Rows to predict at most.
    rng : Generator
        The same state gives the same rows.
    start : ndarray of int64, optional
        Feasible rows to begin with, such as the best measured ones.
    population : int, optional
        Rows of one generation; grows with the root of the evaluations if unset.
    archive : Archive, optional
        What was evaluated before, to go on from.

    Yields
    ------
    Archive
        It ends before its evaluations where the space holds no further box of cells.
    """
    space, archive = problem.space, Archive() if archive is None else archive
    cells = cells or Cells(space, problem.surrogate.thresholds())
    by_cells = not problem.depends_on_inputs
    style = FEW if problem.n_objectives < 3 else MANY
    operators = Operators(space, cells, rng, eta=style.eta)
    names = list(operators.named)
    share = np.array([style.shares[name] for name in names])
    share /= share.sum()
    begun = problem.evaluations
    population = population or population_of(evaluations, style.growth)

    def fresh(rows: Ints, most: int) -> np.ndarray:
        keys = cells.of(rows) if by_cells else rows
        kept: list[int] = []
        for k, key in enumerate(np.ascontiguousarray(keys)):
            if len(kept) == most:
                break
            if (name := key.tobytes()) not in archive.keys:
                archive.keys.add(name)
                kept.append(k)
        return np.array(kept, dtype=np.intp)

    first = sample(space, min(population, evaluations), rng)
    if start is not None and len(start):
        first = np.concatenate([start[: population // 2], first])
    pool = archive.rows if archive.parts else None
    first = first[fresh(first, evaluations)]
    if len(first):
        begun_with = problem.evaluate(first)
        archive.add(begun_with)
        pool = begun_with if pool is None else Rows.join([pool, begun_with])
        yield archive
    assert pool is not None
    pool = pool.take(survivors(pool.objectives, pool.violation, population))
    idle = 0
    while (left := evaluations - (problem.evaluations - begun)) > 0 and idle < PATIENCE:
        made: list[Ints] = []
        for attempt in range(TRIES):
            need = min(population, left) - sum(map(len, made))
            if need <= 0:
                break
            which = rng.choice(len(names), size=population, p=share)
            parents = _parents(pool, archive.front, population, rng, style.from_front)
            wanted = np.empty((population, len(space)))
            for k, name in enumerate(names):
                mine = which == k
                if mine.any():
                    wanted[mine] = operators.named[name](*(p[mine] for p in parents))
            if attempt == TRIES - 1:
                wanted = _scatter(wanted, space.high, rng)
            rows = repair(space, wanted, parents[0], rng)
            made.append(rows[fresh(rows, need)])
        children = np.concatenate(made)
        idle = idle + 1 if len(children) < population // SCARCE else 0
        if not len(children):
            continue
        born = problem.evaluate(children)
        archive.add(born)
        both = Rows.join([pool, born])
        pool = both.take(survivors(both.objectives, both.violation, population))
        yield archive


def population_of(evaluations: int, growth: float = FEW.growth) -> int:
    """Rows of one generation: 24 to 400, by the root of the evaluations."""
    return int(np.clip(round(growth * evaluations**0.5), 24, 400))


def _parents(
    pool: Rows, front: Rows | None, size: int, rng: np.random.Generator, from_front: float
) -> tuple[Ints, Ints, Ints]:
    """Three parents a child: two by tournament, for which the pool is sorted best first, and any third."""
    first, second = (pool.positions[np.minimum(*rng.integers(len(pool), size=(2, size)))] for _ in range(2))
    third = pool.positions[rng.integers(len(pool), size=size)]
    if from_front and front is not None and len(front) > 1:
        spread = front.take(thin(front.objectives, ACTIVE)) if len(front) > ACTIVE else front
        for parents in (first, second):
            here = rng.random(size) < from_front
            parents[here] = spread.positions[rng.integers(len(spread), size=int(here.sum()))]
    return first, second, third


def _scatter(wanted: Floats, high: Ints, rng: np.random.Generator) -> Floats:
    """Points thrown wide, when nothing new is found near the front."""
    return wanted + rng.normal(size=wanted.shape) * np.maximum(high, 1) * 0.3

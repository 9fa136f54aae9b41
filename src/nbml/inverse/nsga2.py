"""One population: NSGA-II generation by generation, with an archive of every front row and several operators.

NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002) with feasibility-first ranking. Beyond it: of three objectives
and more those rows survive that hold most volume; some parents come from the archive of all fronts;
differential, cell and mixture steps stand beside crossover; a row whose box of cells was seen is not asked
for again, so no prediction is paid for twice; and the first rows, which decide what a small search can reach,
are chosen among many more by guessing what the models will say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbml.inverse.archive import Archive as Archive
from nbml.inverse.cells import Cells
from nbml.inverse.guide import Guide
from nbml.inverse.infill import choose
from nbml.inverse.operators import Operators
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import MANY, survivors, thin
from nbml.inverse.repair import repair
from nbml.inverse.sampling import draw, sample
from nbml.inverse.variables import Floats, Ints

ACTIVE = 400
TRIES = 6
SPREAD = 20
PATIENCE = 3
SCARCE = 5
"""Generations with fewer new rows than this part of the population count as idle: little is left to find."""
GUIDED = 400
"""Rows that are chosen with the help of a guide; beyond them guesses cost more than they save."""
BATCH, ROUNDS, CANDIDATES = 24, 3, 96
"""Rows of a guided generation, and how many are guessed for it: candidates for each of some rounds."""
SHARES = {"cross": 0.7, "differ": 0.1, "beside": 0.1, "anew": 0.1, "exchange": 0.15}
"""How often each operator is used."""
UNGUIDED = 0.3
"""Share of a guided generation that is bred as ever, lest the guide looks only where it has looked."""


@dataclass(frozen=True)
class Style:
    """How a search spends its rows; measured, see benchmarks/inverse_search.py.

    Attributes
    ----------
    from_front : float
        Share of parents that come from the archive of all fronts.
    eta : float
        Distribution index of mutation: the larger, the smaller the steps.
    growth : float
        Population in roots of the evaluations.
    """

    from_front: float
    eta: float
    growth: float


FEW = Style(from_front=0.1, eta=5.0, growth=1.2)
"""One or two objectives: a front is selective, and steps from it pay."""
SEVERAL = Style(from_front=0.0, eta=20.0, growth=1.6)
"""Three and more: nearly every row is on some front, and small steps lead farther."""


class Population:
    """One population, asked and told.

    Parameters
    ----------
    problem : Problem
    evaluations : int
        Rows to predict at most.
    rng : Generator
        The same state gives the same rows.
    start : ndarray of int64, optional
        Feasible rows to begin with, such as the best measured ones.
    size : int, optional
        Rows of one generation; grows with the root of the evaluations if unset.
    archive : Archive, optional
        What was evaluated before, to go on from.
    cells : Cells, optional

    Attributes
    ----------
    archive : Archive
    size : int
    spent : int
        Rows told so far.
    """

    def __init__(
        self,
        problem: Problem,
        evaluations: int,
        rng: np.random.Generator,
        *,
        start: Ints | None = None,
        size: int | None = None,
        archive: Archive | None = None,
        cells: Cells | None = None,
    ) -> None:
        self.archive = Archive() if archive is None else archive
        self._problem, self._evaluations, self._rng = problem, evaluations, rng
        self._cells = cells or Cells(problem.space, problem.surrogate.thresholds())
        self._style = FEW if problem.n_objectives < MANY else SEVERAL
        self._operators = Operators(problem.space, self._cells, rng, eta=self._style.eta)
        share = np.array([SHARES[name] for name in self._operators.named])
        self._share = share / share.sum()
        self.size = size or population_of(evaluations, self._style.growth)
        self.spent = self._idle = 0
        self._start: Ints | None = np.empty((0, len(problem.space)), np.int64) if start is None else start
        self._patience = PATIENCE if self._operators.is_free else 0
        self._guide = Guide(problem, self._cells)
        self._pool: Rows | None = None
        if self.archive.parts:
            self._unseen(self.archive.rows.positions)
            self._pool = self._best(self.archive.rows)

    def ask(self) -> Ints:
        """Feasible rows to predict next, none of a box seen before; none when the search is over.

        It ends before its evaluations where the space holds no further box of cells.
        """
        if self._start is not None:
            given, self._start = self._start, None
            first = sample(self._problem.space, min(self.size, self._evaluations), self._rng)
            if len(given):
                first = np.concatenate([given[: self.size // 2], first])
            if len(first := self._unseen(first, self._evaluations)):
                return first
        while (left := self._evaluations - self.spent) > 0 and self._idle < self._patience:
            size = BATCH if self._is_guided else self.size
            children = self._children(min(size, left))
            self._idle = self._idle + 1 if len(children) < size // SCARCE else 0
            if len(children):
                return children
        return np.empty((0, len(self._problem.space)), np.int64)

    def tell(self, rows: Rows) -> None:
        """Take in what was asked for, evaluated."""
        self.spent += len(rows)
        self.archive.add(rows)
        self._pool = self._best(rows if self._pool is None else Rows.join([self._pool, rows]))

    def anywhere(self, count: int) -> Ints:
        """Feasible rows of boxes not seen before, drawn from the whole space; none when no more are found."""
        if self._pool is None or not self._operators.is_free:
            return np.empty((0, len(self._problem.space)), np.int64)
        wanted = draw(self._problem.space, SPREAD * count, self._rng)
        anchors = self._pool.positions[self._rng.integers(len(self._pool), size=len(wanted))]
        return self._unseen(repair(self._problem.space, wanted, anchors, self._rng), count)

    def immigrate(self, rows: Rows) -> Rows:
        """Let rows in that were evaluated elsewhere, but for those of boxes seen here; gives those let in."""
        new = rows.take(self.archive.seen.take(self._keys(rows.positions)))
        if len(new):
            self.archive.consider(new)
            self._pool = self._best(new if self._pool is None else Rows.join([self._pool, new]))
        return new

    def _best(self, rows: Rows) -> Rows:
        return rows.take(survivors(rows.objectives, rows.violation, self.size))

    def _keys(self, rows: Ints) -> Ints:
        return rows if self._problem.depends_on_inputs else self._cells.of(rows)

    def _unseen(self, rows: Ints, most: int | None = None) -> Ints:
        return rows[self.archive.seen.take(self._keys(rows), most)]

    def _children(self, count: int) -> Ints:
        """New rows, at most so many."""
        assert self._pool is not None
        made = [self._guided(round((1 - UNGUIDED) * count))] if self._is_guided else []
        for attempt in range(TRIES):
            need = count - sum(map(len, made))
            if need <= 0:
                break
            bred = self._breed(self._pool, self.size, scattered=attempt == TRIES - 1)
            made.append(self._unseen(bred, need))
        return np.concatenate(made)

    @property
    def _is_guided(self) -> bool:
        return bool(self.archive.parts) and self.spent < GUIDED and len(self.archive.rows) < 2 * GUIDED

    def _breed(self, pool: Rows, count: int, *, scattered: bool = False) -> Ints:
        """Feasible rows made of a pool sorted best first."""
        space, rng = self._problem.space, self._rng
        which = rng.choice(len(self._share), size=count, p=self._share)
        parents = _parents(pool, self.archive.front, count, rng, self._style.from_front)
        wanted = np.empty((count, len(space)))
        for k, operator in enumerate(self._operators.named.values()):
            mine = which == k
            if mine.any():
                wanted[mine] = operator(*(p[mine] for p in parents))
        if scattered:
            wanted = _scatter(wanted, space.high, rng)
        return repair(space, wanted, parents[0], rng)

    def _guided(self, count: int) -> Ints:
        """The most promising of rows bred on guesses, at most so many."""
        assert self._pool is not None
        pool, found = self._pool, []
        for _ in range(ROUNDS if self._guide.fit(self.archive.rows) else 0):
            rows = self._breed(pool, CANDIDATES)
            rows = rows[self.archive.seen.new(self._keys(rows))]
            if len(rows):
                found.append(self._guide.guess(rows))
                pool = self._best(Rows.join([pool, found[-1]]))
        if not found:
            return np.empty((0, len(self._problem.space)), np.int64)
        guessed = Rows.join(found)
        return self._unseen(guessed.positions[choose(guessed, self.archive.front, count, self._rng)])


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

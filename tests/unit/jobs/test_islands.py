"""Islands on workers: the same rows whoever is quick, however many there are, whoever dies (F1, F47, O25)."""

import pickle
import random
from collections import deque

import numpy as np
import pytest

from nbml.engine.executor import Attempt, Outcome, Task
from nbml.engine.inline import InlineExecutor
from nbml.errors import EngineError
from nbml.inverse.goals import goal
from nbml.inverse.problem import Problem
from nbml.inverse.space import Space
from nbml.inverse.variables import number
from nbml.jobs.optimize import island_bench, islands
from nbml.jobs.optimize.island_bench import IslandBench
from nbml.jobs.optimize.islands import EACH, ISLANDS_FROM, MOST, Islands, RecentArchive, island_count
from nbml.jobs.optimize.sharing import SharedProblem

EVALUATIONS, COUNT = 6_000, 4


class Waves:
    """Two targets that pull apart and change everywhere: there is always a next row to find."""

    targets, level = ("y", "z"), 0.9

    def predict(self, values):
        x = values / 100
        bend = np.sin(9 * x).sum(axis=1)
        return np.column_stack([-((x - 0.3) ** 2).sum(axis=1) + 0.1 * bend, -((x - 0.7) ** 2).sum(axis=1)])

    def bounds(self, values):
        return self.predict(values) - 1, self.predict(values) + 1

    def distance(self, values):
        return np.zeros(len(values))

    def thresholds(self):
        return [None] * 4


def problem():
    space = Space([number(f"x{i}", 0, 100, step=0.01) for i in range(4)])
    goals = [goal(t, "maximize").seen(np.array([-4.0, 1.0])) for t in ("y", "z")]
    return Problem(space, Waves(), goals)


class Packed:
    """A problem as workers open it."""

    def open(self):
        return SharedProblem.of(problem(), "islands"), None


class Unsteady:
    """Workers of any number that answer in any order; some die in mid-task and another does it again.

    Everything goes over by pickle, as between processes.
    """

    name = "unsteady"

    def __init__(self, slots, seed, deaths=0.0):
        self.slots, self._deaths = slots, deaths
        self._chance = random.Random(seed)
        self._tasks = deque()
        self.died = 0

    def open(self, factory, shared):
        self._attempts = [Attempt(factory(shared), f"w{k}") for k in range(self.slots)]

    def free(self):
        return self.slots - len(self._tasks)

    def submit(self, task):
        self._tasks.append((task.key, pickle.dumps(task.work)))

    def next(self, timeout_s):
        if not self._tasks:
            return []
        self._tasks.rotate(self._chance.randrange(len(self._tasks)))
        key, said = self._tasks.popleft()
        if self._chance.random() < self._deaths:
            self.died += 1
            self._chance.choice(self._attempts).run(Task(key, pickle.loads(said)))
        outcome = self._chance.choice(self._attempts).run(Task(key, pickle.loads(said)))
        if outcome.error is not None:
            return [outcome]
        return [Outcome(key, pickle.loads(pickle.dumps(outcome.value)), seconds=outcome.seconds)]


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(island_bench, "STRETCH_ROWS", 300)


def grow(executor, rounds=None):
    here = SharedProblem.of(problem(), "islands")
    archive = RecentArchive()
    executor.open(IslandBench, Packed())
    start = np.array([[1_000, 2_000, 3_000, 4_000], [5_000] * 4])
    sea = Islands(here, EVALUATIONS, 3, count=COUNT, start=start, executor=executor, archive=archive)
    for n, _ in enumerate(sea.rounds()):
        if n == rounds:
            break
    sea.settle()
    return here, archive, sea


@pytest.fixture(scope="module")
def expected():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(island_bench, "STRETCH_ROWS", 300)
        executor = InlineExecutor(1)
        here, archive, _ = grow(executor)
        executor.close()
    assert EVALUATIONS * 0.95 <= here.evaluations <= EVALUATIONS
    assert here.space.is_feasible(archive.rows.positions).all()
    return here, archive


def same(archive, expected):
    np.testing.assert_array_equal(archive.rows.positions, expected.rows.positions)
    np.testing.assert_array_equal(archive.front.objectives, expected.front.objectives)
    np.testing.assert_array_equal(archive.front.positions, expected.front.positions)


@pytest.mark.parametrize(("slots", "seed"), [(1, 0), (2, 1), (3, 2), (7, 3)])
def test_workers_and_their_order_change_nothing(expected, slots, seed):
    """O25, F47."""
    here, archive, _ = grow(Unsteady(slots, seed))
    same(archive, expected[1])
    assert (here.evaluations, here.failed) == (expected[0].evaluations, 0)


def test_a_worker_that_dies_costs_a_repetition(expected):
    """F1: what it was at is done again from the same island, not from what it left."""
    executor = Unsteady(3, 5, deaths=0.3)
    _, archive, _ = grow(executor)
    assert executor.died > 3
    same(archive, expected[1])


def test_threads_of_this_process_give_the_same(expected):
    executor = InlineExecutor(3)
    _, archive, _ = grow(executor)
    executor.close()
    same(archive, expected[1])


def test_islands_exchange_rows(expected, monkeypatch):
    """Without migration the front is another one."""
    monkeypatch.setattr(island_bench.Island, "immigrate", lambda self, rows: None)
    executor = InlineExecutor(1)
    _, archive, _ = grow(executor)
    executor.close()
    assert not np.array_equal(archive.rows.positions, expected[1].rows.positions)


def test_stopping_keeps_what_is_found(expected):
    """O24: also stretches whose turn had not come."""
    here, archive, _ = grow(Unsteady(3, 1), rounds=9)
    assert 0 < here.evaluations < EVALUATIONS
    assert len(archive.rows) == here.evaluations
    assert len(archive.front)


def test_a_stretch_that_fails_for_good_ends_the_search_with_what_there_is(monkeypatch):
    """F3: a task that kills every worker."""
    run = IslandBench.run

    def fragile(self, work, should_stop):
        stretch = run(self, work, should_stop)
        if stretch.island is not None and stretch.island.spent > 700:
            raise EngineError("NBML-E10", task="2/3", attempts=3)
        return stretch

    monkeypatch.setattr(IslandBench, "run", fragile)
    _, archive, sea = grow(Unsteady(2, 1))
    assert sea.failure.code == "NBML-E10"
    assert len(archive.front)


def test_a_problem_travels_by_name():
    here = SharedProblem.of(problem(), "alone")
    assert pickle.loads(pickle.dumps(here)) is here
    assert len(pickle.dumps(here)) < 200


def test_the_number_of_islands_follows_from_the_budget():
    assert island_count(10) == island_count(ISLANDS_FROM - 1) == 0
    assert island_count(ISLANDS_FROM) == ISLANDS_FROM // EACH >= 2
    assert island_count(10_000_000) == MOST


def test_memory_is_that_of_the_latest_rows(monkeypatch):
    monkeypatch.setattr(islands, "KEPT_ROWS", 1_000)
    here = problem()
    archive = RecentArchive()
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows = here.evaluate(rng.integers(0, 10_001, size=(300, 4)))
        archive.collect(rows, rows)
    assert 1_000 <= sum(map(len, archive.parts)) < 1_300
    assert here.evaluations == 6_000

"""Islands: every row keeps every constraint, migration is a function of the seed, memory stays small."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.unit.inverse.mixed_spaces import every_row, kept, spaces
from tests.unit.inverse.steps import Steps, problem_of

from nbml.inverse import archive as archives
from nbml.inverse.archive import Archive, Seen
from nbml.inverse.cells import Cells
from nbml.inverse.constraints import Count, DistanceLimit, mixture
from nbml.inverse.goals import goal
from nbml.inverse.island import Island
from nbml.inverse.polish import Polish
from nbml.inverse.space import Space
from nbml.inverse.variables import category, number


def grid(n=3, step=1.0):
    return Space([number(f"x{i}", 0, 100, step=step) for i in range(n)])


def parts(n=12, step=0.1):
    names = tuple(f"p{i}" for i in range(n))
    return Space([number(name, 0, 100, step=step) for name in names], [mixture(names, 100), Count(names, 5)])


class Wavy(Steps):
    """Smooth, so every position is a cell of its own."""

    def predict(self, values):
        return np.column_stack([np.sin(values).sum(axis=1), np.cos(1.7 * values).sum(axis=1)])

    def thresholds(self):
        return [None] * self.d


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(space=spaces(), seed=st.integers(0, 99))
def test_every_evaluated_row_keeps_every_constraint(space, seed):
    """Whatever constraints come together; judged on the values shown, in fractions."""
    assume(kept(space, every_row(space)).all(axis=1).any())
    island = Island(problem_of(space, surrogate=Wavy(len(space))), 80, seed)
    while (rows := island.step()) is not None:
        assert kept(space, rows.positions).all()


def exchange(seed, *, islands=2, steps=2, count=8):
    """A ring of islands to the end of their budgets."""
    held = [Island(problem_of(grid(4)), 120, seed, number=k) for k in range(islands)]
    running = True
    while running:
        born = [island.step() for island in held for _ in range(steps)]
        running = any(rows is not None for rows in born)
        sent = [island.emigrants(count) for island in held]
        for island, rows in zip(held[1:] + held[:1], sent, strict=True):
            assert rows is not None
            island.immigrate(rows)
    return held


def test_islands_with_migration_are_a_function_of_the_seed():
    """O25: the same whoever steps them, different for another seed or number."""
    first, again, other = exchange(5), exchange(5), exchange(6)
    for a, b in zip(first, again, strict=True):
        assert (a.archive.rows.positions == b.archive.rows.positions).all()
    held = [island.archive.rows.positions for island in (*first, other[0])]
    assert len({rows.tobytes() for rows in held}) == len(held)


def test_immigrants_join_the_front_and_cost_nothing():
    problem = problem_of(grid())
    island = Island(problem, 200, 1)
    island.step()
    before = problem.evaluations
    best = problem_of(grid()).evaluate(np.array([[25, 25, 25], [55, 55, 55]]))
    island.immigrate(best)
    assert problem.evaluations == before == island.spent == len(island.archive.rows)
    assert {(0.0, 27.0), (27.0, 0.0)} <= {tuple(row) for row in island.archive.front.objectives}
    while island.step() is not None:
        pass
    assert problem.evaluations <= 200
    cells = np.ceil(problem.space.values(island.archive.rows.positions) / 10)
    assert not (cells == 3).all(axis=1).any(), "a box that was seen elsewhere is not predicted again"


def test_immigrants_before_the_first_step_are_parents():
    island = Island(problem_of(grid()), 60, 1)
    assert island.emigrants(3) is None
    island.immigrate(problem_of(grid()).evaluate(np.array([[25, 25, 25]])))
    assert len(island.emigrants(3)) == 1
    assert len(island.step()) > 1


def test_a_search_may_go_on_from_an_archive():
    problem = problem_of(grid())
    archive = Archive()
    archive.add(problem.evaluate(np.array([[25, 25, 25], [90, 90, 90]])))
    island = Island(problem, 100, 1, archive=archive)
    while island.step() is not None:
        pass
    cells = np.ceil(problem.space.values(archive.rows.positions) / 10)
    assert len(np.unique(cells, axis=0)) == len(archive.rows)


def test_a_space_of_one_row_is_searched():
    """Every input fixed: one row, one evaluation, and the end."""
    problem = problem_of(Space([number(f"x{i}", 30, 30) for i in range(2)]))
    island = Island(problem, 100, 1)
    assert len(island.step()) == 1
    assert island.step() is None
    assert problem.evaluations == 1


def test_a_small_space_is_looked_through():
    """What breeding and polish leave of a budget goes to the boxes that nobody has seen, to the last one."""
    space = Space(
        [number(f"p{i}", 0, 10, step=1) for i in range(4)], [mixture([f"p{i}" for i in range(4)], 10)]
    )
    problem = problem_of(space, [goal("y", "maximize")], surrogate=Wavy(4))
    island = Island(problem, 2_000, 1)
    while island.step() is not None:
        pass
    assert 280 <= problem.evaluations <= 286, "13 over 3 rows are feasible"
    assert len(np.unique(island.archive.rows.positions, axis=0)) == problem.evaluations


def test_the_polish_looks_at_every_neighbouring_cell():
    """One row beside the optimum on every input and level: the steps down are taken, none is left."""
    space = Space(
        [*(number(f"x{i}", 0, 100, step=1) for i in range(2)), category("c", ["A", "B"], ["A", "B"])]
    )

    class Mixed(Steps):
        def predict(self, values):
            cells = np.ceil(values[:, :2] / 10)
            y = -((cells - 7) ** 2).sum(axis=1) - (values[:, 2] == 0) * 4.0
            return np.column_stack([y, y])

        def thresholds(self):
            return [*super().thresholds()[:2], None]

    problem = problem_of(space, [goal("y", "maximize")], surrogate=Mixed(3))
    archive = Archive()
    archive.add(problem.evaluate(np.array([[45, 85, 0]])))
    polish = Polish(problem, archive, 500, np.random.default_rng(0))
    while polish.step() is not None:
        pass
    assert archive.front.predicted[0, 0] == 0
    assert problem.evaluations < 40


def test_the_polish_leaves_the_rows_of_others_alone():
    problem = problem_of(grid(2), [goal("y", "maximize")])
    archive = Archive()
    archive.consider(problem_of(grid(2), [goal("y", "maximize")]).evaluate(np.array([[35, 35]])))
    looked = {row.tobytes() for row in archive.front.positions}
    assert Polish(problem, archive, 50, np.random.default_rng(0), looked=looked).step() is None


def test_a_guided_search_keeps_dear_limits():
    """A limit on the distance is learnt with the predictions, and still asked of every row."""
    problem = problem_of(grid(), limits=[DistanceLimit(0.2, "distance <= 0.2")])
    island = Island(problem, 300, 1)
    while island.step() is not None:
        pass
    front = island.archive.front
    assert (front.violation <= 0).all()
    assert (problem.space.values(front.positions)[:, 0] <= 20).all()
    assert (island.archive.rows.violation <= 0).mean() > 0.4


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.tuples(*[st.integers(-3, 3)] * 3), max_size=12), max_size=8), st.integers(1, 12))
def test_what_was_seen_is_a_set(batches, most):
    seen, known = Seen(), set()
    for batch in batches:
        keys = np.array(batch, dtype=np.int64).reshape(-1, 3)
        fresh = list(dict.fromkeys(key for key in batch if key not in known))
        assert [batch[k] for k in seen.new(keys)] == fresh
        assert [batch[k] for k in seen.take(keys, most)] == fresh[:most]
        known |= set(fresh[:most])


def test_distinct_rows_are_told_apart():
    keys = np.array(np.meshgrid(*[np.arange(60)] * 3)).reshape(3, -1).T
    assert len(Seen().take(keys)) == 60**3


@pytest.mark.parametrize("step", [1.0, 0.001])
def test_memory_does_not_know_how_fine_the_steps_are(step):
    """Twelve ingredients, at most five: the rows and no more, at 1 % as at 0.001 %."""
    problem = problem_of(parts(step=step))
    tracemalloc.start()
    island = Island(problem, 420, 1)
    while island.step() is not None:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_an_archive_keeps_the_latest_rows_and_the_whole_front(monkeypatch):
    monkeypatch.setattr(archives, "KEPT", 100)
    problem, archive = problem_of(grid()), Archive()
    rng = np.random.default_rng(0)
    every = rng.integers(0, 101, size=(1_000, 3))
    archive.add(problem.evaluate(np.array([[25, 25, 25]])))
    for begin in range(0, 1_000, 50):
        archive.add(problem.evaluate(every[begin : begin + 50]))
        assert sum(map(len, archive.parts)) <= 200
    assert (archive.rows.positions[-50:] == every[-50:]).all()
    assert len(archive.rows) <= 200
    assert archive.front.objectives[:, 0].min() == 0


def test_cells_are_where_predictions_are_constant(rng):
    """The map that keys, steps and ties are made with: equal cells, equal predictions."""
    problem = problem_of(grid(2))
    cells = Cells(problem.space, problem.surrogate.thresholds())
    rows = rng.integers(0, 101, size=(500, 2))
    predicted = problem.evaluate(rows).predicted
    _, box = np.unique(cells.of(rows), axis=0, return_inverse=True)
    for k in np.unique(box):
        assert len(np.unique(predicted[box.reshape(-1) == k], axis=0)) == 1

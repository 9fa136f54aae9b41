"""The exact optimum against every row of a small space, and honest bounds when time is short."""

import itertools

import numpy as np
import pytest

from nbml.inverse.constraints import Combinations, mixture
from nbml.inverse.exact import Term, maximize_sum, maximize_trees, value_of
from nbml.inverse.models import Columns, ModelSurrogate, TargetModel
from nbml.inverse.space import Space
from nbml.inverse.variables import category, listed, number
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape


def fitted(name, X, y, levels):
    learner, layout = family(name), Layout(levels)
    shape = Shape(len(X), X.shape[1], len(X), sum(n > 0 for n in levels))
    rounds = {"lightgbm": "num_iterations", "xgboost": "num_boost_round"}[name]
    params = learner.start(shape) | {rounds: 12}
    prepared = learner.prepare(X, layout, threads=1)
    return learner.fit(prepared, y, params, seed=0, threads=1, should_stop=lambda: False)


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
@pytest.mark.parametrize("maximize", [True, False])
def test_every_row_of_a_small_space(name, maximize):
    rng = np.random.default_rng(1)
    X = np.column_stack(
        [rng.integers(0, 11, (300, 2)) / 10, rng.choice([1.0, 2.5, 7.0], 300), rng.integers(0, 4, 300)]
    )
    y = (
        np.sin(5 * X[:, 0])
        + X[:, 1] ** 2
        - 0.1 * X[:, 2]
        + np.array([0, 0.5, -0.4, 0.2])[X[:, 3].astype(int)]
    )
    model = fitted(name, X, y, (0, 0, 0, 4))
    space = Space(
        [
            number("a", 0, 1, step=0.1),
            number("b", 0, 1, step=0.1),
            listed("c", [1.0, 2.5, 7.0]),
            category("d", ["z", "x", "y"], ["w", "x", "y", "z"]),
        ],
        [mixture(["a", "b"], 1.2), Combinations(("d", "c"), (("x", 7.0),), "never")],
    )
    target = TargetModel("t", (model,), Columns(np.arange(4), {3: np.array([3.0, 1.0, 2.0])}))
    every = np.array(list(itertools.product(*(range(v.count) for v in space.variables))))
    every = every[space.is_feasible(every)]
    values = ModelSurrogate(space, [target]).predict(space.values(every))[:, 0]
    found = maximize_trees(space, target, start=every[0], maximize=maximize, seconds=20)
    best = values.max() if maximize else values.min()
    assert found.value == pytest.approx(best, rel=1e-6)
    assert found.is_proven
    assert space.is_feasible(found.positions[None])[0]


def test_a_sum_of_models_and_an_input():
    """Two ensembles share the thresholds of their inputs; against every row."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(0, 11, (300, 2)) / 10, rng.integers(0, 3, 300)])
    space = Space(
        [number("a", 0, 1, step=0.1), number("b", 0, 1, step=0.1), listed("c", [0.0, 1.0, 2.0])],
        [mixture(["a", "b"], 0.9)],
    )
    columns = Columns(np.arange(3), {})
    one = fitted("lightgbm", X, np.sin(6 * X[:, 0]) + X[:, 2], (0, 0, 0))
    other = fitted("xgboost", X, (X[:, 1] - 0.4) ** 2 - 0.5 * X[:, 2], (0, 0, 0))
    terms = [
        Term(TargetModel("t", (one,), columns), 2.0),
        Term(TargetModel("u", (other,), columns), -3.0),
        Term(space.index["a"], -0.7),
        Term(space.index["c"], -4.0),
    ]
    every = np.array(list(itertools.product(*(range(v.count) for v in space.variables))))
    every = every[space.is_feasible(every)]
    values = value_of(space, terms, every)
    found = maximize_sum(space, terms, start=every[int(values.argmin())], seconds=20)
    assert found.value == pytest.approx(values.max(), rel=1e-6)
    assert found.is_proven
    assert found.bound == pytest.approx(values.max(), rel=1e-4)


def test_a_bound_holds_when_time_is_over():
    rng = np.random.default_rng(2)
    X = rng.random((400, 6))
    model = fitted("lightgbm", X, np.sin(7 * X).sum(axis=1), (0,) * 6)
    space = Space([number(f"x{i}", 0, 1) for i in range(6)])
    target = TargetModel("t", (model,), Columns(np.arange(6), {}))
    start = np.full(6, 5_000)
    found = maximize_trees(space, target, start=start, seconds=0.05)
    rows = rng.integers(0, space.high + 1, size=(5_000, 6))
    assert (ModelSurrogate(space, [target]).predict(space.values(rows))[:, 0] <= found.bound + 1e-9).all()
    assert found.gap == pytest.approx(abs(found.bound - found.value))

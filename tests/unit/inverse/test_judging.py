"""Ranking, hypervolume, knee, desirability, trust and proposals against plain definitions."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.inverse.steps import problem_of

from nbml.errors import OptimizeError
from nbml.inverse.front import hypervolume, knee
from nbml.inverse.goals import desirability, goal, out_of_reach
from nbml.inverse.proposals import propose
from nbml.inverse.ranking import dominated_by, non_dominated, survivors, thin
from nbml.inverse.space import Space
from nbml.inverse.study import Parameter, to_study
from nbml.inverse.surrogate import trust_of
from nbml.inverse.trust import neighbours, pass_rate, probability
from nbml.inverse.variables import number

POINTS = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.integers(0, 5).map(float)
)


@given(POINTS)
def test_fronts_are_what_nobody_dominates(objectives):
    plain = [
        not any((other <= row).all() and (other < row).any() for other in objectives) for row in objectives
    ]
    assert non_dominated(objectives).tolist() == plain
    assert dominated_by(objectives, objectives).tolist() == [not kept for kept in plain]


@given(POINTS)
def test_hypervolume_by_inclusion_and_exclusion(objectives):
    objectives = objectives[:6]
    reference = np.full(objectives.shape[1], 5.5)
    total = 0.0
    for size in range(1, len(objectives) + 1):
        for chosen in itertools.combinations(objectives, size):
            total += (-1) ** (size + 1) * np.prod(reference - np.max(chosen, axis=0))
    assert hypervolume(objectives, reference) == pytest.approx(total)


def test_survivors_are_feasible_first(rng):
    objectives = rng.random((40, 2))
    violation = np.where(np.arange(40) < 10, 0.0, rng.random(40))
    kept = survivors(objectives, violation, 15)
    assert set(range(10)) <= set(kept.tolist())
    assert set(kept[10:]) == set((10 + np.argsort(violation[10:])[:5]).tolist())


def test_thinning_keeps_the_ends():
    x = np.linspace(0, 1, 200)
    front = np.column_stack([x, 1 - x**0.5])
    kept = thin(front, 12)
    assert {0, 199} <= set(kept.tolist())
    assert len(kept) == 12


def test_the_knee_is_the_best_bargain():
    front = np.array([[0.0, 1.0], [0.1, 0.2], [0.5, 0.15], [1.0, 0.0]])
    assert knee(front) == 1


@pytest.mark.parametrize(
    ("one", "values", "expected"),
    [
        (goal("y", "maximize"), [0, 5, 10, 12], [0, 0.5, 1, 1]),
        (goal("y", "minimize"), [0, 5, 10], [1, 0.5, 0]),
        (goal("y", "reach", value=4, tolerance=1), [0, 3, 4, 5, 7.5, 10], [0, 1, 1, 1, 0.5, 0]),
        (goal("y", "between", low=2, high=5), [1, 2, 5, 7.5], [0.5, 1, 1, 0.5]),
        (goal("y", "at_least", value=8), [4, 8, 9], [0.5, 1, 1]),
        (goal("y", "at_most", value=2), [1, 2, 6], [1, 1, 0.5]),
    ],
)
def test_desirability(one, values, expected):
    one = one.seen(np.array([0.0, 10.0]))
    assert one.desirability(np.array(values, dtype=float)).tolist() == pytest.approx(expected)


def test_one_goal_wholly_missed_makes_all_zero():
    goals = [
        goal("y", "maximize").seen(np.array([0.0, 1.0])),
        goal("z", "maximize", weight=3).seen(np.array([0.0, 1.0])),
    ]
    both = desirability(goals, np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.5]]))
    assert both.tolist() == pytest.approx([0.0, 0.5, 0.5**0.75])


@pytest.mark.parametrize(
    ("code", "kind", "options"),
    [
        pytest.param("NBML-O32", "upwards", {}, id="O11-no-direction"),
        pytest.param("NBML-O32", "reach", {}, id="no-value"),
        pytest.param("NBML-O32", "between", {"low": 1}, id="half-a-range"),
        pytest.param("NBML-O01", "between", {"low": 2, "high": 1}, id="O1"),
        pytest.param("NBML-O06", "reach", {"value": float("nan")}, id="O6"),
    ],
)
def test_mistakes_of_goals(code, kind, options):
    with pytest.raises(OptimizeError) as caught:
        goal("y", kind, place="goals.0", **options)
    assert caught.value.code == code
    assert caught.value.fields["place"].startswith("goals.0")


def test_goals_out_of_reach_are_said():
    """O11."""
    one = goal("y", "at_least", value=50, place="goals.0").seen(np.array([0.0, 10.0]))
    note = out_of_reach(one)
    assert (note.code, note.fields["low"], note.fields["high"]) == ("NBML-O11", 0.0, 10.0)
    assert out_of_reach(goal("y", "at_least", value=5).seen(np.array([0.0, 10.0]))) is None


def test_probability_and_pass_rate():
    space = Space([number("a", 0, 100, step=1, tolerance=2), number("b", 0, 100, step=1)])
    problem = problem_of(space, [goal("y", "at_least", value=-1.0)])
    rows = problem.evaluate(np.array([[25, 25], [30, 25], [60, 60]]))
    trust = trust_of(problem.surrogate, space.values(rows.positions))
    chance = probability(problem, rows, trust)
    assert chance[0] == pytest.approx(0.795, abs=0.01)  # 0 with an interval of +-2 at 90 %: z = 1.645 / 2
    assert chance[2] < 1e-6
    rates = pass_rate(problem, rows, np.random.default_rng(0))
    assert rates[0] == 1.0
    assert rates[1] == 1.0
    assert 0 <= rates[2] <= 1


def test_pass_rate_counts_settings_beyond_the_edge():
    space = Space([number("a", 0, 100, step=1, tolerance=2)])
    problem = problem_of(space, [goal("y", "at_least", value=0.0)])
    rate = pass_rate(problem, problem.evaluate(np.array([[30]])), np.random.default_rng(0), draws=4_000)
    assert rate[0] == pytest.approx(0.5, abs=0.03)


def test_nearest_rows_and_proposals():
    space = Space([number("a", 0, 100, step=1), number("b", 0, 100, step=1)])
    measured = np.array([[0.0, 0.0], [10.0, 10.0], [np.nan, 5.0]])
    near = neighbours(space, np.array([[9.0, 9.0]]), measured, k=2)
    assert near.rows.tolist() == [[1, 0]]
    assert near.distances[0].tolist() == pytest.approx([0.01, 0.09])
    values = np.array([[1.0, 1.0], [50.0, 50.0], [51.0, 51.0], [99.0, 99.0]])
    chosen = propose(
        space, values, np.array([0.2, 0.9, 0.89, 0.1]), np.array([0.01, 0.01, 0.3, 0.02]), measured[:2], 4
    )
    assert sorted(chosen.rows.tolist()) == [0, 1, 2, 3]
    assert chosen.rows[0] == 1
    assert chosen.reasons == ("exploit", "explore", "fill", "exploit")
    alone = propose(space, values, np.full(4, 0.5), np.zeros(4), measured[:2], 1, mix=(0, 0, 1))
    assert alone.rows.tolist() == [3]


def test_the_study_has_the_front_and_its_directions():
    import pandas as pd

    front = pd.DataFrame({"a": [1.0, 2.0], "c": ["x", "y"]}), np.array([[3.0, 1.0], [2.0, 0.5]])
    others = pd.DataFrame({"a": [0.5, 5.0], "c": ["x", "x"]}), np.array([[1.0, 2.0], [np.inf, 1.0]])
    study = to_study(
        [Parameter("a", 1.0, 2.0), Parameter("c", levels=("x", "y"))],
        ["maximize", "minimize"],
        ["s", "s"],
        front,
        others,
    )
    assert len(study.trials) == 3
    assert {t.params["a"] for t in study.best_trials} == {1.0, 2.0}

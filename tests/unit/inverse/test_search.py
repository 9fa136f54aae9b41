"""The search: feasible rows only, same seed same front, true fronts found, what cannot be met is said."""

import numpy as np
import pytest
from tests.unit.inverse.steps import Steps, problem_of

from nbml.errors import OptimizeError
from nbml.inverse.constraints import DistanceLimit, FormulaLimit, WidthLimit, mixture
from nbml.inverse.formula import parse
from nbml.inverse.goals import goal
from nbml.inverse.nsga2 import Archive
from nbml.inverse.searching import answer, run_search
from nbml.inverse.space import Space
from nbml.inverse.variables import category, number


def grid(n=3, step=1.0):
    return Space([number(f"x{i}", 0, 100, step=step) for i in range(n)])


def run(problem, evaluations=600, seed=1, **options):
    archive = Archive()
    for _ in run_search(problem, evaluations, seed, archive=archive, **options):
        pass
    return archive


def test_the_true_front_is_found():
    """Cells 3 to 6 on each of three inputs: every trade between the targets."""
    problem = problem_of(grid())
    found = answer(problem, run(problem, 2_000), 1)
    assert found.is_feasible
    assert found.rows.objectives[:, 0].min() == 0
    assert found.rows.objectives[:, 1].min() == 0
    cells = np.ceil(problem.space.values(found.rows.positions) / 10)
    assert ((cells >= 3) & (cells <= 6)).all()
    assert found.knee >= 0


def test_ties_go_to_the_middle_of_their_cell():
    problem = problem_of(grid(), [goal("y", "maximize")])
    found = answer(problem, run(problem), 1)
    assert len(found.rows) == 1
    assert problem.space.values(found.rows.positions).tolist() == [[25.0, 25.0, 25.0]] or np.allclose(
        problem.space.values(found.rows.positions), 25.5, atol=1
    )


def test_ties_go_to_a_measured_row_in_the_cell():
    problem = problem_of(grid(), [goal("y", "maximize")])
    measured = problem.space.positions(np.array([[28.0, 22.0, 90.0]]))
    found = answer(problem, run(problem), 1, measured=measured)
    values = problem.space.values(found.rows.positions)[0]
    assert values[:2].tolist() == [28.0, 22.0]
    assert abs(values[2] - 25.5) <= 1


def test_same_seed_same_front():
    """O25."""
    found = [answer(p, run(p, seed=5), 5) for p in (problem_of(grid()), problem_of(grid()))]
    assert (found[0].rows.positions == found[1].rows.positions).all()
    assert found[0].hypervolume == found[1].hypervolume


def test_no_row_is_predicted_twice():
    problem = problem_of(grid(2))
    archive = run(problem, 5_000)
    cells = np.ceil(problem.space.values(archive.rows.positions) / 10)
    assert len(np.unique(cells, axis=0)) == len(archive.rows)
    assert problem.evaluations < 5_000


@pytest.mark.parametrize("evaluations", [0, 9, 1_000_000_000, -1])
def test_budgets_beyond_reason(evaluations):
    """O23."""
    with pytest.raises(OptimizeError) as caught:
        run(problem_of(grid()), evaluations)
    assert caught.value.code == "NBML-O23"


@pytest.mark.parametrize("engine", ["optuna-nsga2", "optuna-tpe", "optuna-random", "optuna-qmc"])
def test_samplers_of_optuna_are_engines(engine):
    space = Space([number(f"x{i}", 0, 100, step=1) for i in range(3)], [mixture(["x0", "x1", "x2"], 100)])
    problem = problem_of(space)
    archive = run(problem, 60, engine=engine)
    assert problem.evaluations == 60
    assert space.is_feasible(archive.rows.positions).all()


def test_an_unknown_engine():
    with pytest.raises(OptimizeError) as caught:
        run(problem_of(grid()), engine="magic")
    assert caught.value.code == "NBML-O38"


def test_limits_rank_and_what_misses_is_said():
    """O13, O22: nothing within the distance, so the rows that miss least, and by how much."""
    limits = [
        DistanceLimit(0.4, "distance <= 0.4"),
        FormulaLimit(parse("x0 >= 60"), "x0 >= 60", "constraints.1"),
    ]
    problem = problem_of(grid(), limits=limits)
    found = answer(problem, run(problem), 1)
    assert not found.is_feasible
    note = next(note for note in found.notes if note.code == "NBML-O43")
    assert note.fields["missed"]
    problem = problem_of(grid(), limits=limits[:1])
    found = answer(problem, run(problem), 1)
    assert found.is_feasible
    assert (problem.space.values(found.rows.positions)[:, 0] <= 40).all()


def test_wide_intervals_can_be_refused():
    found = answer(p := problem_of(grid(), limits=[WidthLimit("y", 3.0, "w")]), run(p), 1)
    assert not found.is_feasible


def test_predictions_that_are_not_finite_are_counted():
    """O20: NaN and infinity are left out, not taken for best."""

    class Broken(Steps):
        def predict(self, values):
            out = super().predict(values)
            out[values[:, 0] > 50] = np.inf
            out[values[:, 1] > 90] = np.nan
            return out

    problem = problem_of(grid(), surrogate=Broken(3))
    found = answer(problem, run(problem), 1)
    assert problem.failed > 0
    assert np.isfinite(found.rows.predicted).all()
    assert "NBML-O20" in {note.code for note in found.notes}


def test_a_goal_that_decides_nothing_is_said():
    """O12."""

    class Flat(Steps):
        def predict(self, values):
            return super().predict(values) * [1, 0]

    problem = problem_of(grid(), surrogate=Flat(3))
    found = answer(problem, run(problem), 1)
    assert "NBML-O12" in {note.code for note in found.notes}


def test_many_goals_are_warned_of():
    """O26."""
    goals = [goal("y", "maximize"), goal("z", "maximize")] + [
        goal(f"x{i}", "minimize", on="input") for i in range(3)
    ]
    problem = problem_of(grid(), goals)
    assert "NBML-O26" in {note.code for note in answer(problem, run(problem, 200), 1).notes}


def test_a_stopped_search_keeps_its_front():
    """O24: the front after any generation stands."""
    problem = problem_of(grid())
    archive = Archive()
    next(iter(run_search(problem, 5_000, 1, archive=archive)))
    assert len(answer(problem, archive, 1).rows)


def test_goals_with_ends_come_first():
    goals = [goal("y", "at_least", value=-3.0), goal("x0", "minimize", on="input")]
    problem = problem_of(grid(), goals)
    found = answer(problem, run(problem, 1_500), 1)
    assert found.is_feasible
    assert (found.rows.predicted[:, 0] >= -3).all()


def test_levels_and_numbers_together():
    space = Space([number("x0", 0, 100, step=1), category("c", ["A", "B", "C"], ["A", "B", "C"])])

    class Mixed(Steps):
        def thresholds(self):
            return [super().thresholds()[0], None]

        def predict(self, values):
            y = -((np.ceil(values[:, 0] / 10) - 3) ** 2) + (values[:, 1] == 2) * 5.0
            return np.column_stack([y, -y])

    problem = problem_of(space, [goal("y", "maximize")], surrogate=Mixed(2))
    found = answer(problem, run(problem, 200), 1)
    assert space.frame(found.rows.positions)["c"].tolist() == ["C"]

"""The answer as an Optuna study: every front row and some of the others, for Optuna's plots."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from nbml.inverse.problem import Problem, Rows

if TYPE_CHECKING:
    from optuna import Study

MOST_TRIALS = 2_000


def to_study(
    problem: Problem, front: Rows, others: Rows, *, name: str = "nbml", most: int = MOST_TRIALS
) -> Study:
    """A study in memory.

    Parameters
    ----------
    problem : Problem
    front : Rows
        All of them become trials, first.
    others : Rows
        Evaluated rows, thinned evenly to `most` trials in all; those that failed are left out.
    name : str
        Name of the study.

    Returns
    -------
    Study
        Parameters under the users' names, values in the users' directions: a goal that is a maximum is one.
    """
    import optuna

    goals = [problem.goals[k] for k in problem.traded]
    signs = np.array([-1.0 if goal.kind == "maximize" else 1.0 for goal in goals] or [-1.0])
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=name, directions=["maximize" if sign < 0 else "minimize" for sign in signs]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names(list(problem.objective_names))
    distributions = {v.name: _distribution(problem, i) for i, v in enumerate(problem.space.variables)}
    finite = np.flatnonzero(np.isfinite(others.objectives).all(axis=1))
    room = max(most - len(front), 0)
    if len(finite) > room:
        finite = finite[np.linspace(0, len(finite) - 1, room).astype(np.intp)] if room else finite[:0]
    for rows, on_front in ((front, True), (others.take(finite), False)):
        values = rows.objectives * signs
        frame = problem.space.frame(rows.positions)
        columns = [frame[name].tolist() for name in frame.columns]
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params=dict(zip(distributions, cells, strict=True)),
                    distributions=distributions,
                    values=values[k].tolist(),
                    user_attrs={"front": on_front, "violation": float(rows.violation[k])},
                )
                for k, cells in enumerate(zip(*columns, strict=True))
                if np.isfinite(rows.violation[k])
            ]
        )
    return study


def _distribution(problem: Problem, i: int) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    variable = problem.space.variables[i]
    if variable.is_category:
        return CategoricalDistribution(variable.levels)
    low, high = (float(v) for v in variable.values(np.array([0, variable.count - 1])))
    if variable.scale == 1:
        return IntDistribution(int(low), int(high))
    return FloatDistribution(low, high)

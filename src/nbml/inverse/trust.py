"""How far to believe a row: the chance that it meets the goals, its neighbours, its tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.problem import Problem, Rows
from nbml.inverse.space import Space
from nbml.inverse.surrogate import Trust
from nbml.inverse.variables import Floats

DRAWS = 200
LOSS = 0.05
"""A direction passes within tolerances where it gets worse by at most this share of its seen range."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The measured rows nearest to each row.

    Attributes
    ----------
    rows : ndarray of int, shape (n_rows, k)
        Positions in the table of measured rows, nearest first.
    distances : ndarray of float64, shape (n_rows, k)
        Mean difference over the inputs, each in shares of its range (levels 0 or 1), after Gower (1971).
    """

    rows: NDArray[np.intp]
    distances: Floats


def probability(problem: Problem, rows: Rows, trust: Trust) -> Floats:
    """The chance that a row meets every goal that has an end, by the intervals of its targets.

    Targets are taken as independent, goals on inputs and formulas as certain. 1 where all are directions.
    """
    out = np.ones(len(rows))
    targets = {name: k for k, name in enumerate(problem.surrogate.targets)}
    for k, goal in enumerate(problem.goals):
        values, unknown = rows.goals[:, k], np.full(len(rows), np.nan)
        lower, upper = (
            (trust.lower[:, targets[goal.label]], trust.upper[:, targets[goal.label]])
            if goal.on == "target"
            else (unknown, unknown)
        )
        out *= goal.probability(values, lower, upper, trust.level)
    return out


def pass_rate(problem: Problem, rows: Rows, rng: np.random.Generator, *, draws: int = DRAWS) -> Floats:
    """The share of settings within the inputs' tolerances that still meet the goals.

    Parameters
    ----------
    problem : Problem
    rows : Rows
    rng : Generator
    draws : int
        Settings drawn for each row, evenly within plus and minus the tolerance.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        1 where no input has a tolerance. A goal with an end must be met, or missed no more than by the row
        itself; a direction may get worse by ``LOSS``.
    """
    tolerances = np.array([v.tolerance for v in problem.space.variables])
    if not tolerances.any() or not len(rows):
        return np.ones(len(rows))
    values = problem.space.values(rows.positions)
    shaken = values[:, None, :] + rng.uniform(-1, 1, size=(len(rows), draws, len(tolerances))) * tolerances
    flat = shaken.reshape(-1, len(tolerances))
    predicted = problem.surrogate.predict(flat)
    columns = {name: predicted[:, k] for k, name in enumerate(problem.surrogate.targets)} | {
        v.name: flat[:, i]
        for i, v in enumerate(problem.space.variables)
        if v.name not in problem.surrogate.targets
    }
    passed = np.ones(len(flat), dtype=bool)
    for k, goal in enumerate(problem.goals):
        if goal.formula is not None:
            got = np.broadcast_to(goal.formula.value(columns), len(flat))
        elif goal.on == "input":
            got = flat[:, problem.space.index[goal.label]]
        else:
            got = columns[goal.label]
        was = np.repeat(goal.objective(rows.goals[:, k]), draws)
        passed &= goal.objective(np.asarray(got)) <= was + (LOSS * goal.scale if goal.is_direction else 0.0)
    return np.asarray(passed.reshape(len(rows), draws).mean(axis=1))


def neighbours(space: Space, values: Floats, measured: Floats, *, k: int = 3) -> Neighbours:
    """The nearest measured rows; a missing measured value counts as a whole range away."""
    far = gower(space, values, measured)
    k = min(k, len(measured))
    nearest = np.argsort(far, axis=1, kind="stable")[:, :k]
    return Neighbours(nearest, np.take_along_axis(far, nearest, axis=1))


def gower(space: Space, values: Floats, others: Floats) -> Floats:
    """Distances between rows of values; shape (n_rows, n_others)."""
    out = np.zeros((len(values), len(others)))
    varying = [i for i, v in enumerate(space.variables) if v.count > 1]
    for i in varying:
        variable = space.variables[i]
        gap = np.abs(values[:, i][:, None] - others[:, i][None, :])
        if variable.is_category:
            gap = (gap > 0) * 1.0
        else:
            gap = gap / (variable.high - min(variable.low, 0.0 if variable.zero else variable.low))
        out += np.where(np.isnan(gap), 1.0, gap)
    return out / max(len(varying), 1)

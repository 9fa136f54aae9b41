"""One inverse search as a function: positions in, objectives and violations out, whole populations at once.

Owns what is counted as an evaluation, and that every evaluated row keeps every exact constraint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.constraints import DistanceLimit, FormulaLimit, Limit, WidthLimit
from nbml.inverse.goals import Goal, desirability
from nbml.inverse.space import Space
from nbml.inverse.surrogate import Surrogate
from nbml.inverse.variables import Floats, Ints


@dataclass(frozen=True, eq=False)
class Rows:
    """Evaluated rows.

    Attributes
    ----------
    positions : ndarray of int64, shape (n_rows, n_variables)
    predicted : ndarray of float64, shape (n_rows, n_targets)
    goals : ndarray of float64, shape (n_rows, n_goals)
        The value of what each goal is on.
    objectives : ndarray of float64, shape (n_rows, n_objectives)
        What is minimised; infinite for a row that failed.
    violation : ndarray of float64, shape (n_rows,)
        By how much limits are missed, in seen ranges; 0 where all hold, infinite for a row that failed.
    """

    positions: Ints
    predicted: Floats
    goals: Floats
    objectives: Floats
    violation: Floats

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """Rows of several evaluations, in order."""
        return Rows(*(np.concatenate([getattr(p, n) for p in parts]) for n in Rows.__dataclass_fields__))


class Problem:
    """Goals and limits over a space.

    Parameters
    ----------
    space : Space
    surrogate : Surrogate
    goals : sequence of Goal
        At least one; their seen ranges set the scales.
    limits : sequence of Limit
        Formula, distance and interval limits.

    Attributes
    ----------
    evaluations : int
        Rows predicted so far.
    failed : int
        Rows among them whose prediction was not finite (O20).
    undefined : int
        Rows among them for which a formula was not defined (O16).
    """

    def __init__(
        self, space: Space, surrogate: Surrogate, goals: Sequence[Goal], limits: Sequence[Limit] = ()
    ) -> None:
        self.space = space
        self.surrogate = surrogate
        self.goals = tuple(goals)
        self.limits = tuple(limits)
        self.evaluations = self.failed = self.undefined = 0
        self.traded = [k for k, goal in enumerate(self.goals) if not goal.is_limit]
        self.kept = [k for k, goal in enumerate(self.goals) if goal.is_limit]

    @property
    def n_objectives(self) -> int:
        """Number of objectives: one for each goal that is traded, or one margin where all are limits."""
        return max(len(self.traded), 1)

    @property
    def objective_names(self) -> tuple[str, ...]:
        """What each objective is on."""
        return tuple(self.goals[k].label for k in self.traded) or ("margin",)

    @property
    def depends_on_inputs(self) -> bool:
        """Whether a row counts for more than its predictions."""
        return any(goal.on != "target" for goal in self.goals) or any(
            not isinstance(limit, FormulaLimit) or set(limit.formula.names) - set(self.surrogate.targets)
            for limit in self.limits
        )

    def reference(self) -> Floats:
        """The worse end of what was seen of each objective: where hypervolumes are measured from."""
        return np.array([self.goals[k].worst() for k in self.traded] or [0.0])

    def scales(self) -> Floats:
        """The seen range of each objective."""
        return np.array([self.goals[k].scale for k in self.traded] or [1.0])

    def evaluate(self, positions: Ints) -> Rows:
        """Predict and judge rows.

        Raises
        ------
        AssertionError
            When a row breaks an exact constraint: no such row is ever evaluated.
        """
        assert self.space.is_feasible(positions).all()
        self.evaluations += len(positions)
        rows = self._judge(Lookup(self, positions))
        lost = ~np.isfinite(rows.predicted).all(axis=1)
        self.failed += int(lost.sum())
        self.undefined += int((np.isinf(rows.violation) & ~lost).sum())
        return rows

    def guess(self, positions: Ints, predicted: Floats, violation: Floats | None = None) -> Rows:
        """Judge rows as if models had predicted this; nothing is predicted or counted.

        Parameters
        ----------
        positions : ndarray of int64, shape (n_rows, n_variables)
        predicted : ndarray of float64, shape (n_rows, n_targets)
        violation : ndarray of float64, shape (n_rows,), optional
            Taken for the violation of all limits instead of computing it.
        """
        rows = self._judge(Lookup(self, positions, predicted), limits=violation is None)
        return rows if violation is None else replace(rows, violation=rows.violation + violation)

    def _judge(self, columns: Lookup, *, limits: bool = True) -> Rows:
        positions, predicted = columns.positions, columns.predicted
        values = np.column_stack([columns.goal(goal) for goal in self.goals])
        objectives = (
            np.column_stack([self.goals[k].objective(values[:, k]) for k in self.traded])
            if self.traded
            else -np.min([self.goals[k].margin(values[:, k]) for k in self.kept], axis=0)[:, None]
        )
        violation = np.zeros(len(positions))
        if limits:
            for k in self.kept:
                violation += self.goals[k].miss(values[:, k]) / self.goals[k].scale
            for limit in self.limits:
                violation += limit.violation(columns) / self._scale_of(limit)
        bad = ~(np.isfinite(predicted).all(axis=1) & np.isfinite(values).all(axis=1) & np.isfinite(violation))
        return Rows(
            positions,
            predicted,
            values,
            np.where(bad[:, None], np.inf, objectives),
            np.where(bad, np.inf, violation),
        )

    def desirability(self, rows: Rows) -> Floats:
        """One score for each row, 0 to 1."""
        return desirability(self.goals, rows.goals)

    def seen(self, predicted: Floats, positions: Ints) -> Problem:
        """The same problem with its goals on the scale of some rows, known or predicted."""
        columns = Lookup(self, positions, predicted)
        goals = [goal.seen(columns.goal(goal)) for goal in self.goals]
        return Problem(self.space, self.surrogate, goals, self.limits)

    def rescaled(self, goals: Sequence[Goal]) -> Problem:
        """The same problem with other goals."""
        return Problem(self.space, self.surrogate, goals, self.limits)

    def _scale_of(self, limit: Limit) -> float:
        match limit:
            case DistanceLimit() | WidthLimit():
                return limit.most if limit.most > 0 else 1.0
            case _:
                return 1.0


class Lookup:
    """Columns of rows by name, computed when first asked for."""

    def __init__(self, problem: Problem, positions: Ints, predicted: Floats | None = None) -> None:
        self._problem = problem
        self.positions = positions
        self._values = problem.space.values(positions)
        self.predicted = problem.surrogate.predict(self._values) if predicted is None else predicted
        self._targets = {name: k for k, name in enumerate(problem.surrogate.targets)}
        self._bounds: tuple[Floats, Floats] | None = None
        self._distance: Floats | None = None

    def __getitem__(self, name: str) -> Floats:
        if name in self._targets:
            return self.predicted[:, self._targets[name]]
        return self._values[:, self._problem.space.index[name]]

    def goal(self, goal: Goal) -> Floats:
        """What a goal is on."""
        if goal.formula is not None:
            value = goal.formula.value({name: self[name] for name in goal.formula.names})
            return np.broadcast_to(value, len(self._values)).astype(np.float64)
        return (
            self._values[:, self._problem.space.index[goal.label]] if goal.on == "input" else self[goal.label]
        )

    @property
    def distance(self) -> Floats:
        """As ``Columns.distance``."""
        if self._distance is None:
            self._distance = self._problem.surrogate.distance(self._values)
        return self._distance

    def width(self, target: str) -> Floats:
        """As ``Columns.width``."""
        if self._bounds is None:
            self._bounds = self._problem.surrogate.bounds(self._values)
        lower, upper = self._bounds
        return upper[:, self._targets[target]] - lower[:, self._targets[target]]

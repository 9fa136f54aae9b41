"""One whole inverse search: search, polish, centre, and the rows that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nbml.errors import OptimizeError
from nbml.inverse.archive import Archive
from nbml.inverse.cells import Cells
from nbml.inverse.contradiction import check
from nbml.inverse.front import hypervolume, knee
from nbml.inverse.island import Island
from nbml.inverse.optuna_search import optuna_search
from nbml.inverse.polish import centre
from nbml.inverse.problem import Problem, Rows
from nbml.inverse.ranking import non_dominated, thin
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints
from nbml.ml.notes import Note

Engine = Literal[
    "nsga2", "optuna-nsga2", "optuna-nsga3", "optuna-tpe", "optuna-gp", "optuna-random", "optuna-qmc"
]
LEAST_EVALUATIONS = 10
MOST_EVALUATIONS = 10_000_000
MANY_OBJECTIVES = 4
CENTRE_SEED = 2


@dataclass(frozen=True, eq=False)
class Answer:
    """The rows that are shown.

    Attributes
    ----------
    rows : Rows
        Pareto rows, deduplicated, spread, ties moved to the middle of their cell; sorted by the first
        objective.
    desirability : ndarray of float64, shape (n_rows,)
    knee : int
        The row with the best bargain; -1 with one objective.
    hypervolume : float
        Of the whole front, in seen ranges of the objectives, from `reference`.
    reference : ndarray of float64, shape (n_objectives,)
        The worse end of what was seen.
    front_size : int
        Rows of the whole front before it was thinned.
    is_feasible : bool
        Whether the rows keep all limits; else they are those that miss them least.
    notes : tuple of Note
    """

    rows: Rows
    desirability: Floats
    knee: int
    hypervolume: float
    reference: Floats
    front_size: int
    is_feasible: bool
    notes: tuple[Note, ...]


def check_budget(evaluations: int) -> None:
    """Refuse a number of evaluations beyond reason (O23)."""
    if not LEAST_EVALUATIONS <= evaluations <= MOST_EVALUATIONS:
        raise OptimizeError(
            "NBML-O23",
            place="evaluations",
            evaluations=evaluations,
            low=LEAST_EVALUATIONS,
            high=MOST_EVALUATIONS,
        )


def run_search(
    problem: Problem,
    evaluations: int,
    seed: int,
    *,
    engine: str = "nsga2",
    start: Ints | None = None,
    archive: Archive | None = None,
) -> Iterator[Archive]:
    """Search and polish; the archive after every generation.

    Parameters
    ----------
    problem : Problem
    evaluations : int
        Rows to predict at most.
    seed : int
        The same seed gives the same rows.
    engine : str
        nsga2, or one of Optuna's samplers.
    start : ndarray of int64, optional
        Feasible rows to begin with.
    archive : Archive, optional
        What was evaluated before, to go on from.

    Raises
    ------
    OptimizeError
        NBML-O17, O18 for constraints that clash, O13 without a feasible row, O23 for a number of evaluations
        out of bounds, O38 for an engine there is not.
    """
    check_budget(evaluations)
    if engine not in get_args(Engine):
        raise OptimizeError("NBML-O38", place="engine", engine=engine, engines=list(get_args(Engine)))
    check(problem.space)
    archive = Archive() if archive is None else archive
    if engine != "nsga2":
        yield from optuna_search(problem, evaluations, seed, engine.removeprefix("optuna-"), archive)
        return
    island = Island(problem, evaluations, seed, start=start, archive=archive)
    while island.step() is not None:
        yield archive


def answer(
    problem: Problem, archive: Archive, seed: int, *, size: int = 100, measured: Ints | None = None
) -> Answer:
    """The rows to show of what a search has found so far, moved off the edges of their cells.

    Parameters
    ----------
    problem : Problem
    archive : Archive
    seed : int
    size : int
        Rows to show at most.
    measured : ndarray of int64, optional
        Measured rows as positions; ties go to the nearest of them.

    Raises
    ------
    OptimizeError
        NBML-O13 when not one evaluated row has a finite prediction and defined formulas.
    """
    if archive.front is None:
        raise OptimizeError(
            "NBML-O13",
            count=problem.evaluations,
            constraints=[x.label for x in problem.limits] or "–",
            least="–",
        )
    front = distinct(archive.front)
    shown = front.take(thin(front.objectives, size))
    cells = Cells(problem.space, problem.surrogate.thresholds())
    shown = centre(problem, shown, cells, np.random.default_rng([seed, CENTRE_SEED]), measured=measured)
    shown = distinct(shown.take(non_dominated(shown.objectives)))
    assert problem.space.is_feasible(shown.positions).all()
    shown = shown.take(np.lexsort(shown.objectives.T[::-1]))
    scale, reference = problem.scales(), problem.reference()
    feasible = bool(front.violation[0] <= 0)
    return Answer(
        shown,
        problem.desirability(shown),
        knee(shown.objectives) if problem.n_objectives > 1 else -1,
        hypervolume(front.objectives / scale, reference / scale) if feasible else 0.0,
        reference,
        len(front),
        feasible,
        _notes(problem, archive.rows, feasible),
    )


def distinct(rows: Rows) -> Rows:
    """One row for each point of objectives: the first found."""
    _, first = np.unique(rows.objectives, axis=0, return_index=True)
    return rows.take(np.sort(first))


def start_rows(space: Space, values: Floats, size: int = 50) -> tuple[Ints, NDArray[np.intp]]:
    """Measured rows that are feasible once on the grid, and their places in `values`; none with NaN."""
    known = np.flatnonzero(~np.isnan(values).any(axis=1))
    rows = space.positions(values[known])
    fits = space.is_feasible(rows)
    return rows[fits][:size], known[fits][:size]


def _notes(problem: Problem, rows: Rows, feasible: bool) -> tuple[Note, ...]:
    notes = []
    finite = rows.take(np.isfinite(rows.violation))
    for j, k in enumerate(problem.traded):
        if len(finite) and np.ptp(finite.objectives[:, j]) == 0:
            goal = problem.goals[k]
            notes.append(
                Note(
                    "NBML-O12",
                    {"place": goal.place, "column": goal.label, "value": float(finite.goals[0, k])},
                )
            )
    if problem.undefined:
        notes.append(Note("NBML-O16", {"count": problem.undefined, "of": problem.evaluations}))
    if problem.failed:
        notes.append(Note("NBML-O20", {"count": problem.failed, "of": problem.evaluations}))
    if problem.n_objectives > MANY_OBJECTIVES:
        notes.append(
            Note("NBML-O26", {"place": "goals", "count": problem.n_objectives, "most": MANY_OBJECTIVES})
        )
    if not feasible:
        notes.append(Note("NBML-O43", {"count": problem.evaluations, "missed": binding(problem, rows)}))
    return tuple(notes)


def binding(problem: Problem, rows: Rows) -> list[str]:
    """The limits that the best row misses, with by how much in their own units."""
    best = rows.take(np.array([int(np.argmin(rows.violation))]))
    from nbml.inverse.problem import Lookup

    columns = Lookup(problem, best.positions, best.predicted)
    missed = [
        (problem.goals[k].label, float(problem.goals[k].miss(best.goals[:, k])[0])) for k in problem.kept
    ]
    missed += [(limit.label, float(limit.violation(columns)[0])) for limit in problem.limits]
    return [f"{label}: {value:.4g}" for label, value in missed if value > 0]

"""Exact mode: what may be proven of a search's goal, and the proof from its best row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread

import numpy as np

from nbml.errors import OptimizeError
from nbml.inverse.archive import Archive
from nbml.inverse.contradiction import LISTED, TABLE_ROWS
from nbml.inverse.exact import Exact, Term, maximize_sum, value_of
from nbml.inverse.models import TargetModel
from nbml.inverse.problem import Problem
from nbml.ml.notes import Note
from nbml.spec.front import ProofRecord

PROVABLE = ("lightgbm", "xgboost")
"""Families whose models are trees of a known form."""
PLACE = "exact"
CHECK_EVERY_S = 0.2


def terms_of(problem: Problem, models: Mapping[str, TargetModel], families: Mapping[str, str]) -> list[Term]:
    """What exact mode maximises: the one goal, or the goals in seen ranges times their weights.

    Parameters
    ----------
    problem : Problem
        Its goals on their scales.
    models, families : mapping
        The model of each target, and its family.

    Raises
    ------
    OptimizeError
        NBML-O53 for a goal that is no direction of a target or input, NBML-O52 for a model that is not one
        ensemble of trees.
    """
    traded = [problem.goals[k] for k in problem.traded]
    if not traded:
        raise OptimizeError("NBML-O53", place=PLACE, goal=", ".join(goal.label for goal in problem.goals))
    terms = []
    for goal in traded:
        if not goal.is_direction or goal.on == "formula":
            raise OptimizeError("NBML-O53", place=PLACE, goal=goal.label)
        if goal.on == "target" and (
            families[goal.label] not in PROVABLE or len(models[goal.label].models) != 1
        ):
            raise OptimizeError("NBML-O52", place=PLACE, target=goal.label)
        factor = (1.0 if goal.kind == "maximize" else -1.0) * (
            1.0 if len(traded) == 1 else goal.weight / goal.scale
        )
        terms.append(
            Term(models[goal.label] if goal.on == "target" else problem.space.index[goal.label], factor)
        )
    return terms


def prove(
    problem: Problem,
    archive: Archive,
    terms: list[Term],
    seconds: float,
    check: Callable[[], None] = lambda: None,
) -> ProofRecord:
    """Look for a better row than the best one found, and bound all rows.

    A row that is found is evaluated as all others are, and joins the archive.

    Parameters
    ----------
    problem : Problem
    archive : Archive
        With a front that keeps all limits.
    terms : list of Term
        As ``terms_of``.
    seconds : float
        Time for the solver.
    check : callable
        Called while the solver is at work, which nobody can interrupt; what it raises gets through, and the
        solver is left alone until its time is over.

    Raises
    ------
    OptimizeError
        NBML-O13 where no feasible row is known to begin with.
    """
    front = archive.front
    if front is None or front.violation[0] > 0:
        raise OptimizeError("NBML-O13", count=problem.evaluations, constraints="–", least="–")
    known = value_of(problem.space, terms, front.positions)
    start = front.positions[int(known.argmax())]
    found = _beside(lambda: maximize_sum(problem.space, terms, start=start, seconds=seconds), check)
    value = float(known.max())
    if not np.array_equal(found.positions, start):
        born = problem.evaluate(found.positions[None])
        archive.add(born)
        if born.violation[0] <= 0:
            value = found.value
    sign = -1.0 if _is_least(problem) else 1.0
    gap = max(found.bound - value, 0.0)
    return ProofRecord(
        objective=objective_of(problem),
        direction="minimize" if sign < 0 else "maximize",
        found=sign * float(known.max()),
        value=sign * value,
        bound=sign * (value + gap),
        gap=gap,
        seconds=round(found.seconds, 3),
        is_proven=gap <= 1e-4 * max(abs(value), 1e-12),
        left_out=left_out(problem),
    )


def objective_of(problem: Problem) -> str:
    """What is optimised, in words."""
    traded = [problem.goals[k] for k in problem.traded]
    if len(traded) == 1:
        return traded[0].label
    words = ""
    for goal in traded:
        sign = "+" if goal.kind == "maximize" else "-"
        weight = "" if goal.weight == 1 else f"{goal.weight:g} "
        words += f" {sign} {weight}{goal.label} / {goal.scale:g}"
    return words.removeprefix(" + ").strip()


def left_out(problem: Problem) -> tuple[str, ...]:
    """Limits that the program does not know, so that a row that misses them may stand behind the bound."""
    kept = tuple(problem.goals[k].label for k in problem.kept)
    space = problem.space
    chosen = {
        i for i, v in enumerate(space.variables) if v.is_category or (v.count <= LISTED and not v.is_grid)
    }
    tables = tuple(
        space.constraints[number].label
        for number, columns, table, only in space.tables
        if (len(table) > TABLE_ROWS if only else not chosen.issuperset(columns.tolist()))
    )
    return (*kept, *(limit.label for limit in problem.limits), *tables)


def as_note(proof: ProofRecord) -> Note:
    """The proof in a sentence."""
    fields = {
        "place": PLACE,
        "objective": proof.objective,
        "value": _brief(proof.value),
        "bound": _brief(proof.bound),
        "gap": _brief(proof.gap),
        "seconds": _brief(proof.seconds),
        "left_out": list(proof.left_out) or "–",
    }
    return Note("NBML-O54" if proof.is_proven else "NBML-O55", fields)


def _beside(work: Callable[[], Exact], check: Callable[[], None]) -> Exact:
    """Do work in a thread of its own; the solver lets others run meanwhile."""
    done: SimpleQueue[Exact | BaseException] = SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except BaseException as error:  # raised again where it is waited for
            done.put(error)

    Thread(target=run, name="nbml-exact", daemon=True).start()
    while True:
        check()
        try:
            found = done.get(timeout=CHECK_EVERY_S)
        except Empty:
            continue
        if isinstance(found, BaseException):
            raise found
        return found


def _brief(value: float) -> float:
    """Digits for a sentence; the record has all of them."""
    return float(f"{value:.5g}")


def _is_least(problem: Problem) -> bool:
    traded = [problem.goals[k] for k in problem.traded]
    return len(traded) == 1 and traded[0].kind == "minimize"

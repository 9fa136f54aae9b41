"""Running an inverse search that is written down: prepare, search with a growing front, keep the answer."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nbml.durable import write_text
from nbml.errors import OptimizeError
from nbml.i18n import text
from nbml.inverse.archive import Archive
from nbml.inverse.front import hypervolume
from nbml.inverse.problem import Problem
from nbml.inverse.ranking import thin
from nbml.inverse.searching import LEAST_EVALUATIONS, answer, distinct, run_search
from nbml.jobs.context import StopRequestedError
from nbml.jobs.noting import note_run
from nbml.jobs.optimize.earlier import rows_of
from nbml.jobs.optimize.islands import RecentArchive, island_count
from nbml.jobs.optimize.keeping import keep
from nbml.jobs.optimize.on_workers import search_on_workers
from nbml.jobs.optimize.proving import as_note as proof_note
from nbml.jobs.optimize.proving import prove
from nbml.jobs.optimize.search_context import SearchContext
from nbml.jobs.optimize.setting import Setting, set_up
from nbml.jobs.optimize.sources import open_sources
from nbml.ml.notes import Note
from nbml.spec.events import ArtifactReady, FrontChanged, Notice
from nbml.spec.front import OptimizeRecord, ProofRecord

RESOURCES_EVERY_S = 1.0
MODEL_COPIES = 4.0
"""Copies of the models that a worker may hold: as files, as text, as trees."""
TOLD_EVERY_S = 0.5
TOLD_POINTS = 200


def run_optimize(context: SearchContext) -> OptimizeRecord:
    """Search to the end, to the time limit, or until somebody asks to stop; what was found is kept.

    Raises
    ------
    OptimizeError
        When the search cannot be made or finds no row at all.
    StopRequestedError
        When it was asked to stop before the first generation.
    """
    begun = time.monotonic()
    spec, log = context.spec, context.log
    with context.stage("prepare"):
        setting = set_up(spec, open_sources(spec, context.settings))
        notices = [as_notice(note) for note in setting.notes]
        for notice in notices:
            log.emit(notice)
    problem, archive, evaluations = setting.problem, RecentArchive(), spec.evaluations
    if spec.after is not None:
        first = rows_of(spec.after, problem.space, context.settings, most=evaluations // 2)
        if len(first):
            archive.add(problem.evaluate(first))
        setting = replace(setting, start=np.concatenate([first, setting.start]))
        if spec.engine == "nsga2":  # Optuna's engines count what was evaluated before themselves
            evaluations = max(evaluations - len(first), LEAST_EVALUATIONS)
    found: list[Notice] = []
    islands = island_count(spec.evaluations) if spec.engine == "nsga2" else 0
    if islands:
        state, failure = search_on_workers(
            context,
            setting,
            archive,
            islands,
            lambda here, rounds: _follow(context, here, archive, rounds, begun),
        )
        if failure is not None:
            found.append(as_notice(Note("NBML-O56", {"reason": failure.message})))
    else:
        with context.stage("search"):
            rounds = run_search(
                problem, evaluations, spec.seed, engine=spec.engine, start=setting.start, archive=archive
            )
            state = _follow(context, problem, archive, rounds, begun)
    if archive.front is None and not archive.parts:
        raise OptimizeError("NBML-O13", count=0, constraints="–", least="–")
    proof = None
    if spec.exact is not None and state != "stopped" and archive.front is not None:
        with context.stage("search", detail=text("optimize.proving", seconds=f"{spec.exact.seconds:g}")):
            try:
                proof, told = _prove(context, setting, archive, spec.exact.seconds)
                found.append(told)
            except StopRequestedError:
                state = "stopped"
    with context.stage("keep"):
        shown = answer(problem, archive, spec.seed, size=spec.size, measured=measured_rows(setting))
        found += [as_notice(note) for note in shown.notes]
        if state != "done":
            done = {"evaluations": problem.evaluations, "planned": spec.evaluations}
            found.append(as_notice(Note("NBML-O24", done)))
        for notice in found:
            log.emit(notice)
        record = keep(
            context.folder,
            spec,
            setting,
            archive,
            shown,
            notices=(*notices, *found),
            state=state,
            seconds=round(time.monotonic() - begun, 3),
            proof=proof,
            islands=islands,
        )
        write_text(context.folder.result, record.model_dump_json(indent=1))
        log.emit(ArtifactReady(name="pareto", path="pareto.csv"))
        return _keep_run(context, record)


def _follow(
    context: SearchContext, problem: Problem, archive: Archive, rounds: Iterator[Archive], begun: float
) -> str:
    """Search until done, stopped or timeout, telling how the front grows."""
    spec = context.spec
    told = -math.inf
    state = "done"
    try:
        for found in rounds:
            now = time.monotonic()
            if now - told > TOLD_EVERY_S and found.parts:
                context.log.emit(front_event(problem, found, spec.evaluations))
                told = now
            context.check()
            if spec.timeout_s is not None and now - begun > spec.timeout_s:
                state = "timeout"
                break
    except StopRequestedError:
        if not archive.parts:
            raise
        state = "stopped"
    context.log.emit(front_event(problem, archive, spec.evaluations))
    return state


def _prove(
    context: SearchContext, setting: Setting, archive: Archive, seconds: float
) -> tuple[ProofRecord | None, Notice]:
    """Exact mode; what keeps it from being done is told beside the answer, which stands."""
    try:
        proof = prove(setting.problem, archive, setting.terms, seconds, context.check)
    except OptimizeError as error:
        return None, as_notice(Note(error.code, error.fields))
    return proof, as_notice(proof_note(proof))


def _keep_run(context: SearchContext, record: OptimizeRecord) -> OptimizeRecord:
    """Keep the result in MLflow, too; a server that is away loses nothing and is not waited for."""
    if context.tracking is None:
        return record
    kept, notices = context.tracking.finish(record)
    for notice in notices:
        context.log.emit(notice)
    return record if kept is None else note_run(context.folder, record, kept)


def front_event(problem: Problem, archive: Archive, planned: int) -> FrontChanged:
    """The front as it stands."""
    front = None if archive.front is None else distinct(archive.front)
    names = tuple(goal.label for goal in problem.goals)
    if front is None:
        return FrontChanged(
            evaluations=problem.evaluations, planned=planned, size=0, is_feasible=False, names=names
        )
    feasible = bool(front.violation[0] <= 0)
    scale, reference = problem.scales(), problem.reference()
    shown = front.take(thin(front.objectives, TOLD_POINTS))
    return FrontChanged(
        evaluations=problem.evaluations,
        planned=planned,
        size=len(front),
        is_feasible=feasible,
        hypervolume=hypervolume(shown.objectives / scale, reference / scale) if feasible else None,
        names=names,
        points=tuple(tuple(finite(v) for v in row) for row in shown.goals.tolist()),
    )


def measured_rows(setting: Setting) -> np.ndarray:
    """Whole training rows as positions: where ties go."""
    whole = setting.measured[~np.isnan(setting.measured).any(axis=1)]
    return setting.problem.space.positions(whole)


def as_notice(note: Note) -> Notice:
    """A note of the search as an event."""
    level = "info" if note.code in ("NBML-O02", "NBML-O22", "NBML-O54", "NBML-O55") else "warning"
    return Notice(
        level="info" if level == "info" else "warning",
        code=note.code,
        message=note.message,
        fields=note.fields,
    )


def finite(value: float) -> float | None:
    """The value, or None where it is none."""
    return value if math.isfinite(value) else None

"""Running an inverse search that is written down: prepare, search with a growing front, keep the answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nbml.durable import write_text
from nbml.engine.event_log import EventLog
from nbml.engine.job_folder import JobFolder
from nbml.errors import OptimizeError
from nbml.inverse.front import hypervolume
from nbml.inverse.nsga2 import Archive
from nbml.inverse.problem import Problem
from nbml.inverse.ranking import thin
from nbml.inverse.searching import answer, distinct, run_search
from nbml.jobs.context import Attendance, StopRequestedError
from nbml.jobs.optimize.earlier import rows_of
from nbml.jobs.optimize.keeping import keep
from nbml.jobs.optimize.setting import Setting, set_up
from nbml.jobs.optimize.sources import open_sources
from nbml.ml.notes import Note
from nbml.settings import Settings
from nbml.spec.events import ArtifactReady, FrontChanged, Notice
from nbml.spec.front import OptimizeRecord
from nbml.spec.optimize import OptimizeSpec

TOLD_EVERY_S = 0.5
TOLD_POINTS = 200


@dataclass
class SearchContext(Attendance):
    """Handed to the search by whoever supervises it."""

    folder: JobFolder
    spec: OptimizeSpec
    settings: Settings
    log: EventLog
    beat: Callable[[], None]
    _beaten: float = 0.0


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
    if spec.after is not None:
        first = rows_of(spec.after, setting.problem.space, context.settings)
        setting = replace(setting, start=np.concatenate([first, setting.start]))
    problem, archive = setting.problem, Archive()
    with context.stage("search"):
        state = _search(context, setting, archive, begun)
    if archive.front is None and not archive.parts:
        raise OptimizeError("NBML-O13", count=0, constraints="–", least="–")
    with context.stage("keep"):
        shown = answer(problem, archive, spec.seed, size=spec.size, measured=measured_rows(setting))
        found = [as_notice(note) for note in shown.notes]
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
            stopped=state == "stopped",
            partial=state != "done",
            seconds=round(time.monotonic() - begun, 3),
        )
        write_text(context.folder.result, record.model_dump_json(indent=1))
        log.emit(ArtifactReady(name="pareto", path="pareto.csv"))
    return record


def _search(context: SearchContext, setting: Setting, archive: Archive, begun: float) -> str:
    """Search until done, stopped or timeout, telling how the front grows."""
    spec, problem = context.spec, setting.problem
    told = -math.inf
    state = "done"
    try:
        for found in run_search(
            problem, spec.evaluations, spec.seed, engine=spec.engine, start=setting.start, archive=archive
        ):
            now = time.monotonic()
            if now - told > TOLD_EVERY_S:
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
    level = "info" if note.code in ("NBML-O02", "NBML-O22") else "warning"
    return Notice(
        level="info" if level == "info" else "warning",
        code=note.code,
        message=note.message,
        fields=note.fields,
    )


def finite(value: float) -> float | None:
    """The value, or None where it is none."""
    return value if math.isfinite(value) else None

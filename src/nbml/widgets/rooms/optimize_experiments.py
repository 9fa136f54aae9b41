"""The Optimize room's side for next experiments: the book of a search, read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from nbml.jobs.experiments.book import drop, measure, plan, read_book
from nbml.jobs.experiments.extending import extended_table
from nbml.jobs.experiments.listing import experiment_list
from nbml.jobs.goal_setting.front_table import result_of
from nbml.jobs.optimize.job import OptimizeJob
from nbml.spec.messages.base import Request
from nbml.spec.messages.optimize_experiments import (
    DropExperiment,
    ExperimentList,
    ExtendedTable,
    ExtendTable,
    MeasureExperiment,
    PlanExperiments,
    ShowExperiments,
)

if TYPE_CHECKING:
    from nbml.jobs.optimize.result import OptimizeResult
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session

NAME = "optimize"


def held_result(session: Session, job_id: str) -> OptimizeResult:
    """The result of a search; the last one read is held."""
    kept = session.form.setdefault(NAME, {})
    held: OptimizeResult | None = kept.get("result")
    if held is None or held.record.job_id != job_id:
        held = kept["result"] = result_of(OptimizeJob(job_id, session.settings))
    return held


def show(session: Session, request: ShowExperiments, progress: Progress) -> ExperimentList:
    """What is planned and measured."""
    del progress
    found = held_result(session, request.job_id)
    return experiment_list(found, read_book(found.folder))


def plan_rows(session: Session, request: PlanExperiments, progress: Progress) -> ExperimentList:
    """Plan rows of the front."""
    del progress
    found = held_result(session, request.job_id)
    return experiment_list(found, plan(found, [(one.row, one.why) for one in request.rows]))


def enter(session: Session, request: MeasureExperiment, progress: Progress) -> ExperimentList:
    """Enter a result."""
    del progress
    found = held_result(session, request.job_id)
    return experiment_list(found, measure(found, request.number, request.target, request.value))


def take_out(session: Session, request: DropExperiment, progress: Progress) -> ExperimentList:
    """Take an experiment out."""
    del progress
    found = held_result(session, request.job_id)
    return experiment_list(found, drop(found, request.number))


def extend(session: Session, request: ExtendTable, progress: Progress) -> ExtendedTable:
    """Take the training rows with the measured experiments in hand, to train again."""
    from nbml.data.read import read

    found = held_result(session, request.job_id)
    frame, added = extended_table(found, read_book(found.folder))
    table = read(frame)
    progress.check()
    name = session.say("optimize_room.measured.table", title=found.record.title[:80])
    session.use_table(table, name=name)
    return ExtendedTable(name=name, n_rows=len(frame), added=added)


HANDLERS: dict[type[Request], Callable[[Session, Any, Progress], BaseModel | None]] = {
    ShowExperiments: show,
    PlanExperiments: plan_rows,
    MeasureExperiment: enter,
    DropExperiment: take_out,
    ExtendTable: extend,
}

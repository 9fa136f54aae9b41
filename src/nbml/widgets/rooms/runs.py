"""The Runs room's side in the kernel: each request handed to the use case that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.jobs.history.about import describe
from nbml.jobs.history.comparison import compare
from nbml.jobs.history.deletion import delete, restore
from nbml.jobs.history.lineage import lineage
from nbml.jobs.history.summary import summarise
from nbml.jobs.launch import resume
from nbml.jobs.listing import jobs
from nbml.spec.history import Comparison, DeletedJob, JobSummary, Lineage
from nbml.spec.messages.base import Request
from nbml.spec.messages.runs_room import (
    CompareRuns,
    DeleteRun,
    DescribeRun,
    ListRuns,
    RestoreRun,
    ResumeRun,
    RunList,
    ShowLineage,
)

if TYPE_CHECKING:
    from nbml.widgets.bridge import Handler
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session

NAME = "runs"
UNDER_WAY = ("queued", "running")


def show(session: Session, request: ListRuns, progress: Progress) -> RunList:
    """A page of the jobs there are."""
    found = jobs(limit=None, search=request.search, settings=session.settings)
    progress.check()
    if request.state != "any":
        found = [line for line in found if (line.state in UNDER_WAY) == (request.state == "running")]
    page = found[request.offset : request.offset + request.limit]
    return RunList(lines=tuple(page), total=len(found), home=str(session.settings.home))


def rename(session: Session, request: DescribeRun, progress: Progress) -> JobSummary:
    """Name a job anew or write a note; the line of the job in hand follows."""
    describe(request.job_id, name=request.name, note=request.note, settings=session.settings)
    line = summarise(request.job_id, session.settings)
    with session.lock:
        shown = session.state.job
        if shown is not None and shown.id == line.id:
            session.publish(job=shown.model_copy(update={"title": line.title}))
    return line


def remove(session: Session, request: DeleteRun, progress: Progress) -> DeletedJob:
    """Delete a job; a panel that shows it shows none then."""
    deleted = delete(request.job_id, settings=session.settings)
    with session.lock:
        if session.job is not None and session.job.id == request.job_id:
            session.unwatch()
    return deleted


def take_back(session: Session, request: RestoreRun, progress: Progress) -> JobSummary:
    """Undo a deletion."""
    restore(request.job_id, settings=session.settings)
    return summarise(request.job_id, session.settings)


def go_on(session: Session, request: ResumeRun, progress: Progress) -> JobSummary:
    """Resume an interrupted job and show it."""
    session.watch(resume(request.job_id).id)
    return summarise(request.job_id, session.settings)


def put_side_by_side(session: Session, request: CompareRuns, progress: Progress) -> Comparison:
    """Compare jobs."""
    return compare(request.job_ids, settings=session.settings)


def trace(session: Session, request: ShowLineage, progress: Progress) -> Lineage:
    """What a job was made from and what was made with it."""
    return lineage(request.job_id, settings=session.settings)


HANDLERS: dict[type[Request], Handler] = {
    ListRuns: show,
    DescribeRun: rename,
    DeleteRun: remove,
    RestoreRun: take_back,
    ResumeRun: go_on,
    CompareRuns: put_side_by_side,
    ShowLineage: trace,
}

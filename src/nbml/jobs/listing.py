"""Every job of this user, from their folders."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import ValidationError

from nbml.engine.job_folder import JobFolder
from nbml.errors import EngineError, NbmlError
from nbml.jobs.job import Job
from nbml.settings import Settings


@dataclass(frozen=True)
class JobSummary:
    """One line of the list of jobs.

    Attributes
    ----------
    best : dict of str to float
        Best RMSE so far by target.
    seconds : float
        Running time so far.
    """

    id: str
    state: str
    title: str
    project: str
    targets: tuple[str, ...]
    models: tuple[str, ...]
    created: str
    user: str
    seconds: float
    best: dict[str, float] = field(default_factory=dict)


def jobs(*, limit: int | None = 50, settings: Settings | None = None) -> list[JobSummary]:
    """The latest jobs, newest first. A folder that cannot be read is listed as damaged."""
    settings = settings or Settings()
    if not settings.jobs.exists():
        return []
    folders = sorted(
        (p for p in settings.jobs.iterdir() if JobFolder(p).exists()), key=lambda p: p.name, reverse=True
    )
    return [_summary(folder.name, settings) for folder in folders[:limit]]


def _summary(job_id: str, settings: Settings) -> JobSummary:
    try:
        job = Job(job_id, settings)
        snapshot = job.snapshot()
    except (EngineError, NbmlError, ValidationError, ValueError) as error:
        return JobSummary(job_id, "damaged", str(error)[:200], "", (), (), "", "", 0.0)
    best: dict[str, float] = {}
    for study in snapshot.studies:
        value = None if study.best is None else study.best.value
        if value is not None:
            best[study.target] = min(best.get(study.target, value), value)
    resolved = job.spec.resolved
    return JobSummary(
        job_id,
        job.status,
        job.spec.title,
        job.spec.project,
        job.spec.targets,
        job.spec.models,
        resolved.created if resolved else "",
        resolved.user if resolved else "",
        snapshot.elapsed_s,
        snapshot.scores or best,
    )

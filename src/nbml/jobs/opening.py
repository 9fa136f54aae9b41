"""The handle of a job of whatever task, by its id."""

from __future__ import annotations

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.job import Job
from nbml.jobs.optimize.job import OptimizeJob
from nbml.jobs.written_job import read_spec
from nbml.settings import Settings
from nbml.spec.optimize import OptimizeSpec

AnyJob = Job | OptimizeJob


def handle_of(job_id: str, settings: Settings) -> AnyJob:
    """The handle: a ``Job`` of a training, an ``OptimizeJob`` of an inverse search.

    Raises
    ------
    JobError
        NBML-J01 for what is no id, NBML-J02 when there is no such job.
    """
    folder = JobFolder.of(settings.jobs, job_id)
    if not folder.exists():
        raise JobError("NBML-J02", job_id=job_id)
    is_search = isinstance(read_spec(folder), OptimizeSpec)
    return OptimizeJob(job_id, settings) if is_search else Job(job_id, settings)

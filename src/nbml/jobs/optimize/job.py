"""An inverse search in code: its spec and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.jobs.handle import JobHandle
from nbml.jobs.written_job import read_search
from nbml.settings import Settings
from nbml.spec.optimize import OptimizeSpec

if TYPE_CHECKING:
    from nbml.jobs.optimize.result import OptimizeResult


class OptimizeJob(JobHandle):
    """An inverse search by its id, running or ended, in this process or elsewhere.

    Parameters
    ----------
    job_id : str
        Its id.

    Raises
    ------
    JobError
        NBML-J01 for what is no id, NBML-J02 when there is no such job, NBML-J40 when it is of another task.
    """

    def __init__(self, job_id: str, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        written = read_search(job_id, settings)
        self.spec: OptimizeSpec = written.spec
        super().__init__(written.folder, settings, written.spec.title)

    def result(self, timeout_s: float | None = None) -> OptimizeResult:
        """The result, waiting for it where needed; an interrupt gets through and leaves the job running.

        Raises
        ------
        NbmlError
            As ``wait``.
        """
        self.wait(timeout_s=timeout_s)
        from nbml.jobs.optimize.result import OptimizeResult

        return OptimizeResult.load(self.folder)

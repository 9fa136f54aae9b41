"""A training job in code: its spec, its result, and the rows it was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.jobs.handle import RESTART_GRACE_S, JobFailedError, JobHandle
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.train import TrainSpec

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.jobs.result import TrainResult
    from nbml.tracking.kept import Kept

__all__ = ["RESTART_GRACE_S", "Job", "JobFailedError"]


class Job(JobHandle):
    """A training job by its id, running or ended, in this process or elsewhere.

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
        written = read_job(job_id, settings)
        self.spec: TrainSpec = written.spec
        super().__init__(written.folder, settings, written.spec.title)

    def result(self, timeout_s: float | None = None) -> TrainResult:
        """The result, waiting for it where needed; an interrupt gets through and leaves the job running.

        Raises
        ------
        NbmlError
            As ``wait``.
        """
        self.wait(timeout_s=timeout_s)
        from nbml.jobs.result import TrainResult

        return TrainResult.load(self.folder)

    @property
    def table(self) -> Table:
        """The rows that were trained on, as they are kept with the job: the columns in use, with their roles.

        Raises
        ------
        ReadError
            NBML-R31 when they are gone, NBML-R32 when they are not what was kept.
        """
        from nbml.jobs.kept_tables import kept_table

        return kept_table(read_job(self.id, self.settings))

    def _note(self, kept: Kept) -> None:
        from nbml.jobs.noting import note_run
        from nbml.jobs.result import TrainResult

        note_run(self.paths, TrainResult.load(self.folder).record, kept)

"""An inverse search in code: its spec and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbml.jobs.handle import JobHandle
from nbml.jobs.written_job import read_search
from nbml.settings import Settings
from nbml.spec.optimize import OptimizeSpec

if TYPE_CHECKING:
    from nbml.jobs.launch import Executor
    from nbml.jobs.optimize.result import OptimizeResult
    from nbml.tracking.kept import Kept


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

    def go_on(self, *, executor: Executor | None = None, **changes: Any) -> OptimizeJob:
        """Search on from this front with something changed: a bound widened, a constraint dropped, more time.

        Parameters
        ----------
        executor : {"ray", "inline", "cluster"}, optional
        **changes : Any
            As for ``nbml.optimize``. `inputs` are put beside those of this search, by name, field by field;
            all else takes the place of what this search had.

        Returns
        -------
        OptimizeJob
            The new search, which begins with the rows of this front that are still feasible.

        Raises
        ------
        NbmlError
            As ``nbml.optimize``.

        Examples
        --------
        ``job.go_on(inputs=[{"name": "days", "high": 40, "extrapolate": True}], evaluations=20_000)``
        """
        from nbml.jobs.optimize.launching import go_on

        return go_on(self, changes, executor=executor)

    def _note(self, kept: Kept) -> None:
        from nbml.jobs.noting import note_run
        from nbml.jobs.optimize.result import OptimizeResult

        note_run(self.paths, OptimizeResult.load(self.folder).record, kept)

"""What the Runs room asks and is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.history import Comparison, DeletedJob, JobSummary, Lineage
from nbml.spec.messages.base import JobId, Request

PAGE = 200
"""Lines in one answer at most."""


class ListRuns(Request):
    """The jobs of this user, newest first."""

    kind: Literal["runs.list"] = "runs.list"
    search: str = Field(default="", max_length=500, description="Words that must all stand in a line.")
    state: Literal["any", "running", "ended"] = "any"
    limit: int = Field(default=PAGE, ge=1, le=PAGE)
    offset: int = Field(default=0, ge=0)


class RunList(Strict):
    """A page of the list."""

    lines: tuple[JobSummary, ...]
    total: int = Field(description="Lines found in all.")
    home: str = Field(description="The folder they are kept in, NBML_HOME.")


class DescribeRun(Request):
    """Give a job another name or note; what is null stays."""

    kind: Literal["runs.describe"] = "runs.describe"
    job_id: JobId
    name: str | None = Field(default=None, max_length=2_000)
    note: str | None = Field(default=None, max_length=100_000)


class DeleteRun(Request):
    """Delete a job that is not running; it can be taken back."""

    kind: Literal["runs.delete"] = "runs.delete"
    job_id: JobId


class RestoreRun(Request):
    """Take a deleted job back."""

    kind: Literal["runs.restore"] = "runs.restore"
    job_id: JobId


class ResumeRun(Request):
    """Go on with a job that was interrupted."""

    kind: Literal["runs.resume"] = "runs.resume"
    job_id: JobId


class CompareRuns(Request):
    """Put jobs side by side."""

    kind: Literal["runs.compare"] = "runs.compare"
    job_ids: tuple[JobId, ...] = Field(max_length=50)


class ShowLineage(Request):
    """What a job was made from and what was made with it."""

    kind: Literal["runs.lineage"] = "runs.lineage"
    job_id: JobId


Requests: tuple[type[Request], ...] = (
    ListRuns,
    DescribeRun,
    DeleteRun,
    RestoreRun,
    ResumeRun,
    CompareRuns,
    ShowLineage,
)
Answers: dict[type[Request], type[Strict]] = {
    ListRuns: RunList,
    DescribeRun: JobSummary,
    DeleteRun: DeletedJob,
    RestoreRun: JobSummary,
    ResumeRun: JobSummary,
    CompareRuns: Comparison,
    ShowLineage: Lineage,
}

"""What is known of jobs together: one line each, several side by side, and what comes from what."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import Score

RunState = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted", "damaged"]
NodeKind = Literal["data", "job", "model", "prediction", "optimisation"]


class JobSummary(Strict):
    """One line of the list of jobs."""

    id: str
    state: RunState = Field(description="As the job says; damaged for a folder that cannot be read.")
    title: str = Field(description="Name for show: the one given later, else the spec's.")
    project: str = ""
    targets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    created: str = Field(default="", description="UTC time, ISO 8601.")
    user: str = ""
    seconds: float = Field(default=0.0, description="Running time so far.")
    best: dict[str, float] = Field(default_factory=dict, description="Best RMSE so far by target.")
    spread: dict[str, float] = Field(
        default_factory=dict, description="Its standard deviation over the folds, once the job has ended."
    )
    data: str = Field(default="", description="Name of the table it was made from.")
    data_sha256: str = Field(default="", description="Hash of that table's content.")
    n_rows: int = 0
    trials: int = 0
    run_id: str | None = Field(default=None, description="MLflow run, once it is kept there.")
    note: str = ""
    task: str = Field(default="train", description="What kind of job it is.")
    front_size: int = Field(default=0, description="Rows on the front of an inverse search so far.")

    def matches(self, words: str) -> bool:
        """Whether every word of a search stands somewhere in the line, capitals aside."""
        parts = (self.id, self.state, self.title, self.project, self.data, self.user, self.note, self.task)
        line = "\n".join((*parts, *self.targets, *self.models, self.run_id or "")).casefold()
        return all(word in line for word in words.casefold().split())


class DeletedJob(Strict):
    """What was deleted, and what was left."""

    job_id: str
    size_mb: float = Field(description="Size of its folder on disk.")
    run_id: str | None = Field(description="MLflow run of the job; it is not nbml's alone and stays.")


class ComparedModel(Strict):
    """The chosen model of one job for one target, or the baseline."""

    job_id: str
    target: str
    family: str
    scores: dict[str, Score]
    fold_names: tuple[str, ...]
    params: dict[str, Any]


class Comparison(Strict):
    """Jobs side by side."""

    jobs: tuple[JobSummary, ...]
    models: tuple[ComparedModel, ...]
    settings: dict[str, tuple[Any, ...]] = Field(
        description="Fields of the specs that are not the same in all jobs, one value a job in their order."
    )
    is_fair: bool = Field(
        description="Whether all were validated on the same rows in the same folds, so that scores compare."
    )


class LineageNode(Strict):
    """A thing that was made or used."""

    id: str = Field(description="<kind>:<key>, unique in the graph.")
    kind: NodeKind
    label: str = Field(description="Of a model its target.")
    family: str | None = Field(default=None, description="Of a model, by its short name.")
    detail: str = Field(default="", description="One line under the label.")
    job_id: str | None = Field(default=None, description="The job that can be opened for it.")


class LineageEdge(Strict):
    """One thing was used to make another; both by their ids."""

    used: str
    made: str


class Lineage(Strict):
    """A directed graph without cycles, from what was used to what was made."""

    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    focus: str
    siblings_left_out: int = Field(default=0, description="Other jobs on the same data that are not shown.")

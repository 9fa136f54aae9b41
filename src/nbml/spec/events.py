"""What happens, as it is written to a job's log and sent to its viewers.

Durable events are never lost and never coalesced; lossy ones may be. ``seq`` is gap-free within a job
and is set by the one writer of the log. Every number is finite or null.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from nbml.spec.base import Strict

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
TrialState = Literal["running", "complete", "failed", "pruned"]
Stage = Literal["prepare", "workers", "search", "explain", "final", "keep"]


class Fault(Strict):
    """Why something failed: the error's code, words and next step."""

    code: str = Field(description="Stable code (NBML-..).")
    message: str = Field(description="What was wrong.")
    next_step: str = Field(default="", description="What to do about it.")
    fields: dict[str, Any] = Field(default_factory=dict, description="Values behind the words.")


class Score(Strict):
    """One metric of one model under cross-validation."""

    metric: str
    pooled: float | None = Field(description="Over all out-of-fold rows; null where undefined.")
    mean: float | None = Field(description="Mean over the defined folds.")
    spread: float | None = Field(description="Standard deviation over the defined folds.")
    folds: tuple[float | None, ...] = Field(description="Per fold; null where undefined, see undefined.")
    undefined: dict[str, str] = Field(default_factory=dict, description="Reason by fold name.")


class Event(Strict):
    """What all events carry."""

    v: Literal[1] = 1
    job_id: str = ""
    seq: int = Field(
        default=0, ge=0, description="Number within the job, from 1, gap-free; 0 before it is logged."
    )
    ts: str = Field(default="", description="UTC time, ISO 8601.")
    elapsed_s: float = Field(default=0.0, ge=0, description="Running time of the job by a monotonic clock.")


class StudyPlan(Strict):
    """One search of a job: a target and a family."""

    id: str = Field(description="Short name: target number and family, such as t0-lightgbm.")
    target: str
    family: str
    trials: int | None


class JobQueued(Event):
    """The job is written down."""

    type: Literal["job.queued"] = "job.queued"
    task: str
    title: str


class JobStarted(Event):
    """A supervisor has taken the job; attempt counts from 1 and grows when it resumes."""

    type: Literal["job.started"] = "job.started"
    attempt: int = Field(ge=1)
    executor: str = Field(description="ray, inline or cluster.")


class JobPlanned(Event):
    """What will be done: searches, folds, rows."""

    type: Literal["job.planned"] = "job.planned"
    studies: tuple[StudyPlan, ...]
    fold_names: tuple[str, ...]
    fold_rows: tuple[int, ...]
    fold_scheme: str
    n_rows: int
    n_features: int
    timeout_s: float | None = None
    answer_sha256: str = Field(default="", description="Hash of what decides the answer (answer_hash).")


class StageStarted(Event):
    """A stage begins; detail says what is being waited for."""

    type: Literal["stage.started"] = "stage.started"
    stage: Stage
    detail: str = ""


class StageFinished(Event):
    """A stage ended."""

    type: Literal["stage.finished"] = "stage.finished"
    stage: Stage
    seconds: float


class TrialStarted(Event):
    """A set of hyperparameters goes to the workers."""

    type: Literal["trial.started"] = "trial.started"
    study: str
    trial: int
    params: dict[str, Any]


class FoldFinished(Event):
    """One (trial, fold) was evaluated; counted once whatever was killed."""

    type: Literal["fold.finished"] = "fold.finished"
    study: str
    trial: int
    fold: int
    value: float | None = Field(description="RMSE of the held-out rows; null where undefined or failed.")
    seconds: float = Field(description="Fit and predict seconds.")
    attempts: int = Field(default=1, description="How often it was tried.")
    error: Fault | None = None


class TrialFinished(Event):
    """A trial is told to the search, in the order asked."""

    type: Literal["trial.finished"] = "trial.finished"
    study: str
    trial: int
    state: TrialState
    value: float | None = Field(description="RMSE over all out-of-fold rows.")
    folds: tuple[float | None, ...] = ()
    error: Fault | None = None


class BestChanged(Event):
    """A trial is better than all told before it."""

    type: Literal["best.changed"] = "best.changed"
    study: str
    trial: int
    value: float
    folds: tuple[float | None, ...]
    params: dict[str, Any]


class FrontChanged(Event):
    """An inverse search has evaluated more rows; the front as it stands, thinned for show."""

    type: Literal["front.changed"] = "front.changed"
    evaluations: int = Field(ge=0, description="Rows predicted so far.")
    planned: int = Field(ge=0, description="Rows to predict at most.")
    size: int = Field(ge=0, description="Rows of the whole front.")
    is_feasible: bool = Field(description="Whether they keep all limits; else they miss them least.")
    hypervolume: float | None = Field(
        default=None, description="In seen ranges of the goals, from the worse end of what was seen."
    )
    names: tuple[str, ...] = Field(description="What each goal is on.")
    points: tuple[tuple[float | None, ...], ...] = Field(
        default=(), description="Values of the goals of at most 200 rows of the front."
    )


class ArtifactReady(Event):
    """A file of the result stands."""

    type: Literal["artifact.ready"] = "artifact.ready"
    name: str
    path: str = Field(description="Relative to the job's directory.")


class Notice(Event):
    """Something worth knowing that is no failure: a fall-back, a retry, a warning of the checks."""

    type: Literal["notice"] = "notice"
    level: Literal["info", "warning"]
    code: str
    message: str
    fields: dict[str, Any] = Field(default_factory=dict)


class JobFinished(Event):
    """The end, exactly once, last."""

    type: Literal["job.finished"] = "job.finished"
    state: Literal["succeeded", "failed", "cancelled"]
    scores: dict[str, float] = Field(
        default_factory=dict, description="Pooled RMSE of the chosen model by target."
    )
    error: Fault | None = None


class Resources(Event):
    """How busy the workers are. Lossy."""

    type: Literal["resources"] = "resources"
    workers: int
    busy: int
    busy_share: float = Field(
        ge=0, description="Fit and predict seconds / (workers x wall) since the search began."
    )
    recent_share: float | None = Field(
        default=None, ge=0, le=1, description="The same over the last seconds; None until there is enough."
    )


class Log(Event):
    """A line for people. Lossy."""

    type: Literal["log"] = "log"
    message: str


AnyEvent = Annotated[
    JobQueued
    | JobStarted
    | JobPlanned
    | StageStarted
    | StageFinished
    | TrialStarted
    | FoldFinished
    | TrialFinished
    | BestChanged
    | FrontChanged
    | ArtifactReady
    | Notice
    | JobFinished
    | Resources
    | Log,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
LOSSY = frozenset({"resources", "log"})

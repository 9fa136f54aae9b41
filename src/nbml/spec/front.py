"""What an inverse search leaves behind, as result.json and to everyone who shows it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import Notice


class InputRange(Strict):
    """An input as it was searched."""

    name: str
    kind: Literal["number", "category"]
    low: float | None = None
    high: float | None = None
    step: float | None = Field(default=None, description="Null where values are listed or fixed.")
    levels: tuple[str, ...] = ()
    values: tuple[float, ...] = Field(default=(), description="Listed numbers, at most 1,000.")
    zero: bool = False
    tolerance: float = 0.0


class GoalScale(Strict):
    """A goal with the scale it was judged on."""

    label: str
    on: Literal["target", "input", "formula"]
    kind: str
    low: float | None = Field(default=None, description="Least value that counts as met.")
    high: float | None = Field(default=None, description="Greatest value that counts as met.")
    weight: float = 1.0
    is_limit: bool = Field(default=False, description="Whether it comes before the other goals.")
    seen_low: float
    seen_high: float


class ProofRecord(Strict):
    """What exact mode has shown: how good the best row is, and how good any row could be at most."""

    objective: str = Field(
        description="What was optimised: a goal's label, or a sum of goals in seen ranges."
    )
    direction: Literal["maximize", "minimize"]
    found: float = Field(description="Of the best row that the search had found.")
    value: float = Field(description="Of the best row that is known now.")
    bound: float = Field(description="No row is better than this.")
    gap: float = Field(ge=0, description="|bound - value|.")
    seconds: float
    is_proven: bool = Field(description="Whether the gap is closed (to 1e-4 of the value).")
    left_out: tuple[str, ...] = Field(
        default=(), description="Limits the program does not know: the bound holds with and without them."
    )


class OptimizeRecord(Strict):
    """The result of an inverse search. Paths are relative to the job's directory."""

    v: Literal[1] = 1
    job_id: str
    state: Literal["succeeded", "cancelled"]
    is_partial: bool = Field(default=False, description="Stopped or out of time before all evaluations.")
    title: str
    targets: tuple[str, ...] = Field(description="Predicted targets, in the order of their columns.")
    runs: tuple[str, ...]
    inputs: tuple[InputRange, ...]
    goals: tuple[GoalScale, ...]
    evaluations: int = Field(description="Rows predicted, those of the finish included.")
    failed: int = Field(default=0, description="Rows whose prediction was not finite.")
    undefined: int = Field(default=0, description="Rows for which a formula was not defined.")
    front_size: int
    is_feasible: bool
    hypervolume: float | None = None
    reference: tuple[float, ...] = Field(default=(), description="Where the hypervolume is measured from.")
    knee: int | None = Field(default=None, description="Row of the Pareto table with the best bargain.")
    proof: ProofRecord | None = Field(default=None, description="Where exact mode was asked for.")
    islands: int = Field(default=0, description="Populations that grew apart; 0 for a search in one piece.")
    notices: tuple[Notice, ...] = ()
    pareto_sha256: str = Field(description="The Pareto table, Parquet by content hash in data/.")
    evaluated_sha256: str = Field(description="All evaluated rows, Parquet by content hash in data/.")
    measured_sha256: str | None = Field(default=None, description="Training rows for show, where at hand.")
    run_id: str | None = Field(default=None, description="MLflow run, once it is kept there.")
    tracking_uri: str | None = Field(default=None, description="Where that is, without a credential.")
    seconds: float = 0.0

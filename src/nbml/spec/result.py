"""What a training job leaves behind, as result.json and to everyone who shows it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.columns import ColumnSheet, Finding
from nbml.spec.events import Fault, Score


class GroupCoverage(Strict):
    """How many held-out rows of one group lay in their intervals."""

    group: str = Field(description="Value of the group column.")
    n_rows: int
    share: float = Field(description="Share of its rows that were covered.")


class Coverage(Strict):
    """How intervals of one level would have done on held-out rows, judged by the other folds' errors."""

    level: float = Field(description="What the intervals aim at, between 0 and 1.")
    share: float | None = Field(
        description="Coverage, the mean over groups where there are groups; null where out of reach."
    )
    of_rows: float | None = Field(description="Coverage over all rows alike.")
    median_width: float | None = Field(description="Median width in target units.")
    worst_case: float = Field(description="Coverage guaranteed whatever the distribution.")
    n_rows: int = Field(description="Held-out rows that were judged.")
    n_units: int = Field(description="Observations that count: rows, or groups.")
    is_grouped: bool
    is_reachable: bool = Field(description="Whether there are enough units for finite bounds.")
    is_local: bool = Field(description="Whether widths differ from row to row.")
    groups: tuple[GroupCoverage, ...] = Field(default=(), description="Groups, the worst first, up to 50.")


class Leader(Strict):
    """One row of the leaderboard: a family, or the dummy baseline, for one target."""

    target: str
    family: str = Field(description="Family name, or baseline.")
    study: str | None = Field(description="The search it comes from; null for the baseline.")
    chosen: bool = Field(default=False, description="Whether predictions use it by default.")
    trial: int | None = Field(default=None, description="Number of its best trial.")
    params: dict[str, Any] = Field(default_factory=dict)
    scores: dict[str, Score] = Field(description="By metric name; rmse is the one that is searched.")
    trials_complete: int = 0
    trials_failed: int = 0
    seconds: float = Field(default=0.0, description="Fit and predict seconds over all its folds.")
    shap: str | None = Field(default=None, description="Its SHAP file, relative to the job's directory.")
    shap_rows: int = Field(default=0, description="Rows explained.")
    coverage: tuple[Coverage, ...] = Field(default=(), description="Of its intervals, by level.")
    error: Fault | None = Field(default=None, description="Why there is no model, when there is none.")


class TrainRecord(Strict):
    """The result of a training job. Paths are relative to the job's directory."""

    v: Literal[1] = 1
    job_id: str
    state: Literal["succeeded", "cancelled"]
    title: str
    targets: tuple[str, ...]
    features: tuple[str, ...]
    group: str | None = None
    fold_names: tuple[str, ...]
    fold_scheme: str
    n_rows: int
    data_sha256: str
    leaderboard: tuple[Leader, ...]
    warnings: tuple[Finding, ...] = ()
    sheet: ColumnSheet
    cv_result: str = "cv_result.csv"
    models: str = "models"
    run_id: str | None = Field(default=None, description="MLflow run, once it is kept there.")
    tracking_uri: str | None = Field(
        default=None, description="Where that run is kept; never with a credential."
    )
    search_s: float = 0.0
    busy_share: float = Field(
        default=0.0, description="Processor seconds of fits and predictions / (workers x wall) of the search."
    )
    clock_share: float | None = Field(
        default=None, description="The same by the clock: seconds inside fits and predictions."
    )
    seconds: float = 0.0

    def chosen(self, target: str) -> Leader | None:
        """The model that predicts a target by default."""
        return next((row for row in self.leaderboard if row.target == target and row.chosen), None)

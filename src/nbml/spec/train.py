"""The training job as it is said, by code, file, panel or command line alike."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from nbml.errors import SpecError
from nbml.spec.base import Strict
from nbml.spec.reading import ReadOptions

FamilyName = Literal["lightgbm", "catboost", "xgboost", "mlp"]
SamplerName = Literal["tpe", "random", "cmaes", "gp", "qmc"]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


class DataSource(Strict):
    """Where the rows come from: a local file with how to read it, or columns already stored with the job."""

    path: str | None = Field(default=None, description="Local file, absolute or relative to the spec file.")
    read: ReadOptions = Field(default_factory=ReadOptions, description="How to read the file.")
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Content hash of the table; set when the job is made, checked when it is run again.",
    )
    name: str = Field(default="table", description="Name for show.")


class Search(Strict):
    """How hyperparameters are searched, for each target and family."""

    sampler: SamplerName = Field(default="tpe", description="Optuna sampler.")
    trials: int | None = Field(default=30, ge=1, le=100_000, description="Trials per target and family.")
    timeout_s: float | None = Field(
        default=None, gt=0, description="Time for the whole search; what is finished then is kept."
    )
    open_trials: int = Field(
        default=4,
        ge=1,
        le=1024,
        description="Trials under way at once in one search; part "
        "of the answer, so it does not follow the number of workers.",
    )
    space: dict[FamilyName, dict[str, Any]] = Field(
        default_factory=dict,
        description="Overrides of search ranges by family and parameter: "
        "{low, high}, {choices} or a fixed value.",
    )

    @model_validator(mode="after")
    def _bounded(self) -> Search:
        if self.trials is None and self.timeout_s is None:
            raise SpecError("NBML-S03")
        return self


class Explain(Strict):
    """How held-out rows are explained after the search."""

    shap: bool = Field(default=True, description="Shapley values of every held-out row.")
    sampled_rows: int = Field(
        default=200,
        ge=1,
        description="Row budget per fold where the explainer samples (MLP); trees are exact for all rows.",
    )


class Resources(Strict):
    """What a job may use. Never changes the answer."""

    workers: int | None = Field(
        default=None, ge=1, le=10_000, description="Worker actors; the CPU budget if unset."
    )
    threads: int = Field(
        default=1,
        ge=1,
        le=256,
        description="Threads of one worker; part of the answer for libraries whose sums depend on it.",
    )
    memory_mb: int | None = Field(
        default=None, ge=64, description="Memory for all workers; 0.8 of what is free if unset."
    )
    fold_timeout_s: float | None = Field(
        default=None, gt=0, description="Deadline of one fold; past it the worker is killed."
    )
    each: dict[str, Annotated[float, Field(gt=0)]] | None = Field(
        default=None,
        description="Further Ray resources that each worker of a cluster asks for, such as {GPU: 1}.",
    )


class TrainSpec(Strict):
    """A training job: data, targets, folds, families, search."""

    schema_: Literal["nbml.job/1"] = Field(default="nbml.job/1", alias="schema")
    task: Literal["train"] = "train"
    name: str | None = Field(
        default=None, max_length=200, description="Name for show; made from the targets if unset."
    )
    project: str = Field(default="default", max_length=200, description="Project the run belongs to.")
    data: DataSource = Field(default_factory=DataSource)
    targets: tuple[str, ...] = Field(min_length=1, description="Columns to predict.")
    features: tuple[str, ...] | None = Field(default=None, description="Inputs; all usable columns if unset.")
    group: str | None = Field(default=None, description="Column whose rows stay together in a fold.")
    fold_column: str | None = Field(default=None, description="Column that names the fold of each row.")
    folds: int | Literal["logo"] | None = Field(
        default=None, description="Number of folds, or leave one group out."
    )
    models: tuple[FamilyName, ...] = Field(
        default=("lightgbm",), min_length=1, description="Families to search."
    )
    search: Search = Field(default_factory=Search)
    explain: Explain = Field(default_factory=Explain)
    resources: Resources = Field(default_factory=Resources)
    seed: int = Field(default=42, ge=0, lt=2**32, description="Seed of folds, search and fits.")
    missing_target: Literal["refuse", "drop"] = Field(default="refuse", description="Rows without a target.")
    infinite: Literal["refuse", "missing"] = Field(default="refuse", description="Infinite feature values.")
    kinds: dict[str, Literal["number", "integer", "boolean", "category"]] = Field(
        default_factory=dict, description="Corrections of column kinds."
    )
    register_as: str | None = Field(default=None, description="Registered model name for the chosen model.")
    alias: str | None = Field(default=None, description="Alias given to the registered version.")
    resolved: Resolved | None = Field(default=None, description="What nbml settled when the job was made.")

    @field_validator("folds")
    @classmethod
    def _at_least_two(cls, value: int | str | None) -> int | str | None:
        if isinstance(value, int) and value < 2:
            raise SpecError("NBML-S04", folds=value)
        return value

    @field_validator("targets", "models")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise SpecError("NBML-S05", names=list(value))
        return value

    @property
    def title(self) -> str:
        """Name for show."""
        return self.name or ", ".join(self.targets)

    @property
    def labels(self) -> tuple[str, ...]:
        """Columns that are compared and never counted with: those that decide the folds."""
        deciding = (self.group, self.fold_column)
        return tuple(name for name in deciding if name is not None and name not in (self.features or ()))


class Resolved(Strict):
    """What was settled when the job was made: the same spec with this part runs to the same answer."""

    job_id: Identifier
    features: tuple[str, ...]
    n_rows: int = Field(ge=1)
    versions: dict[str, str] = Field(description="Python, nbml and library versions.")
    created: str = Field(description="UTC time, ISO 8601.")
    user: str = Field(description="Who made it.")
    columns_sha256: str = Field(description="Content hash of the training columns kept with the job.")


TrainSpec.model_rebuild()

"""The inverse search as it is said, by code, file, panel or command line alike.

Shapes only: what the numbers mean is checked by ``nbml.inverse``, whose errors carry the place of the field.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from nbml.errors import SpecError
from nbml.spec.base import Strict
from nbml.spec.train import DataSource, Identifier, Resources

Number = Annotated[float, Field(allow_inf_nan=True)]
"""A number whose sense is checked with the others of its row (O6)."""
Level = str | bool | int | float
GoalKind = Literal["maximize", "minimize", "reach", "between", "at_least", "at_most"]
EngineName = Literal[
    "nsga2", "optuna-nsga2", "optuna-nsga3", "optuna-tpe", "optuna-gp", "optuna-random", "optuna-qmc"
]


class Input(Strict):
    """One input: what it may be set to. What is left out comes from the training data."""

    name: str
    low: Number | None = Field(default=None, description="Least value; the least trained on if unset.")
    high: Number | None = Field(default=None, description="Greatest value; the greatest trained on if unset.")
    step: Number | None = Field(default=None, description="Values are low, low + step and so on.")
    integer: bool | None = Field(default=None, description="Whole numbers only; as in the data if unset.")
    fixed: Level | None = Field(default=None, description="The one value.")
    levels: tuple[Level, ...] | None = Field(default=None, description="Allowed levels or numbers.")
    log: bool = Field(default=False, description="Drawn on a logarithmic scale.")
    zero: bool = Field(default=False, description="May also be zero, below low: left out of a recipe.")
    tolerance: Number | None = Field(default=None, description="How exactly it can be set, plus and minus.")
    extrapolate: bool = Field(default=False, description="Allow bounds outside the training range.")


class Goal(Strict):
    """One goal, on a predicted target, on an input or on a formula of both."""

    target: str | None = Field(default=None, description="A target of the models.")
    input: str | None = Field(default=None, description="An input, such as what costs.")
    formula: str | None = Field(default=None, description="Arithmetic over inputs and targets.")
    goal: GoalKind
    value: Number | None = Field(default=None, description="For reach, at_least and at_most.")
    low: Number | None = Field(default=None, description="For between.")
    high: Number | None = Field(default=None, description="For between.")
    tolerance: Number | None = Field(default=None, description="For reach: plus and minus so much is met.")
    weight: float = Field(default=1.0, gt=0, description="Share in the desirability.")
    soft: bool = Field(default=False, description="Trade a range against the other goals, not keep it first.")


class Remains(Strict):
    """What remains of an input under a condition."""

    levels: tuple[Level, ...] | None = None
    low: Number | None = None
    high: Number | None = None
    value: Level | None = None


class MixtureRule(Strict):
    """Parts that sum to a total."""

    kind: Literal["mixture"] = "mixture"
    parts: tuple[str, ...] = Field(min_length=1)
    total: float
    tolerance: float = Field(default=0.0, ge=0)


class LinearRule(Strict):
    """A sum of inputs within bounds."""

    kind: Literal["linear"] = "linear"
    terms: dict[str, float] = Field(description="Coefficients by input.")
    low: float | None = None
    high: float | None = None
    equals: float | None = None


class RatioRule(Strict):
    """One input divided by another within bounds; the divisor is above zero."""

    kind: Literal["ratio"] = "ratio"
    of: str
    to: str
    low: float | None = None
    high: float | None = None


class CountRule(Strict):
    """At most, and at least, so many of these are not zero."""

    kind: Literal["count"] = "count"
    of: tuple[str, ...] = Field(min_length=1)
    most: int
    least: int = 0


class WhenRule(Strict):
    """Where categories have certain levels, other inputs keep to less."""

    kind: Literal["when"] = "when"
    when: dict[str, tuple[Level, ...] | Level]
    then: dict[str, Remains]


class CombinationRule(Strict):
    """Inputs that take combinations seen in the training data only, or never some."""

    kind: Literal["combinations"] = "combinations"
    of: tuple[str, ...] = Field(min_length=1)
    only: Literal["seen"] | tuple[tuple[Level, ...], ...] | None = None
    never: tuple[tuple[Level, ...], ...] | None = None


class FormulaRule(Strict):
    """A comparison between arithmetic formulas over inputs and targets."""

    kind: Literal["formula"] = "formula"
    formula: str = Field(max_length=2_000)


class DistanceRule(Strict):
    """At most so far from the training data: 0 to 1, the share of held-out rows that were nearer."""

    kind: Literal["distance"] = "distance"
    most: float = Field(ge=0)


class IntervalRule(Strict):
    """A prediction interval at most so wide."""

    kind: Literal["interval"] = "interval"
    target: str
    most: float = Field(gt=0)


Rule = Annotated[
    MixtureRule
    | LinearRule
    | RatioRule
    | CountRule
    | WhenRule
    | CombinationRule
    | FormulaRule
    | DistanceRule
    | IntervalRule,
    Field(discriminator="kind"),
]


class ModelSource(Strict):
    """Models to search with."""

    run: str = Field(description="Job id, MLflow run id or model address.")
    targets: tuple[str, ...] | None = Field(default=None, description="Which of its targets; all if unset.")
    family: str | None = Field(default=None, description="Which family answers; the chosen one if unset.")


class Proof(Strict):
    """Exact mode: after the search, a mixed-integer program looks for better rows and bounds them all."""

    seconds: float = Field(default=30.0, gt=0, le=86_400, description="Time for the solver.")


class OptimizeSpec(Strict):
    """An inverse search: models, inputs, goals, constraints, budget."""

    schema_: Literal["nbml.job/1"] = Field(default="nbml.job/1", alias="schema")
    task: Literal["optimize"] = "optimize"
    name: str | None = Field(
        default=None, max_length=200, description="Name for show; from the goals if unset."
    )
    project: str = Field(default="default", max_length=200, description="Project the run belongs to.")
    runs: tuple[ModelSource, ...] = Field(min_length=1, description="Trained models.")
    inputs: tuple[Input, ...] = Field(default=(), description="Inputs; those not named keep their range.")
    goals: tuple[Goal, ...] = Field(min_length=1)
    constraints: tuple[Rule, ...] = ()
    evaluations: int = Field(default=10_000, description="Rows to predict at most.")
    size: int = Field(default=100, ge=1, le=5_000, description="Pareto rows to show at most.")
    interval: float = Field(default=0.9, gt=0, lt=1, description="Level of the prediction intervals.")
    engine: EngineName = Field(default="nsga2", description="nbml's search, or one of Optuna's samplers.")
    timeout_s: float | None = Field(
        default=None, gt=0, description="Time for the search; what is found stays."
    )
    seed: int = Field(default=42, ge=0, lt=2**32, description="The same seed gives the same front.")
    after: Identifier | None = Field(
        default=None, description="An earlier search, whose front this one begins with."
    )
    exact: Proof | None = Field(
        default=None,
        description="Prove the optimum where time allows: true, or seconds. One goal, or directions weighed.",
    )
    resources: Resources = Field(default_factory=Resources)
    resolved: ResolvedSearch | None = Field(default=None, description="What was settled when it was made.")

    @field_validator("runs", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """A run alone, or only its id."""
        listed = value if isinstance(value, list | tuple) else [value]
        return [{"run": one} if isinstance(one, str) else one for one in listed]

    @field_validator("constraints", mode="before")
    @classmethod
    def _formulas(cls, value: Any) -> Any:
        """A text is a formula."""
        if not isinstance(value, list | tuple):
            return value
        return [{"kind": "formula", "formula": one} if isinstance(one, str) else one for one in value]

    @field_validator("exact", mode="before")
    @classmethod
    def _seconds(cls, value: Any) -> Any:
        """True, or the seconds alone."""
        if isinstance(value, bool):
            return {} if value else None
        return {"seconds": value} if isinstance(value, int | float) else value

    @field_validator("goals")
    @classmethod
    def _on_one_thing(cls, value: tuple[Goal, ...]) -> tuple[Goal, ...]:
        for k, goal in enumerate(value):
            if sum(on is not None for on in (goal.target, goal.input, goal.formula)) != 1:
                raise SpecError("NBML-O33", place=f"goals.{k}")
        return value

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets with a goal on them."""
        return tuple(dict.fromkeys(goal.target for goal in self.goals if goal.target is not None))

    @property
    def models(self) -> tuple[str, ...]:
        """The runs it searches with."""
        return tuple(source.run for source in self.runs)

    @property
    def data(self) -> DataSource:
        """No table of its own."""
        return DataSource(name=", ".join(self.models))

    @property
    def title(self) -> str:
        """Name for show."""
        return (
            self.name or ", ".join(f"{g.goal} {g.target or g.input or g.formula}" for g in self.goals)[:200]
        )


class UsedModels(Strict):
    """The models of one run, as they were when the job was made."""

    run: str = Field(description="As said.")
    bundle_sha256: str = Field(description="Hash of the models; another one would give another front.")
    targets: tuple[str, ...]
    families: dict[str, str] = Field(description="Family by target.")
    n_rows: int = Field(default=0, ge=0, description="Training rows at hand.")
    run_id: str | None = Field(default=None, description="MLflow run of these models, where known.")
    model_id: str | None = Field(default=None, description="Logged model in MLflow, where known.")
    data: str = Field(default="", description="Name of the table they were trained on.")
    data_sha256: str | None = Field(default=None, description="Its content hash, where known.")


class ResolvedSearch(Strict):
    """What was settled when the job was made: the same spec with this part gives the same front."""

    job_id: Identifier
    versions: dict[str, str] = Field(description="Python, nbml and library versions.")
    created: str = Field(description="UTC time, ISO 8601.")
    user: str = Field(description="Who made it.")
    used: tuple[UsedModels, ...]


OptimizeSpec.model_rebuild()

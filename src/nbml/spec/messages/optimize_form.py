"""The form of the Optimize room and what is said of it while it is filled in.

Lenient on purpose, as the Train room's: a number that cannot be used must reach the place that says why.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.messages.train_form import Entry, FieldNote
from nbml.spec.optimize import GoalKind, Level


class InputRow(Strict):
    """One input: what it may be set to. Bounds that are empty are those of the training data."""

    name: str
    use: Literal["range", "fixed", "levels"] = "range"
    low: Entry = None
    high: Entry = None
    step: Entry = None
    integer: bool = Field(default=False, description="Whole numbers only.")
    log: bool = False
    zero: bool = Field(default=False, description="May also be zero, below low.")
    tolerance: Entry = None
    extrapolate: bool = Field(default=False, description="Allow bounds outside the training range.")
    fixed: Level | None = None
    levels: tuple[Level, ...] = Field(default=(), description="Allowed levels, or allowed numbers.")


class GoalRow(Strict):
    """One goal; a target without one is only predicted."""

    on: Literal["target", "input", "formula"] = "target"
    of: str = Field(default="", description="Name of the target or input, or the formula.")
    goal: GoalKind | None = Field(default=None, description="Null where nothing is wanted of it.")
    value: Entry = None
    low: Entry = None
    high: Entry = None
    tolerance: Entry = None
    weight: Entry = 1
    soft: bool = False


class MixtureRow(Strict):
    """Parts that sum to a total."""

    kind: Literal["mixture"] = "mixture"
    parts: tuple[str, ...] = ()
    total: Entry = None
    tolerance: Entry = None


class Term(Strict):
    """An input and what it is multiplied by."""

    name: str = ""
    factor: Entry = 1


class LinearRow(Strict):
    """A sum of inputs within bounds; equal bounds are an equality."""

    kind: Literal["linear"] = "linear"
    terms: tuple[Term, ...] = (Term(),)
    low: Entry = None
    high: Entry = None


class CountRow(Strict):
    """At most so many of these are not zero."""

    kind: Literal["count"] = "count"
    of: tuple[str, ...] = ()
    most: Entry = None
    least: Entry = 0


class RatioRow(Strict):
    """One input divided by another within bounds."""

    kind: Literal["ratio"] = "ratio"
    of: str = ""
    to: str = ""
    low: Entry = None
    high: Entry = None


class Condition(Strict):
    """A category that has one of these levels."""

    input: str = ""
    levels: tuple[Level, ...] = ()


class Remainder(Strict):
    """What remains of an input under conditions."""

    input: str = ""
    levels: tuple[Level, ...] = ()
    low: Entry = None
    high: Entry = None


class WhenRow(Strict):
    """Where categories have certain levels, other inputs keep to less."""

    kind: Literal["when"] = "when"
    when: tuple[Condition, ...] = (Condition(),)
    limits: tuple[Remainder, ...] = (Remainder(),)


class CombinationRow(Strict):
    """Inputs that take only combinations seen in the training data, only some, or never some."""

    kind: Literal["combinations"] = "combinations"
    of: tuple[str, ...] = ()
    mode: Literal["seen", "only", "never"] = "seen"
    rows: tuple[tuple[Level | None, ...], ...] = Field(
        default=(), description="For only and never: a cell an input; null is still open."
    )


class FormulaRow(Strict):
    """A comparison between formulas over inputs and targets."""

    kind: Literal["formula"] = "formula"
    formula: str = Field(default="", max_length=2_000)


class DistanceRow(Strict):
    """At most so far from the training data."""

    kind: Literal["distance"] = "distance"
    most: Entry = 0.95


class IntervalRow(Strict):
    """A prediction interval at most so wide."""

    kind: Literal["interval"] = "interval"
    target: str = ""
    most: Entry = None


RuleRow = Annotated[
    MixtureRow
    | LinearRow
    | RatioRow
    | CountRow
    | WhenRow
    | CombinationRow
    | FormulaRow
    | DistanceRow
    | IntervalRow,
    Field(discriminator="kind"),
]


class OptimizeForm(Strict):
    """Everything ``nbml.optimize`` can be told, as a person fills it in."""

    runs: tuple[str, ...] = Field(default=(), description="Jobs whose models are searched with.")
    inputs: tuple[InputRow, ...] = ()
    goals: tuple[GoalRow, ...] = ()
    constraints: tuple[RuleRow, ...] = ()
    evaluations: Entry = 10_000
    size: Entry = 100
    interval: Entry = 0.9
    seed: Entry = 42
    engine: str = "nsga2"
    minutes: Entry = Field(default=None, description="Time for the search in minutes.")
    prove_s: Entry = Field(default=None, description="Seconds for a proof of the optimum; none if empty.")
    after: str | None = Field(default=None, description="An earlier search to go on from.")
    name: str | None = None
    project: str = "default"


class RunChoice(Strict):
    """A training whose models can be searched with."""

    id: str
    title: str
    targets: tuple[str, ...]
    data: str = ""
    created: str = ""


class KnownInput(Strict):
    """What the models and their training rows say of an input."""

    name: str
    kind: Literal["number", "integer", "boolean", "category"]
    low: float | None = Field(default=None, description="Least value trained on.")
    high: float | None = None
    resolution: float | None = Field(default=None, description="All training values are multiples of it.")
    levels: tuple[str, ...] = ()
    bars: tuple[int, ...] = Field(default=(), description="Training rows over low to high, or by level.")


class KnownTarget(Strict):
    """What was measured of a target."""

    name: str
    low: float | None = None
    high: float | None = None
    bars: tuple[int, ...] = ()
    family: str = Field(default="", description="The family that answers.")


class Feasibility(Strict):
    """Whether any row can keep what is asked exactly: bounds, steps, mixtures, linear rows, rules."""

    state: Literal["feasible", "clash", "unknown"] = Field(description="unknown while something is wrong.")
    fields: tuple[str, ...] = Field(default=(), description="Fields of the form that clash.")
    constraints: tuple[str, ...] = Field(default=(), description="They in words.")
    missed: tuple[str, ...] = Field(
        default=(), description="By how much each must be missed to keep the others."
    )
    ranked: int = Field(default=0, description="Constraints that cannot be checked before the search.")


class OptimizeDraft(Strict):
    """The form with everything that can be said of it before the search."""

    form: OptimizeForm
    runs: tuple[RunChoice, ...] = Field(description="Trainings to choose from, newest first.")
    inputs: tuple[KnownInput, ...]
    targets: tuple[KnownTarget, ...]
    notes: tuple[FieldNote, ...]
    feasibility: Feasibility

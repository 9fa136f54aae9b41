"""The form of the Train room and what is said of it: faults, folds, ranges, an estimate.

The form is lenient on purpose: a number that cannot be used must still reach the place that says why.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict

Entry = int | float | None
"""What stands in a box for a number; empty is None."""


class TrainForm(Strict):
    """Everything ``nbml.train`` can be told, as a person fills it in."""

    targets: tuple[str, ...] = ()
    left_out: tuple[str, ...] = Field(
        default=(), description="Columns that would be features but shall not be."
    )
    taken_in: tuple[str, ...] = Field(
        default=(), description="Columns that would be no features but shall be."
    )
    group: str | None = None
    fold_column: str | None = None
    models: tuple[str, ...] = ("lightgbm",)
    trials: Entry = 30
    minutes: Entry = Field(default=None, description="Time for the search in minutes.")
    folds: Literal["logo"] | Entry = None
    seed: Entry = 42
    sampler: str = "tpe"
    space: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Changed search ranges by family and parameter, as in the spec."
    )
    open_trials: Entry = 4
    workers: Entry = None
    threads: Entry = 1
    memory_mb: Entry = None
    fold_timeout_s: Entry = None
    shap: bool = True
    missing_target: Literal["refuse", "drop"] = "refuse"
    infinite: Literal["refuse", "missing"] = "refuse"
    kinds: dict[str, Literal["number", "integer", "boolean", "category"]] = Field(default_factory=dict)
    name: str | None = None
    project: str = "default"
    register_as: str | None = None
    alias: str | None = None


class Remedy(Strict):
    """A change of the form that mends a fault, as a button says it."""

    text: str
    set: dict[str, Any] = Field(description="Fields of the form with their new values.")


class FieldNote(Strict):
    """What is wrong, or worth knowing, at one field of the form."""

    field: str = Field(
        description="Field of the form; space.<family>.<parameter> for a range, data for none."
    )
    severity: Literal["error", "warning"]
    code: str
    message: str
    next_step: str = ""
    columns: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()


class ColumnChoice(Strict):
    """A column as the form offers it."""

    name: str
    kind: str
    unit: str | None = None
    can_be_target: bool
    can_be_feature: bool
    is_feature: bool = Field(description="Whether it is a feature unless left out.")
    n_unique: int
    missing_share: float


class FoldTarget(Strict):
    """How one target is distributed over the held-out rows of a fold; null without a value."""

    rows: int = Field(description="Rows with a value.")
    mean: float | None = None
    low: float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    high: float | None = None
    counts: tuple[int, ...] = Field(default=(), description="Rows in each bin of the preview's edges.")


class FoldBar(Strict):
    """One fold of the preview."""

    name: str
    rows: int
    groups: int | None = Field(default=None, description="Groups in it, where there is a group column.")
    targets: tuple[FoldTarget, ...] = Field(description="In the order of the preview's targets.")


class FoldPreview(Strict):
    """The folds as training will make them."""

    scheme: str = Field(description="shuffled, grouped, leave-one-group-out or given.")
    n_rows: int = Field(description="Rows that take part.")
    n_without_target: int = Field(description="Rows that do not, for want of any target.")
    n_folds: int
    n_groups: int | None = None
    targets: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...] = Field(description="Edges of the bins of each target.")
    folds: tuple[FoldBar, ...] = Field(description="The first folds; n_folds counts all.")


class SearchRange(Strict):
    """One searched parameter, as it will be used."""

    name: str
    kind: Literal["float", "int", "choice"]
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()
    start: Any = Field(default=None, description="Where the first trial lies.")
    why: str = ""
    changed: bool = False
    usual_low: float | None = Field(default=None, description="Lower end if nothing is said.")
    usual_high: float | None = None
    usual_choices: tuple[Any, ...] = ()


class Estimate(Strict):
    """How long training may take: a range, since the search decides what it fits."""

    low_s: float
    high_s: float
    fits: int | None = Field(description="Models fitted in the search; null when time alone ends it.")
    workers: int
    start_s: float = Field(description="Part of it that starts workers; 0 when they stand ready.")
    is_limited: bool = Field(description="Whether the time limit is likely to end the search.")


class Draft(Strict):
    """The form with everything that can be said of it before training."""

    form: TrainForm
    columns: tuple[ColumnChoice, ...]
    features: tuple[str, ...] = Field(description="The features that the models will get.")
    notes: tuple[FieldNote, ...]
    preview: FoldPreview | None
    ranges: dict[str, tuple[SearchRange, ...]] = Field(description="By family.")
    estimate: Estimate | None

"""What the Optimize room asks and is answered about next experiments: planned, measured, compared."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.experiments import Foreseen, Why
from nbml.spec.messages.base import JobId, Request
from nbml.spec.optimize import Level

MOST_PLANNED = 100
"""Experiments planned at once."""


class ShowExperiments(Request):
    """The experiments of a search. Answered with ExperimentList, as are all of these."""

    kind: Literal["optimize.experiments"] = "optimize.experiments"
    job_id: JobId


class PlannedRow(Strict):
    """A row of the Pareto table that shall be tried."""

    row: int = Field(ge=0)
    why: Why = "chosen"


class PlanExperiments(Request):
    """Plan rows of the front; those planned before stay as they are."""

    kind: Literal["optimize.plan"] = "optimize.plan"
    job_id: JobId
    rows: tuple[PlannedRow, ...] = Field(max_length=MOST_PLANNED)


class MeasureExperiment(Request):
    """Enter what was measured of a target; null takes it back."""

    kind: Literal["optimize.measure"] = "optimize.measure"
    job_id: JobId
    number: int = Field(ge=1)
    target: str
    value: float | None


class DropExperiment(Request):
    """Take an experiment out of the plan."""

    kind: Literal["optimize.unplan"] = "optimize.unplan"
    job_id: JobId
    number: int = Field(ge=1)


class ExtendTable(Request):
    """Make the training rows with the measured experiments under them the table in hand."""

    kind: Literal["optimize.extend"] = "optimize.extend"
    job_id: JobId


class ExtendedTable(Strict):
    """The table in hand has more rows now."""

    name: str
    n_rows: int
    added: int


class ExperimentResult(Foreseen):
    """A target of an experiment: foreseen, and measured where it is."""

    measured: float | None = None
    is_inside: bool | None = Field(default=None, description="Whether the interval has kept its promise.")


class ExperimentLine(Strict):
    """An experiment."""

    number: int
    planned: str
    why: Why
    cells: tuple[Level | None, ...] = Field(description="In the order of the inputs.")
    results: tuple[ExperimentResult, ...]
    row: int | None = Field(description="Row of the Pareto table, where it is there.")


class ForeseenFigure(Strict):
    """Measured over foreseen for one target, as plotly JSON."""

    target: str
    figure: dict[str, Any]


class ExperimentList(Strict):
    """The experiments of a search."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    rows: tuple[ExperimentLine, ...]
    figures: tuple[ForeseenFigure, ...]
    can_extend: bool = Field(
        description="Whether the training table is at hand and a whole row was measured."
    )


Requests: tuple[type[Request], ...] = (
    ShowExperiments,
    PlanExperiments,
    MeasureExperiment,
    DropExperiment,
    ExtendTable,
)
Answers: dict[type[Request], type[Strict]] = {
    ShowExperiments: ExperimentList,
    PlanExperiments: ExperimentList,
    MeasureExperiment: ExperimentList,
    DropExperiment: ExperimentList,
    ExtendTable: ExtendedTable,
}

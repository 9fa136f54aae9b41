"""What the Optimize room asks and is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import Notice
from nbml.spec.front import GoalScale, InputRange, ProofRecord
from nbml.spec.messages import optimize_experiments
from nbml.spec.messages.base import JobId, Request
from nbml.spec.messages.optimize_form import OptimizeDraft, OptimizeForm
from nbml.spec.messages.train_room import StartedJob

SHOWN_ROWS = 1_000
"""Rows of a front in one answer at most."""
MEASURED_ROWS = 2_000
Role = Literal[
    "input", "predicted", "lower", "upper", "formula", "score", "trust", "nearest", "second", "mark"
]


class DraftSearch(Request):
    """Look at a form; null gives the form for the models in hand."""

    kind: Literal["optimize.draft"] = "optimize.draft"
    form: OptimizeForm | None = None
    runs: tuple[str, ...] | None = Field(default=None, description="Begin anew with the models of these.")


class StartSearch(Request):
    """Start the search of a form."""

    kind: Literal["optimize.start"] = "optimize.start"
    form: OptimizeForm


class FormOfSearch(Request):
    """The form of an earlier search."""

    kind: Literal["optimize.again"] = "optimize.again"
    job_id: JobId


class SearchForm(Strict):
    """A form."""

    form: OptimizeForm


class SearchAsCode(Request):
    """A form, or an earlier search, as code."""

    kind: Literal["optimize.code"] = "optimize.code"
    form: OptimizeForm | None = None
    job_id: JobId | None = None


class SearchCode(Strict):
    """The same search as a call and as a file."""

    call: str
    yaml: str


class ShowFront(Request):
    """The result of a search."""

    kind: Literal["optimize.result"] = "optimize.result"
    job_id: JobId


class FrontColumn(Strict):
    """A column of the Pareto table."""

    key: str = Field(description="Its name in the table.")
    role: Role
    of: str = Field(default="", description="The input or target it speaks of, or the family of an opinion.")
    cells: tuple[str | bool | int | float | None, ...]


class FrontTable(Strict):
    """The Pareto rows, column by column, with what is known of the search."""

    job_id: str
    title: str
    columns: tuple[FrontColumn, ...]
    n_rows: int = Field(description="Rows in the table.")
    front_size: int = Field(description="Rows of the whole front.")
    goals: tuple[GoalScale, ...]
    goal_columns: tuple[str, ...] = Field(description="By goal, the column with its value.")
    inputs: tuple[InputRange, ...]
    runs: tuple[str, ...]
    is_feasible: bool
    is_partial: bool
    evaluations: int
    hypervolume: float | None
    knee: int | None
    best: int | None = Field(description="Row of the highest desirability.")
    seconds: float
    notices: tuple[Notice, ...]
    proof: ProofRecord | None = Field(default=None, description="What exact mode has shown.")
    run_id: str | None = Field(default=None, description="MLflow run, once it is kept there.")
    tracking_uri: str | None = None


class ShowMeasured(Request):
    """Training rows for the background of a front."""

    kind: Literal["optimize.measured"] = "optimize.measured"
    runs: tuple[str, ...]


class MeasuredColumn(Strict):
    """Numbers of one input or target."""

    name: str
    cells: tuple[float | None, ...]


class MeasuredRows(Strict):
    """Training rows, thinned where there are many."""

    columns: tuple[MeasuredColumn, ...]
    n_rows: int = Field(description="Rows there are.")


class ShowNearest(Request):
    """The training rows nearest to a row of the front, cell by cell."""

    kind: Literal["optimize.nearest"] = "optimize.nearest"
    job_id: JobId
    row: int = Field(ge=0)


class NearRow(Strict):
    """A training row."""

    row: int = Field(description="In the training table, from 1.")
    distance: float
    cells: tuple[str | float | None, ...] = Field(description="In the order of the names.")


class NearRows(Strict):
    """Training rows near a row; none where the table is not at hand."""

    names: tuple[str, ...]
    rows: tuple[NearRow, ...]


class ProposeRows(Request):
    """Rows to try next."""

    kind: Literal["optimize.propose"] = "optimize.propose"
    job_id: JobId
    count: int = Field(ge=1, le=100)


class Proposal(Strict):
    """A row to try next and why."""

    row: int = Field(description="Row of the Pareto table.")
    reason: Literal["exploit", "explore", "fill"]
    score: float


class Proposals(Strict):
    """Rows to try next, the most useful first."""

    rows: tuple[Proposal, ...]


class ExportFront(Request):
    """The Pareto table as a file, in Base64 by chunks ahead of the answer."""

    kind: Literal["optimize.export"] = "optimize.export"
    job_id: JobId
    format: Literal["csv", "xlsx"]
    rows: tuple[int, ...] | None = Field(default=None, description="Some rows; all if null.")


class FrontFile(Strict):
    """A file that was sent in chunks."""

    name: str
    chunks: int


class ChooseRows(Request):
    """Make rows of the front what the panel's `selected` holds."""

    kind: Literal["optimize.choose"] = "optimize.choose"
    job_id: JobId
    rows: tuple[int, ...] = ()


Requests: tuple[type[Request], ...] = (
    DraftSearch,
    StartSearch,
    FormOfSearch,
    SearchAsCode,
    ShowFront,
    ShowMeasured,
    ShowNearest,
    ProposeRows,
    ExportFront,
    ChooseRows,
    *optimize_experiments.Requests,
)
Answers: dict[type[Request], type[Strict]] = {
    DraftSearch: OptimizeDraft,
    StartSearch: StartedJob,
    FormOfSearch: SearchForm,
    SearchAsCode: SearchCode,
    ShowFront: FrontTable,
    ShowMeasured: MeasuredRows,
    ShowNearest: NearRows,
    ProposeRows: Proposals,
    ExportFront: FrontFile,
    **optimize_experiments.Answers,
}

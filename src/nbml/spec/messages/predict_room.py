"""What the Predict room asks and is answered: curves through one row, and a table predicted.

Inputs, targets and columns go by their place, never by name: names are only shown.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.messages.base import JobId, PanelFault, Request
from nbml.spec.messages.data_room import FileSource, FrameSource, KeptSource, Place, UploadSource
from nbml.spec.prediction import NoteLine, PredictionId, PredictionRecord

Cell = Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=2_000)] | None
Level = Annotated[float, Field(gt=0, lt=1)]
Word = Literal["outside", "unseen", "missing"]
MOST_INPUTS = 5_000
CURVE_PAGE = 60
ROW_PAGE = 200
MOST_CELLS = 6_000


class TableSource(Strict):
    """The table in hand."""

    kind: Literal["table"] = "table"


class ListModels(Request):
    """Jobs that have left models, newest first. Answered with ModelList."""

    kind: Literal["predict.models"] = "predict.models"


class OpenModel(Request):
    """Open the models of a job. Answered with ModelView."""

    kind: Literal["predict.open"] = "predict.open"
    job_id: JobId


class AskModels(Request):
    """A request about the models of a job, each target answered by a family of it."""

    job_id: JobId
    families: tuple[Annotated[str, Field(max_length=40)], ...] = Field(
        default=(),
        max_length=1_000,
        description="By target, empty for the chosen one; the chosen ones of all if none are given.",
    )
    interval: Level | None = Field(default=0.9, description="Level of the intervals; null for none.")


class DrawProfile(AskModels):
    """Predict all targets along inputs through a row. Answered with ProfileView."""

    kind: Literal["predict.profile"] = "predict.profile"
    row: tuple[Cell, ...] = Field(max_length=MOST_INPUTS, description="A value an input; null is missing.")
    inputs: tuple[Place, ...] = Field(max_length=CURVE_PAGE, description="Which inputs are varied.")
    points: int = Field(default=40, ge=2, le=200)


class PickTrainingRows(Request):
    """Training rows to start from. Answered with PickedRows."""

    kind: Literal["predict.rows"] = "predict.rows"
    job_id: JobId
    how: Literal["search", "highest", "lowest", "random"] = "search"
    target: Place = 0
    words: str = Field(default="", max_length=200, description="A row number, a level, or a number.")
    seed: int = Field(default=0, ge=0, description="For random rows.")
    count: int = Field(default=20, ge=1, le=100)


class RowAsText(AskModels):
    """A row as code and as two lines for a spreadsheet. Answered with RowTexts."""

    kind: Literal["predict.code"] = "predict.code"
    row: tuple[Cell, ...] = Field(max_length=MOST_INPUTS)


class ChooseTable(Request):
    """Read a table to predict. Answered with BatchView."""

    kind: Literal["predict.choose"] = "predict.choose"
    job_id: JobId
    source: Annotated[
        FrameSource | FileSource | UploadSource | KeptSource | TableSource, Field(discriminator="kind")
    ]


class MapColumns(Request):
    """Say which column is which input. Answered with BatchView."""

    kind: Literal["predict.map"] = "predict.map"
    job_id: JobId
    batch: int
    columns: tuple[Place | None, ...] = Field(
        max_length=MOST_INPUTS, description="Place in the table, by input."
    )


class PredictTable(AskModels):
    """Predict the table that was chosen. Answered with PredictionView; cancel leaves nothing behind."""

    kind: Literal["predict.start"] = "predict.start"
    batch: int
    beside: bool = Field(
        default=True, description="Whether the columns of the table stay beside the answers."
    )


class ListPredictions(Request):
    """Prediction runs of a job, newest first. Answered with PredictionList."""

    kind: Literal["predict.runs"] = "predict.runs"
    job_id: JobId


class ShowPrediction(Request):
    """Open a prediction run. Answered with PredictionView."""

    kind: Literal["predict.show"] = "predict.show"
    job_id: JobId
    prediction_id: PredictionId


class DropPrediction(Request):
    """Delete a prediction run and its table."""

    kind: Literal["predict.drop"] = "predict.drop"
    job_id: JobId
    prediction_id: PredictionId


class ReadPredictions(Request):
    """A window of a prediction run's table; at most 6,000 cells. Answered with PredictedRows."""

    kind: Literal["predict.table"] = "predict.table"
    job_id: JobId
    prediction_id: PredictionId
    start: int = Field(ge=0)
    count: int = Field(ge=1, le=ROW_PAGE)
    first_column: Place = 0
    columns: int = Field(ge=1, le=200)
    sort: Place | None = Field(default=None, description="Column to sort by; missing values come last.")
    descending: bool = False
    only: Literal["all", "flagged", "far", "usual"] = "all"


class PrepareDownload(Request):
    """Write a prediction run as a file a spreadsheet opens safely. Answered with DownloadPlan."""

    kind: Literal["predict.download"] = "predict.download"
    job_id: JobId
    prediction_id: PredictionId
    format: Literal["csv", "xlsx"] = "csv"
    excel: bool = Field(default=False, description="Begin a CSV file so that Excel reads it as UTF-8.")


class DownloadChunk(Request):
    """One piece of that file. Answered with FilePiece."""

    kind: Literal["predict.piece"] = "predict.piece"
    download: str = Field(pattern=r"^[0-9a-f]{32}$")
    index: Place


class RunWithModels(Strict):
    """A job that has left models."""

    job_id: str
    title: str
    created: str
    targets: tuple[str, ...]
    families: tuple[str, ...]
    data: str
    n_rows: int


class ModelList(Strict):
    """What there is to choose from."""

    models: tuple[RunWithModels, ...]
    more: int = 0


class FamilyLine(Strict):
    """A family that can answer for a target."""

    family: str
    is_chosen: bool
    rmse: float | None
    spread: float | None = Field(description="Standard deviation of its RMSE over the folds.")
    coverage: dict[str, float | None] = Field(
        default_factory=dict, description="Share of held-out rows in intervals, by level such as 0.9."
    )
    highest: float | None = Field(default=None, description="Highest level with finite bounds.")


class TargetLine(Strict):
    """A target of the models."""

    name: str
    label: str
    unit: str | None
    families: tuple[FamilyLine, ...]


class InputLine(Strict):
    """An input of the models, as training has seen it."""

    name: str
    label: str
    unit: str | None
    kind: Literal["number", "integer", "boolean", "category"]
    low: float | None
    high: float | None
    step: float = Field(description="A round step of about a hundredth of the range; 1 for whole numbers.")
    levels: tuple[str, ...] = ()
    had_missing: bool
    is_needed: bool = Field(description="False where no training row had a value.")
    rug: tuple[float, ...] = Field(
        default=(),
        description="Training values of a number, at most 120; shares of rows by level, or 0 and 1.",
    )


class ModelView(Strict):
    """The models of a job and where the profiler starts."""

    job_id: str
    title: str
    targets: tuple[TargetLine, ...]
    inputs: tuple[InputLine, ...]
    start: tuple[Cell, ...] = Field(description="A training row in the middle of the data.")
    order: tuple[int, ...] = Field(description="Inputs, the one that moves the predictions most first.")
    has_distance: bool
    has_rows: bool = Field(description="Whether training rows can be picked.")
    notes: tuple[NoteLine, ...] = ()


class Here(Strict):
    """A target at the current row."""

    predicted: float
    lower: float | None
    upper: float | None


class CurveLine(Strict):
    """A target along an input, rounded for drawing; null bounds where they are infinite."""

    predicted: tuple[float, ...]
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()


class CurveView(Strict):
    """All targets along one input."""

    input: int
    values: tuple[Cell, ...]
    at: int = Field(description="Place of the current value.")
    lines: tuple[CurveLine, ...]


class FlagLine(Strict):
    """What is unusual about a value of a row."""

    word: Word
    input: int


class ProfileView(Strict):
    """Curves through a row."""

    here: tuple[Here, ...]
    distance: float | None
    flags: tuple[FlagLine, ...]
    curves: tuple[CurveView, ...]
    ms: float = Field(description="Time the kernel took.")


class PickedRow(Strict):
    """A training row."""

    row: int = Field(description="Position in the training table, from 0.")
    values: tuple[Cell, ...]
    measured: tuple[float | None, ...] = Field(description="Targets.")


class PickedRows(Strict):
    """Training rows, at most as many as were asked for."""

    rows: tuple[PickedRow, ...]
    found: int = Field(description="Rows that match in all.")


class RowTexts(Strict):
    """A row to paste elsewhere."""

    code: str
    cells: str = Field(description="Names and values, tab-separated; nothing a spreadsheet would run.")


class MappedInput(Strict):
    """An input and the column it is taken from."""

    input: int
    column: int | None
    suggestion: int | None = Field(
        default=None, description="A column of a similar name, where it is missing."
    )
    outside: int = Field(default=0, description="Rows beyond the training range.")
    unseen: int = Field(default=0, description="Rows with a level that training has not seen.")
    missing: int = Field(default=0, description="Rows without a value, where training had all.")
    fault: PanelFault | None = None


class TableColumn(Strict):
    """A column of the table that was chosen."""

    name: str
    first: tuple[str | None, ...] = Field(description="Its first values.")


class BatchView(Strict):
    """A table to predict and how its columns fit the models; or the fault that keeps it from being read."""

    batch: int
    name: str
    kind: Literal["frame", "file", "upload", "table", "kept", "example"]
    n_rows: int = 0
    columns: tuple[TableColumn, ...] = ()
    inputs: tuple[MappedInput, ...] = ()
    extra: int = Field(default=0, description="Columns that no input takes.")
    warnings: tuple[str, ...] = Field(default=(), description="Decisions of the reader that deserve a look.")
    fault: PanelFault | None = Field(default=None, description="Why it cannot be predicted as it stands.")


class PredictedColumn(Strict):
    """A column of a prediction run's table."""

    name: str
    is_number: bool
    is_answer: bool


class PredictionView(Strict):
    """A prediction run."""

    record: PredictionRecord
    columns: tuple[PredictedColumn, ...]


class PredictionList(Strict):
    """Prediction runs of a job."""

    predictions: tuple[PredictionRecord, ...]
    more: int = 0


class PredictedRows(Strict):
    """A window of a prediction run's table, row by row."""

    total: int = Field(description="Rows that the filter leaves.")
    start: int
    first_column: int
    rows: tuple[int, ...] = Field(description="Positions in the table, from 0.")
    cells: tuple[tuple[float | str | None, ...], ...]


class DownloadPlan(Strict):
    """How to fetch a file."""

    download: str
    name: str
    size: int
    pieces: int


class FilePiece(Strict):
    """A piece of it."""

    index: int
    data: str = Field(description="Base64.")


Requests: tuple[type[Request], ...] = (
    ListModels,
    OpenModel,
    DrawProfile,
    PickTrainingRows,
    RowAsText,
    ChooseTable,
    MapColumns,
    PredictTable,
    ListPredictions,
    ShowPrediction,
    DropPrediction,
    ReadPredictions,
    PrepareDownload,
    DownloadChunk,
)
Answers: dict[type[Request], type[Strict]] = {
    ListModels: ModelList,
    OpenModel: ModelView,
    DrawProfile: ProfileView,
    PickTrainingRows: PickedRows,
    RowAsText: RowTexts,
    ChooseTable: BatchView,
    MapColumns: BatchView,
    PredictTable: PredictionView,
    ListPredictions: PredictionList,
    ShowPrediction: PredictionView,
    ReadPredictions: PredictedRows,
    PrepareDownload: DownloadPlan,
    DownloadChunk: FilePiece,
}

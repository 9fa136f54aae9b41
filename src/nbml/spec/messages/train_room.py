"""What the Train room asks and is answered: a form before, a live job during, a result after."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import Fault
from nbml.spec.messages.base import JobId, Request
from nbml.spec.messages.train_form import Draft, TrainForm

FigureName = Literal["parity", "residuals", "search_history", "parameter_importance", "fold_scores"]
Colour = Literal["group", "fold", "none"]


class DraftForm(Request):
    """Look at a form; without one, fill it in from the table. Answered with Draft."""

    kind: Literal["train.draft"] = "train.draft"
    form: TrainForm | None = None


class StartTraining(Request):
    """Train as the form says. Answered with StartedJob."""

    kind: Literal["train.start"] = "train.start"
    form: TrainForm


class ResumeTraining(Request):
    """Go on with an interrupted job. Answered with StartedJob."""

    kind: Literal["train.resume"] = "train.resume"
    job_id: JobId


class FormOfJob(Request):
    """The form that would ask for a job again. Answered with JobForm."""

    kind: Literal["train.again"] = "train.again"
    job_id: JobId


class AsCode(Request):
    """A form, or a job, as code. Answered with Code."""

    kind: Literal["train.code"] = "train.code"
    form: TrainForm | None = None
    job_id: JobId | None = None


class ShowResult(Request):
    """The result of a job that has ended. Answered with ResultView."""

    kind: Literal["train.result"] = "train.result"
    job_id: JobId


class ShowFigure(Request):
    """A figure of a job's result. Answered with FigureView."""

    kind: Literal["train.figure"] = "train.figure"
    job_id: JobId
    name: FigureName
    target: str
    family: str | None = Field(default=None, description="The chosen one if null.")
    colour: Colour = "group"


class ReadLog(Request):
    """What happened in a job, as lines for people. Answered with LogLines."""

    kind: Literal["train.log"] = "train.log"
    job_id: JobId
    after: int = Field(default=0, ge=0, description="Last event seen.")


class ShowTrial(Request):
    """All that is known of one trial, however old. Answered with TrialDetail."""

    kind: Literal["train.trial"] = "train.trial"
    job_id: JobId
    study: str
    trial: int = Field(ge=0)


class StartedJob(Strict):
    """A job is written down and on its way."""

    job_id: str


class JobForm(Strict):
    """The form of a job; whether the table in hand is the one it was trained on."""

    form: TrainForm
    is_same_table: bool


class Code(Strict):
    """The same job as a call and as a file; note says what a reader must add, if anything."""

    call: str
    yaml: str
    note: str = ""


class ScoreCell(Strict):
    """A metric of a model: over all rows, and by fold."""

    pooled: float | None
    spread: float | None
    folds: tuple[float | None, ...]
    undefined: dict[str, str] = Field(default_factory=dict, description="Why, by fold, in words.")


class LeaderRow(Strict):
    """A model, or the mean as a baseline, for one target."""

    family: str
    chosen: bool
    rmse: ScoreCell | None
    mae: ScoreCell | None
    r2: ScoreCell | None
    trial: int | None
    trials_complete: int
    trials_failed: int
    seconds: float
    params: dict[str, Any] = Field(default_factory=dict)
    error: Fault | None = None


class TargetResult(Strict):
    """What came out for one target."""

    target: str
    unit: str | None
    verdict: str = Field(description="One sentence: how far off on rows it has not seen.")
    tone: Literal["good", "weak", "bad"] = Field(
        description="bad: no better than the mean; weak: less than a tenth better."
    )
    leaders: tuple[LeaderRow, ...]


class WarningLine(Strict):
    """Something to know before trusting the result."""

    code: str
    message: str
    next_step: str = ""


class RunPlace(Strict):
    """Where MLflow keeps the run."""

    run_id: str | None = Field(description="Null while it waits to be uploaded.")
    uri: str | None
    url: str | None = Field(description="A page to open, where the store has one.")


class ResultView(Strict):
    """A finished job."""

    job_id: str
    state: Literal["succeeded", "cancelled"]
    targets: tuple[TargetResult, ...]
    fold_names: tuple[str, ...]
    fold_scheme: str
    group: str | None
    n_rows: int
    n_features: int
    warnings: tuple[WarningLine, ...]
    run: RunPlace
    folder: str
    seconds: float
    busy_share: float


class FigureView(Strict):
    """A plotly figure and what must be said beside it."""

    figure: dict[str, Any] | None = Field(description="Null where there is nothing to draw; note says why.")
    note: str = ""


class LogLine(Strict):
    """One line of the log."""

    seq: int
    elapsed_s: float
    level: Literal["info", "warning", "error"] = "info"
    text: str


class LogLines(Strict):
    """Lines after the event that was asked for; the latest 500 at most."""

    lines: tuple[LogLine, ...]
    seq: int


class TrialDetail(Strict):
    """One trial as the log has it."""

    number: int
    state: str
    value: float | None
    folds: tuple[float | None, ...]
    params: dict[str, Any]
    error: Fault | None


Requests: tuple[type[Request], ...] = (
    DraftForm,
    StartTraining,
    ResumeTraining,
    FormOfJob,
    AsCode,
    ShowResult,
    ShowFigure,
    ReadLog,
    ShowTrial,
)
Answers: dict[type[Request], type[Strict]] = {
    DraftForm: Draft,
    StartTraining: StartedJob,
    ResumeTraining: StartedJob,
    FormOfJob: JobForm,
    AsCode: Code,
    ShowResult: ResultView,
    ShowFigure: FigureView,
    ReadLog: LogLines,
    ShowTrial: TrialDetail,
}

"""The Train room's side in the kernel: each request handed to the use case that answers it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from nbml.errors import NbmlError, SpecError
from nbml.jobs.drafting.as_code import IMPORT, as_call, as_yaml
from nbml.jobs.drafting.draft import arguments, arguments_of, form_of
from nbml.jobs.drafting.faults import located, spec_of
from nbml.jobs.drafting.look import look
from nbml.jobs.job import Job
from nbml.jobs.launch import resume, start
from nbml.jobs.reviewing.figures import result_figure
from nbml.jobs.reviewing.log_lines import log_lines
from nbml.jobs.reviewing.review import review
from nbml.jobs.reviewing.trials import read_trials
from nbml.spec.messages.base import Request
from nbml.spec.messages.train_form import Draft, TrainForm
from nbml.spec.messages.train_room import (
    AsCode,
    Code,
    DraftForm,
    FigureView,
    FormOfJob,
    JobForm,
    LogLines,
    ReadLog,
    ResultView,
    ResumeTraining,
    ShowFigure,
    ShowResult,
    ShowTrial,
    StartedJob,
    StartTraining,
    TrialDetail,
)
from nbml.spec.train import TrainSpec
from nbml.widgets.rooms.train_source import FRAME, RowSource, source_of

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session

NAME = "train"


def draft(session: Session, request: DraftForm, progress: Progress) -> Draft:
    """Look at a form. The last one seen is kept, so that a second view and a reloaded page go on with it."""
    table = _table(session)
    kept = session.form.setdefault(NAME, {})
    form = request.form
    if form is None and kept.get("columns") == table.columns.names:
        form = kept["form"]
    drafted = look(form, table, session.settings)
    progress.check()
    kept.update(form=drafted.form, columns=table.columns.names)
    return drafted


def begin(session: Session, request: StartTraining, progress: Progress) -> StartedJob:
    """Start a job and show it; a fault names the field where it can be mended."""
    table = _table(session)
    progress.check()
    try:
        spec = spec_of(request.form, table.columns)
        spec = spec.model_copy(update={"data": source_of(session, table).data})
        job = start(spec, table, settings=session.settings)
    except NbmlError as error:
        raise located(error, request.form) from error
    session.watch(job)
    return StartedJob(job_id=job.id)


def go_on(session: Session, request: ResumeTraining, progress: Progress) -> StartedJob:
    """Resume an interrupted job and show it."""
    del progress
    job = resume(request.job_id)
    session.watch(job.id)
    return StartedJob(job_id=job.id)


def again(session: Session, request: FormOfJob, progress: Progress) -> JobForm:
    """The form of a job, for the table in hand."""
    del progress
    table, job = _table(session), _job(session, request.job_id)
    is_same = job.spec.data.sha256 in (None, table.sha256)
    return JobForm(form=form_of(job.spec, table.columns), is_same_table=is_same)


def code(session: Session, request: AsCode, progress: Progress) -> Code:
    """A job, or the form, as a call and as YAML."""
    del progress
    if request.job_id is not None:
        spec = _job(session, request.job_id).spec
        path = spec.data.path
        first = path or (spec.data.name if spec.data.name.isidentifier() else FRAME)
        return _code(session, spec, arguments_of(spec), RowSource(spec.data, first, is_path=path is not None))
    table = _table(session)
    form = request.form or TrainForm()
    source = source_of(session, table)
    spec = spec_of(form, table.columns).model_copy(update={"data": source.data})
    return _code(session, spec, arguments(table.columns, form), source)


def result(session: Session, request: ShowResult, progress: Progress) -> ResultView:
    """The result of a job."""
    del progress
    return review(_job(session, request.job_id))


def show_figure(session: Session, request: ShowFigure, progress: Progress) -> FigureView:
    """A figure of a result as plotly JSON, arrays in base64."""
    made, note = result_figure(
        _job(session, request.job_id), request.name, request.target, request.family, request.colour
    )
    progress.check()
    return FigureView(figure=None if made is None else json.loads(made.to_json()), note=note)


def read_log(session: Session, request: ReadLog, progress: Progress) -> LogLines:
    """Lines of the log after an event."""
    del progress
    lines, seq = log_lines(_job(session, request.job_id).events(), after=request.after)
    return LogLines(lines=lines, seq=seq)


def show_trial(session: Session, request: ShowTrial, progress: Progress) -> TrialDetail | None:
    """One trial with all its parameters; nothing where there is none such."""
    del progress
    _, studies = read_trials(_job(session, request.job_id).events())
    study = studies.get(request.study)
    trial = None if study is None else study.trials.get(request.trial)
    return None if trial is None else TrialDetail(**vars(trial))


def _table(session: Session) -> Table:
    if session.table is None:
        raise SpecError("NBML-S23", field="data")
    return session.table


def _job(session: Session, job_id: str) -> Job:
    return Job(job_id, session.settings)


def _code(session: Session, spec: TrainSpec, said: dict[str, Any], source: RowSource) -> Code:
    note = "" if source.is_path else session.say("train_room.code.frame", name=source.first)
    call = as_call(
        said, source.first, is_path=source.is_path, read=spec.data.read, before=source.before or IMPORT
    )
    return Code(call=call, yaml=as_yaml(spec), note=note)


HANDLERS: dict[type[Request], Callable[[Session, Any, Progress], BaseModel | None]] = {
    DraftForm: draft,
    StartTraining: begin,
    ResumeTraining: go_on,
    FormOfJob: again,
    AsCode: code,
    ShowResult: result,
    ShowFigure: show_figure,
    ReadLog: read_log,
    ShowTrial: show_trial,
}

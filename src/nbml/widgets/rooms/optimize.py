"""The Optimize room's side in the kernel: each request handed to the use case that answers it."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from nbml.errors import NbmlError, OptimizeError
from nbml.jobs.drafting.as_code import as_yaml
from nbml.jobs.export import write_table
from nbml.jobs.goal_setting.as_code import arguments_of, as_call
from nbml.jobs.goal_setting.check import located, spec_of
from nbml.jobs.goal_setting.form_of import form_of
from nbml.jobs.goal_setting.front_table import front_table, measured_rows, nearest_rows
from nbml.jobs.goal_setting.look import look
from nbml.jobs.goal_setting.models import Models, choices, open_models
from nbml.jobs.job import Job
from nbml.jobs.optimize.job import OptimizeJob
from nbml.jobs.optimize.launching import start_search
from nbml.spec.messages.base import Request
from nbml.spec.messages.optimize_form import OptimizeDraft, OptimizeForm
from nbml.spec.messages.optimize_room import (
    ChooseRows,
    DraftSearch,
    ExportFront,
    FormOfSearch,
    FrontFile,
    FrontTable,
    MeasuredRows,
    NearRows,
    Proposal,
    Proposals,
    ProposeRows,
    SearchAsCode,
    SearchCode,
    SearchForm,
    ShowFront,
    ShowMeasured,
    ShowNearest,
    StartSearch,
)
from nbml.spec.messages.train_room import StartedJob
from nbml.widgets.rooms.optimize_experiments import HANDLERS as EXPERIMENTS
from nbml.widgets.rooms.optimize_experiments import NAME, held_result

if TYPE_CHECKING:
    from nbml.jobs.optimize.result import OptimizeResult
    from nbml.widgets.progress import Progress
    from nbml.widgets.session import Session


def draft(session: Session, request: DraftSearch, progress: Progress) -> OptimizeDraft:
    """Look at a form. The last one seen is kept, so that a second view and a reloaded page go on with it."""
    kept = session.form.setdefault(NAME, {})
    form, runs = request.form, request.runs
    if form is None and runs is None:
        form = kept.get("form")
        runs = _runs_in_hand(session, form)
        if form is not None and form.runs != runs:
            form = None
    models = _models(session, runs if form is None else form.runs)
    progress.check()
    if form is None and models is not None and request.runs is None and isinstance(session.job, OptimizeJob):
        form = form_of(session.job.spec, models)
    drafted = look(form, models, session.settings)
    progress.check()
    if drafted.form.runs:
        kept["form"] = drafted.form
    return drafted


def begin(session: Session, request: StartSearch, progress: Progress) -> StartedJob:
    """Start a search and show it; a fault names the field where it can be mended."""
    models = _needed(session, request.form.runs)
    spec, said = spec_of(request.form, models)
    progress.check()
    try:
        job = start_search(spec, settings=session.settings)
    except NbmlError as error:
        raise located(error, said, request.form) from error
    session.form.setdefault(NAME, {})["form"] = request.form
    session.watch(job)
    return StartedJob(job_id=job.id)


def again(session: Session, request: FormOfSearch, progress: Progress) -> SearchForm:
    """The form of an earlier search."""
    spec = _job(session, request.job_id).spec
    progress.check()
    return SearchForm(form=form_of(spec, _needed(session, spec.models)))


def code(session: Session, request: SearchAsCode, progress: Progress) -> SearchCode:
    """A search, or the form, as a call and as YAML."""
    del progress
    if request.job_id is not None:
        spec = _job(session, request.job_id).spec
        return SearchCode(call=as_call(spec.models, arguments_of(spec)), yaml=as_yaml(spec))
    form = request.form or OptimizeForm()
    spec, said = spec_of(form, _needed(session, form.runs))
    return SearchCode(call=as_call(form.runs, said.arguments()), yaml=as_yaml(spec))


def result(session: Session, request: ShowFront, progress: Progress) -> FrontTable:
    """The front of a search."""
    del progress
    return front_table(held_result(session, request.job_id))


def measured(session: Session, request: ShowMeasured, progress: Progress) -> MeasuredRows:
    """Training rows for the background."""
    models = _needed(session, request.runs)
    progress.check()
    return measured_rows(models)


def nearest(session: Session, request: ShowNearest, progress: Progress) -> NearRows:
    """Training rows near a row of the front."""
    del progress
    return nearest_rows(held_result(session, request.job_id), request.row)


def propose(session: Session, request: ProposeRows, progress: Progress) -> Proposals:
    """Rows to try next."""
    found = held_result(session, request.job_id)
    count = min(request.count, len(found.pareto))
    chosen = found.propose(count)
    progress.check()
    places = {key: k for k, key in reversed(list(enumerate(_keys(found, found.pareto))))}
    return Proposals(
        rows=tuple(
            Proposal(row=places[key], reason=reason, score=float(score))
            for key, reason, score in zip(
                _keys(found, chosen), chosen["reason"], chosen["score"], strict=True
            )
        )
    )


def export(session: Session, request: ExportFront, progress: Progress) -> FrontFile:
    """Send the table as a file, written by the one place that makes cells harmless."""
    table = _chosen(held_result(session, request.job_id), request.rows)
    with tempfile.TemporaryDirectory(prefix="nbml-") as folder:
        path = Path(folder) / f"pareto.{request.format}"
        write_table(table, path, byte_order_mark=True)
        content = path.read_bytes()
    progress.check()
    return FrontFile(name=path.name, chunks=progress.send_text(base64.b64encode(content).decode("ascii")))


def choose(session: Session, request: ChooseRows, progress: Progress) -> None:
    """Rows for ``panel.selected``."""
    del progress
    session.selected = _chosen(held_result(session, request.job_id), request.rows)


def _runs_in_hand(session: Session, form: OptimizeForm | None) -> tuple[str, ...]:
    """The models of the job in hand, else those of the form, else of the latest training."""
    job = session.job
    if isinstance(job, OptimizeJob):
        return form.runs if form is not None else job.spec.models
    if isinstance(job, Job) and (job.paths.models / "manifest.json").exists():
        return (job.id,)
    if form is not None:
        return form.runs
    return tuple(one.id for one in choices(session.settings)[:1])


def _models(session: Session, runs: tuple[str, ...] | None) -> Models | None:
    """Models by their runs; the last ones opened are held."""
    if not runs:
        return None
    kept = session.form.setdefault(NAME, {})
    held: Models | None = kept.get("models")
    if held is None or held.runs != tuple(runs):
        try:
            held = kept["models"] = open_models(runs, session.settings)
        except NbmlError as error:
            raise type(error)(error.code, **{**error.fields, "field": "runs"}) from error
    return held


def _needed(session: Session, runs: tuple[str, ...]) -> Models:
    models = _models(session, runs)
    if models is None:
        raise OptimizeError("NBML-O62", field="runs")
    return models


def _job(session: Session, job_id: str) -> OptimizeJob:
    return OptimizeJob(job_id, session.settings)


def _chosen(found: OptimizeResult, rows: tuple[int, ...] | None) -> Any:
    table = found.pareto
    return table if rows is None else table.iloc[[row for row in rows if 0 <= row < len(table)]]


def _keys(found: OptimizeResult, table: Any) -> list[tuple[Any, ...]]:
    """What tells rows of the front apart: their inputs."""
    return list(zip(*(table[name].tolist() for name in found.inputs), strict=True))


HANDLERS: dict[type[Request], Callable[[Session, Any, Progress], BaseModel | None]] = {
    DraftSearch: draft,
    StartSearch: begin,
    FormOfSearch: again,
    SearchAsCode: code,
    ShowFront: result,
    ShowMeasured: measured,
    ShowNearest: nearest,
    ProposeRows: propose,
    ExportFront: export,
    ChooseRows: choose,
    **EXPERIMENTS,
}

"""The Predict room's side in the kernel: each request handed to the use case that answers it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from nbml.errors import NbmlError, PanelError
from nbml.spec.messages import predict_room as wire
from nbml.spec.messages.base import Request
from nbml.spec.reading import shown
from nbml.widgets.faults import fault_of
from nbml.widgets.rooms.data_sources import HANDLERS as SOURCES
from nbml.widgets.rooms.data_sources import origin_of

if TYPE_CHECKING:
    from nbml.jobs.predicting.opened import OpenModels
    from nbml.widgets.progress import Progress
    from nbml.widgets.rooms.data_draft import Origin
    from nbml.widgets.rooms.predict_held import Batch, PredictRoom
    from nbml.widgets.session import Session

NAME = "predict"
_FIRST = 3
_WARNINGS = 8


def _room(session: Session) -> PredictRoom:
    from nbml.widgets.rooms.predict_held import held_by  # pandas, not before it is needed

    return held_by(session)


def _models(session: Session, job_id: str) -> OpenModels:
    return _room(session).models(session, job_id)


def list_models(session: Session, _request: wire.ListModels, _progress: Progress) -> wire.ModelList:
    """What there is to choose from."""
    from nbml.jobs.predicting.describing import list_models as listing

    return listing(session.settings)


def open_model(session: Session, request: wire.OpenModel, progress: Progress) -> wire.ModelView:
    """Open the models of a job."""
    from nbml.jobs.predicting.describing import describe

    progress.tell(0, None, session.say("predict_room.opening"))
    return describe(_models(session, request.job_id))


def draw_profile(session: Session, request: wire.DrawProfile, progress: Progress) -> wire.ProfileView:
    """Curves through a row."""
    from nbml.jobs.predicting.profiling import profile_row

    models = _models(session, request.job_id)
    progress.check()
    return profile_row(
        models,
        request.row,
        request.inputs,
        families=request.families,
        interval=request.interval,
        points=request.points,
    )


def pick_rows(session: Session, request: wire.PickTrainingRows, _progress: Progress) -> wire.PickedRows:
    """Training rows to start from."""
    from nbml.jobs.predicting.row_picker import pick_rows as picked

    return picked(
        _models(session, request.job_id),
        request.how,
        target=request.target,
        words=request.words,
        seed=request.seed,
        count=request.count,
    )


def row_as_text(session: Session, request: wire.RowAsText, _progress: Progress) -> wire.RowTexts:
    """A row to paste elsewhere."""
    from nbml.jobs.predicting.as_code import row_as_cells, row_as_code

    models = _models(session, request.job_id)
    code = row_as_code(models, request.row, families=request.families, interval=request.interval)
    return wire.RowTexts(code=code, cells=row_as_cells(models, request.row))


def choose_table(session: Session, request: wire.ChooseTable, progress: Progress) -> wire.BatchView:
    """Read a table and match its columns; one that cannot be read leaves the one before."""
    models = _models(session, request.job_id)
    progress.tell(0, None, session.say("data_room.reading"))
    origin = _table_in_hand(session) if request.source.kind == "table" else origin_of(session, request.source)
    batch = _room(session).choose(models, origin, session, None)
    return _view(session, models, batch, progress)


def map_columns(session: Session, request: wire.MapColumns, progress: Progress) -> wire.BatchView:
    """Take the columns that the user says."""
    from dataclasses import replace

    models, room = _models(session, request.job_id), _room(session)
    batch = room.expect(request.batch)
    width = batch.table.frame.shape[1]
    columns = tuple(None if place is None or place >= width else place for place in request.columns)
    if len(columns) != len(models.features):
        raise PanelError("NBML-W51", problems="columns")
    room.batch = replace(batch, columns=columns)
    return _view(session, models, room.batch, progress)


def predict_table(session: Session, request: wire.PredictTable, progress: Progress) -> wire.PredictionView:
    """Predict the table that was chosen, piece by piece."""
    from nbml.jobs.predicting.running import predict_table as predicted

    models, room = _models(session, request.job_id), _room(session)
    batch = room.expect(request.batch)
    total = len(batch.table.frame)
    words = session.say("predict_room.batch.reading_columns")
    progress.tell(0, total, words)
    refused = _refusal(models, batch, _check(models, batch, progress))
    if refused is not None:
        raise refused

    def on_piece(state: Any) -> None:
        progress.check()
        progress.tell(state.rows, total)

    record = predicted(
        models,
        batch.table,
        batch.columns,
        name=shown(batch.name, 200),
        families=request.families,
        interval=request.interval,
        beside=request.beside,
        on_piece=on_piece,
        settings=session.settings,
    )
    return _prediction(session, request.job_id, record.id)


def list_predictions(
    session: Session, request: wire.ListPredictions, _progress: Progress
) -> wire.PredictionList:
    """Prediction runs of a job."""
    from nbml.jobs.predicting.records import MOST_LISTED, list_records
    from nbml.jobs.written_job import read_job

    records = list_records(read_job(request.job_id, session.settings).folder)
    return wire.PredictionList(
        predictions=tuple(records[:MOST_LISTED]), more=max(len(records) - MOST_LISTED, 0)
    )


def show_prediction(
    session: Session, request: wire.ShowPrediction, _progress: Progress
) -> wire.PredictionView:
    """Open a prediction run."""
    return _prediction(session, request.job_id, request.prediction_id)


def drop_prediction(session: Session, request: wire.DropPrediction, _progress: Progress) -> None:
    """Delete a prediction run."""
    from nbml.jobs.predicting.records import drop_record
    from nbml.jobs.written_job import read_job

    _room(session).forget(request.prediction_id)
    drop_record(read_job(request.job_id, session.settings).folder, request.prediction_id)


def read_predictions(
    session: Session, request: wire.ReadPredictions, _progress: Progress
) -> wire.PredictedRows:
    """A window of a prediction run's table."""
    table = _room(session).table(session, request.job_id, request.prediction_id)
    return table.window(
        request.start,
        request.count,
        request.first_column,
        request.columns,
        sort=request.sort,
        descending=request.descending,
        only=request.only,
    )


def prepare_download(
    session: Session, request: wire.PrepareDownload, progress: Progress
) -> wire.DownloadPlan:
    """Write a prediction run as a file."""
    room = _room(session)
    table = room.table(session, request.job_id, request.prediction_id)

    def on_rows(rows: int) -> None:
        progress.check()
        progress.tell(rows, table.record.rows)

    made = room.downloads.prepare(table, request.format, byte_order_mark=request.excel, on_rows=on_rows)
    return wire.DownloadPlan(download=made.id, name=made.name, size=made.size, pieces=made.pieces)


def send_piece(session: Session, request: wire.DownloadChunk, _progress: Progress) -> wire.FilePiece:
    """One piece of it."""
    piece = _room(session).downloads.find(request.download).piece(request.index)
    return wire.FilePiece(index=request.index, data=base64.b64encode(piece).decode("ascii"))


def _table_in_hand(session: Session) -> Origin:
    from nbml.widgets.rooms.data_draft import Origin

    table, line = session.table, session.state.table
    if table is None:
        raise PanelError("NBML-W67")
    return Origin("table", line.name if line else "DataFrame", table=table)


def _view(session: Session, models: OpenModels, batch: Batch, progress: Progress) -> wire.BatchView:
    frame, report = batch.table.frame, batch.table.report
    inputs = _check(models, batch, progress)
    refused = _refusal(models, batch, inputs)
    return wire.BatchView.model_validate(
        {
            "batch": batch.number,
            "name": shown(batch.name, 200),
            "kind": batch.kind,
            "n_rows": len(frame),
            "columns": tuple(
                wire.TableColumn(
                    name=str(name),
                    first=tuple(
                        None if value is None or value != value else shown(str(value), 40)
                        for value in frame.iloc[:_FIRST, place].tolist()
                    ),
                )
                for place, name in enumerate(frame.columns)
            ),
            "inputs": inputs,
            "extra": frame.shape[1] - len({place for place in batch.columns if place is not None}),
            "warnings": tuple(shown(one.words, 300) for one in report.warnings[:_WARNINGS]),
            "fault": None if refused is None else fault_of(refused),
        }
    )


def _check(models: OpenModels, batch: Batch, progress: Progress) -> tuple[wire.MappedInput, ...]:
    from nbml.jobs.predicting.mapping import check

    return check(models, batch.table.frame, batch.columns, on_input=lambda _place: progress.check())


def _refusal(models: OpenModels, batch: Batch, inputs: tuple[wire.MappedInput, ...]) -> NbmlError | None:
    from nbml.jobs.predicting.mapping import refuse

    return refuse(models, inputs, [str(name) for name in batch.table.frame.columns])


def _prediction(session: Session, job_id: str, prediction_id: str) -> wire.PredictionView:
    table = _room(session).table(session, job_id, prediction_id)
    return wire.PredictionView(record=table.record, columns=table.columns)


HANDLERS: dict[type[Request], Callable[[Session, Any, Progress], BaseModel | None]] = {
    **SOURCES,
    wire.ListModels: list_models,
    wire.OpenModel: open_model,
    wire.DrawProfile: draw_profile,
    wire.PickTrainingRows: pick_rows,
    wire.RowAsText: row_as_text,
    wire.ChooseTable: choose_table,
    wire.MapColumns: map_columns,
    wire.PredictTable: predict_table,
    wire.ListPredictions: list_predictions,
    wire.ShowPrediction: show_prediction,
    wire.DropPrediction: drop_prediction,
    wire.ReadPredictions: read_predictions,
    wire.PrepareDownload: prepare_download,
    wire.DownloadChunk: send_piece,
}

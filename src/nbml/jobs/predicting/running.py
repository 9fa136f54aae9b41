"""Predicting a whole table as a run: piece by piece into a file, written down when all is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nbml.jobs.batch import Batch
from nbml.jobs.models import threads_for
from nbml.jobs.predicting.faults import located
from nbml.jobs.predicting.keeping import kept_run
from nbml.jobs.predicting.mapping import Mapping
from nbml.jobs.predicting.opened import OpenModels
from nbml.jobs.predicting.pieces import PIECE_ROWS, answer_pieces
from nbml.jobs.predicting.question import Question
from nbml.settings import Settings
from nbml.spec.prediction import PredictionRecord

if TYPE_CHECKING:
    from nbml.data.table import Table


def predict_table(
    models: OpenModels,
    table: Table,
    columns: Mapping,
    *,
    name: str,
    families: Sequence[str] = (),
    interval: float | None = 0.9,
    beside: bool = True,
    on_piece: Callable[[Batch], object] = lambda _batch: None,
    settings: Settings | None = None,
) -> PredictionRecord:
    """Predict every row and write the run down beside the models.

    Memory beside the table is that of a few pieces. What ends it early leaves nothing behind.

    Parameters
    ----------
    models : OpenModels
    table : Table
    columns : tuple of int or None
        Place of the column, by input.
    name : str
        What the table is called.
    families : sequence of str
        As for ``OpenModels.families``.
    interval : float, optional
    beside : bool
        Whether the table's columns are kept before the answers.
    on_piece : callable
        Given the state after each piece, and now and then while workers are busy; what it raises ends the
        work.
    settings : Settings, optional

    Raises
    ------
    ExportError
        NBML-C05 when the table has a column of an answer's name.
    PredictError, ModelError
        As ``nbml.ml.predictor.Predictor.predict``.
    EngineError
        NBML-E01, NBML-E02 when the file cannot be written.
    """
    settings, frame = settings or Settings(), table.frame
    places = [(f.name, place) for f, place in zip(models.features, columns, strict=True) if place is not None]
    question = Question(
        groups=tuple((family, tuple(targets)) for family, targets in models.groups(families)),
        targets=models.targets,
        inputs=tuple(places),
        interval=interval,
    )
    run = kept_run(
        models.written.folder,
        models.predictor,
        question,
        source=name,
        sha256=table.sha256,
        columns={name: str(frame.columns[place]) for name, place in places},
        beside=beside,
        settings=settings,
    )
    with located(models.encoder.names), run as kept:
        for part in answer_pieces(
            models.predictor,
            frame,
            question,
            threads=threads_for(len(frame)),
            piece_rows=PIECE_ROWS,
            settings=settings,
            meanwhile=lambda: on_piece(kept.batch),
        ):
            kept.add(frame.iloc[kept.batch.rows : kept.batch.rows + len(part)], part)
            on_piece(kept.batch)
    assert kept.record is not None
    return kept.record

"""Predicting a table into a file, piece by piece: memory stays that of a few pieces beside the table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.jobs.export import ExportError, table_writer
from nbml.jobs.models import threads_for

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.predictor import Predictor
    from nbml.settings import Settings

PIECE_ROWS = 16_384
FAR = 0.95


@dataclass
class Batch:
    """What became of a table.

    Attributes
    ----------
    rows : int
        Rows predicted so far.
    flagged : int
        Rows with a flag.
    far : int or None
        Rows with a distance of 0.95 and more; None where the models know no distance.
    notes : list of dict
        What there is to know, as ``attrs["notes"]`` of a prediction.
    """

    rows: int = 0
    flagged: int = 0
    far: int | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)

    def count(self, part: pd.DataFrame) -> None:
        """Take in the answers of one piece."""
        self.rows += len(part)
        self.flagged += int((part["flags"] != "").sum())
        if "distance" in part:
            self.far = (self.far or 0) + int((part["distance"] >= FAR).sum())
        self.notes = part.attrs["notes"]


def predict_to_file(
    predictor: Predictor,
    frame: pd.DataFrame,
    path: Path,
    *,
    beside: bool = True,
    byte_order_mark: bool = False,
    piece_rows: int = PIECE_ROWS,
    threads: int | None = None,
    on_piece: Callable[[Batch], object] = lambda _batch: None,
    also: Callable[[pd.DataFrame, pd.DataFrame], object] = lambda _rows, _part: None,
    settings: Settings | None = None,
    **asked: Any,
) -> Batch:
    """Predict every row of a table and write the answers to a file.

    Parameters
    ----------
    predictor : Predictor
    frame : DataFrame
    path : Path
        See ``nbml.jobs.export.table_writer``.
    beside : bool
        Whether the columns of the table are written before the answers.
    byte_order_mark : bool
        As for ``table_writer``.
    piece_rows : int
        Rows predicted and written at once; never changes the file.
    threads : int, optional
        As for ``nbml.predict``.
    on_piece : callable
        Given the state after each piece, and now and then while workers are busy. What it raises ends the
        work and leaves no file.
    also : callable
        Given the rows and answers of each piece.
    settings : Settings, optional
        Where workers may be found for a large table; without them all is done in this process.
    **asked : Any
        Fields of ``nbml.jobs.predicting.question.Question``.

    Raises
    ------
    ExportError
        NBML-C05 when the table has a column that an answer would take, and those of ``table_writer``.
    PredictError, ModelError
        As ``Predictor.predict``.
    """
    import pandas as pd

    from nbml.jobs.predicting.pieces import answer_pieces
    from nbml.jobs.predicting.question import Question

    batch = Batch()
    pieces = answer_pieces(
        predictor,
        frame,
        Question(**asked),
        threads=threads or threads_for(len(frame)),
        piece_rows=piece_rows,
        settings=settings,
        meanwhile=lambda: on_piece(batch),
    )
    with table_writer(path, byte_order_mark=byte_order_mark) as write, closing(pieces):
        for part in pieces:
            rows = frame.iloc[batch.rows : batch.rows + len(part)]
            if beside:
                check_free(rows, part)
            write(pd.concat([rows, part], axis=1) if beside else part)
            also(rows, part)
            batch.count(part)
            on_piece(batch)
    return batch


def check_free(frame: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """Refuse a table that has a column of an answer's name.

    Raises
    ------
    ExportError
        NBML-C05.
    """
    names = {str(name) for name in frame.columns}
    taken = [str(name) for name in predicted.columns if name in names]
    if taken:
        raise ExportError("NBML-C05", columns=taken)

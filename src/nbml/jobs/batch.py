"""Predicting a table into a file, piece by piece: memory stays that of one piece beside the table itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.jobs.export import ExportError, table_writer
from nbml.jobs.models import threads_for

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.predictor import Predictor

PIECE_ROWS = 65_536
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


def predict_to_file(
    predictor: Predictor,
    frame: pd.DataFrame,
    path: Path,
    *,
    beside: bool = True,
    byte_order_mark: bool = False,
    piece_rows: int = PIECE_ROWS,
    on_piece: Callable[[Batch], object] = lambda _batch: None,
    **options: Any,
) -> Batch:
    """Predict every row of a table and write the answers to a file.

    The models are asked in this process, on all cores by the libraries' own threads; see docs/predicting.md.

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
    on_piece : callable
        Given the state after each piece. What it raises ends the work and leaves no file.
    **options : Any
        As for ``Predictor.predict``.

    Raises
    ------
    ExportError
        NBML-C05 when the table has a column that an answer would take, and those of ``table_writer``.
    PredictError, ModelError
        As ``Predictor.predict``.
    """
    import pandas as pd

    batch = Batch()
    options.setdefault("threads", threads_for(len(frame)))
    with table_writer(path, byte_order_mark=byte_order_mark) as write:
        for part in predictor.stream(frame, chunk_rows=piece_rows, **options):
            rows = frame.iloc[batch.rows : batch.rows + len(part)]
            if beside:
                check_free(rows, part)
                write(pd.concat([rows, part], axis=1))
            else:
                write(part)
            batch.rows += len(part)
            batch.flagged += int((part["flags"] != "").sum())
            if "distance" in part:
                batch.far = (batch.far or 0) + int((part["distance"] >= FAR).sum())
            batch.notes = part.attrs["notes"]
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

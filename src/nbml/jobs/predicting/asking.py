"""``nbml.predict``: rows of whatever shape to one table of answers, and a run beside the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.data.store import hash_frame
from nbml.data.table import Table
from nbml.engine.job_folder import JobFolder
from nbml.jobs.models import threads_for
from nbml.jobs.predicting.keeping import SideRun, kept_run, storable
from nbml.jobs.predicting.pieces import PIECE_ROWS, answer_pieces
from nbml.jobs.predicting.question import Question
from nbml.ml.predictor import gathered
from nbml.ml.rows import to_frame
from nbml.settings import Settings
from nbml.spec.reading import shown

if TYPE_CHECKING:
    import pandas as pd

    from nbml.ml.predictor import Predictor

OnRows = Callable[[int, int], object]


def ask(
    predictor: Predictor,
    rows: Any,
    folder: JobFolder | None,
    *,
    target: str | Sequence[str] | None = None,
    family: str | None = None,
    interval: float | None = 0.9,
    spread: bool = True,
    distance: bool = True,
    nearest: int = 0,
    chunk_rows: int = PIECE_ROWS,
    threads: int | None = None,
    record: bool | None = None,
    on_rows: OnRows = lambda _done, _all: None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Predict rows; see ``nbml.predict``.

    Parameters
    ----------
    predictor : Predictor
    rows : Table, DataFrame, Series, dict or list of dict
    folder : JobFolder or None
        Of the job whose models they are; None where it is not on this machine, and nothing is written down.
    target, family, interval, spread, distance, nearest, chunk_rows
        As for ``Predictor.predict``.
    threads, record, on_rows
        As for ``nbml.predict``.
    settings : Settings, optional
    """
    settings = settings or Settings()
    frame = rows.frame if isinstance(rows, Table) else to_frame(rows, predictor.bundle.encoder.names)
    asked = tuple(target) if target is not None and not isinstance(target, str) else target
    question = Question(
        groups=((family, asked),), interval=interval, spread=spread, distance=distance, nearest=nearest
    )

    def parts(side: SideRun) -> Iterator[pd.DataFrame]:
        done = 0

        def tell() -> None:
            on_rows(done, len(frame))

        for part in answer_pieces(
            predictor,
            frame,
            question,
            threads=threads or threads_for(len(frame)),
            piece_rows=chunk_rows,
            settings=settings,
            meanwhile=tell,
        ):
            side.add(frame.iloc[done : done + len(part)], part)
            done += len(part)
            tell()
            yield part

    is_kept = len(frame) > 1 if record is None else record
    side = side_run(folder if is_kept else None, predictor, question, rows, frame, settings)
    with side:
        out = gathered(parts(side), frame.index)
    out.attrs["notes"] = [*out.attrs["notes"], *(note.to_dict() for note in side.trouble)]
    return out


def side_run(
    folder: JobFolder | None,
    predictor: Predictor,
    question: Question,
    rows: Any,
    frame: pd.DataFrame,
    settings: Settings,
) -> SideRun:
    """A prediction run of rows from somebody's own hands, or of a Table; none without a folder."""
    if folder is None:
        return SideRun(None)
    held = frame if isinstance(rows, Table) else storable(frame)
    names = {str(name) for name in held.columns}
    run = kept_run(
        folder,
        predictor,
        question,
        source=source_of(rows),
        sha256=rows.sha256 if isinstance(rows, Table) else hash_frame(held),
        columns={name: name for name in predictor.bundle.encoder.names if name in names},
        beside=None,
        settings=settings,
    )
    return SideRun(run)


def source_of(rows: Any) -> str:
    """What a table is called: its file, else its type."""
    if isinstance(rows, Table) and rows.path is not None:
        return shown(Path(rows.path).name, 200)
    return "DataFrame" if isinstance(rows, Table) else type(rows).__name__

"""Measured experiments under the training rows: the table the next training learns from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.data.store import load_frame
from nbml.errors import NbmlError, OptimizeError
from nbml.jobs.written_job import WrittenJob, read_job
from nbml.settings import Settings
from nbml.spec.experiments import Experiment, ExperimentBook

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.optimize.result import OptimizeResult


def can_extend(result: OptimizeResult, book: ExperimentBook) -> bool:
    """Whether there is a training table at hand and an experiment of which every target was measured."""
    return bool(_whole(result, book)) and _training(result) is not None


def extended_table(result: OptimizeResult, book: ExperimentBook) -> tuple[pd.DataFrame, int]:
    """The training rows as they were learnt from, the measured experiments under them; and their number.

    Parameters
    ----------
    result : OptimizeResult
        A search with the models of one training whose folder is here.
    book : ExperimentBook
        Experiments of which some target is still open are left out. A text column of groups says
        ``experiment <number>`` of them, so that each is a group of its own; other columns are missing.

    Raises
    ------
    OptimizeError
        NBML-O66 when there is no such table, or nothing to put under it.
    """
    import pandas as pd

    written, rows = _training(result), _whole(result, book)
    if written is None or written.spec.resolved is None or not rows:
        raise OptimizeError("NBML-O66")
    frame = load_frame(written.folder.data, written.spec.resolved.columns_sha256)
    new = pd.DataFrame([{**dict(zip(book.inputs, one.cells, strict=True)), **one.measured} for one in rows])
    group = written.spec.group
    if group in frame.columns and group not in new.columns and frame[group].dtype.kind not in "iufb":
        new[group] = [f"experiment {one.number}" for one in rows]
    kept = [name for name in frame.columns if name in new.columns]
    return pd.concat([frame, new[kept]], ignore_index=True), len(new)


def _whole(result: OptimizeResult, book: ExperimentBook) -> list[Experiment]:
    targets = set(result.record.targets)
    return [one for one in book.experiments if targets <= set(one.measured)]


def _training(result: OptimizeResult) -> WrittenJob | None:
    """The one training behind the search, where its table is here."""
    runs = result.record.runs
    if len(runs) != 1:
        return None
    try:
        written = read_job(runs[0], Settings())
    except NbmlError:
        return None  # models from elsewhere: the search needs no table, only this does
    resolved = written.spec.resolved
    return None if resolved is None or not written.folder.data.exists() else written

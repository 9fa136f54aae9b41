"""Predicting a whole table as a run: piece by piece into a file, written down when all is there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from nbml.engine.job_folder import new_job_id
from nbml.jobs.batch import FAR, Batch, check_free
from nbml.jobs.export import table_writer
from nbml.jobs.models import threads_for
from nbml.jobs.predicting.faults import located
from nbml.jobs.predicting.mapping import Mapping
from nbml.jobs.predicting.opened import OpenModels
from nbml.jobs.predicting.records import table_path, write_record
from nbml.ml.notes import split_flags
from nbml.platform.choose import current_user
from nbml.settings import Settings
from nbml.spec.prediction import FlagCount, NoteLine, PredictedBy, PredictionRecord

if TYPE_CHECKING:
    from nbml.data.table import Table

PIECE_ROWS = 16_384
"""Two blocks of the predictor, so that answers are those of one call; a person can stop between pieces."""
_EXTRA = "NBML-P20"


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

    Memory beside the table is that of one piece. What ends it early leaves nothing behind.

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
        Given the state after each piece; what it raises ends the work.
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
    begun, run_id, frame = time.perf_counter(), new_job_id(), table.frame
    batch, flags, answers = Batch(), Counter[str](), list[str]()
    path = table_path(models.written.folder, run_id)
    with located(models.encoder.names), table_writer(path) as write:
        for start in range(0, max(len(frame), 1), PIECE_ROWS):
            rows = frame.iloc[start : start + PIECE_ROWS]
            part = _answer(models, rows, columns, families, interval, start, threads_for(len(frame)))
            if beside:
                check_free(frame, part)
            write(pd.concat([rows, part], axis=1) if beside else part)
            batch.rows += len(part)
            batch.flagged += int((part["flags"] != "").sum())
            flags.update(part["flags"].to_list())
            if "distance" in part:
                batch.far = (batch.far or 0) + int((part["distance"] >= FAR).sum())
            batch.notes, answers = part.attrs["notes"], [str(column) for column in part.columns]
            on_piece(batch)
    by_default = models.families(())
    record = PredictionRecord(
        id=run_id,
        job_id=models.job_id,
        models_sha256=models.predictor.bundle.digest,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        user=current_user(settings or Settings()),
        nbml=version("nbml"),
        source=name,
        source_sha256=table.sha256,
        columns={
            feature.name: str(frame.columns[place])
            for feature, place in zip(models.features, columns, strict=True)
            if place is not None
        },
        models=tuple(
            PredictedBy(target=target, family=family, is_chosen=by_default[target] == family)
            for target, family in models.families(families).items()
        ),
        interval=interval,
        rows=batch.rows,
        flagged=batch.flagged,
        far=batch.far,
        flags=_counted(flags),
        notes=tuple(
            NoteLine(code=note["code"], message=note["message"], next_step=note["next_step"])
            for note in batch.notes
            if note["code"] != _EXTRA
        ),
        answers=tuple(answers),
        file=path.name,
        seconds=round(time.perf_counter() - begun, 2),
    )
    write_record(models.written.folder, record)
    return record


def _answer(
    models: OpenModels,
    rows: pd.DataFrame,
    columns: Mapping,
    families: Sequence[str],
    interval: float | None,
    first_row: int,
    threads: int,
) -> pd.DataFrame:
    """The answers for one piece, in the order of the targets, then distance and flags."""
    pairs = [(f.name, p) for f, p in zip(models.features, columns, strict=True) if p is not None]
    asked = rows.iloc[:, [place for _, place in pairs]].set_axis(
        pd.Index([name for name, _ in pairs], dtype=object), axis=1
    )
    parts: list[pd.DataFrame] = []
    for family, targets in models.groups(families):
        parts += models.predictor.stream(
            asked,
            target=targets,
            family=family,
            interval=interval,
            distance=not parts,
            chunk_rows=PIECE_ROWS,
            threads=threads,
            first_row=first_row,
        )
    if len(parts) == 1:
        return parts[0]
    of_row = [name for name in ("distance", "flags") if name in parts[0]]
    whole = pd.concat([part.drop(columns=[*of_row, "flags"], errors="ignore") for part in parts], axis=1)
    order = [
        f"{word}_{target}"
        for target in models.targets
        for word in ("predicted", "lower", "upper", "spread")
        if f"{word}_{target}" in whole
    ]
    whole = pd.concat([whole[order], parts[0][of_row]], axis=1)
    notes = {str(note): note for part in parts for note in part.attrs["notes"]}
    whole.attrs["notes"] = list(notes.values())
    return whole


def _counted(flags: Counter[str]) -> tuple[FlagCount, ...]:
    """Rows by flag, the most frequent first."""
    rows: Counter[tuple[str, str]] = Counter()
    for words, count in flags.items():
        for pair in split_flags(words) if words else ():
            rows[pair] += count
    return tuple(
        FlagCount.model_validate({"word": word, "input": name, "rows": count})
        for (word, name), count in rows.most_common()
    )

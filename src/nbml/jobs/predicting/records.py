"""Prediction runs on disk: a small record and a table each, in the folder of the job whose models answered.

The record is written last, so a run without one is none.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from nbml.durable import storage_error, write_text
from nbml.engine.job_folder import JobFolder
from nbml.errors import PredictError
from nbml.spec.prediction import PredictionRecord

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
MOST_LISTED = 200


def predictions_folder(folder: JobFolder) -> Path:
    """Where a job's prediction runs lie."""
    return folder.root / "predictions"


def table_path(folder: JobFolder, prediction_id: str) -> Path:
    """The table of a run; NBML-P34 for what is no id."""
    if not _ID.fullmatch(prediction_id):
        raise PredictError("NBML-P34", prediction_id=repr(prediction_id)[:80])
    return predictions_folder(folder) / f"{prediction_id}.parquet"


def write_record(folder: JobFolder, record: PredictionRecord) -> None:
    """Write a run down, once its table is there."""
    path = table_path(folder, record.id).with_suffix(".json")
    write_text(path, record.model_dump_json(indent=1))


def read_record(folder: JobFolder, prediction_id: str) -> PredictionRecord:
    """A run by its id.

    Raises
    ------
    PredictError
        NBML-P34 when there is none, or its record or table is damaged.
    """
    path = table_path(folder, prediction_id)
    try:
        record = PredictionRecord.model_validate_json(path.with_suffix(".json").read_bytes())
    except (OSError, ValidationError) as error:
        raise PredictError("NBML-P34", prediction_id=prediction_id) from error
    if record.id != prediction_id or not path.is_file():
        raise PredictError("NBML-P34", prediction_id=prediction_id)
    return record


def list_records(folder: JobFolder) -> list[PredictionRecord]:
    """All runs of a job that can be read, newest first."""
    place = predictions_folder(folder)
    if not place.is_dir():
        return []
    found = []
    for name in sorted((p.stem for p in place.glob("*.json") if _ID.fullmatch(p.stem)), reverse=True):
        with suppress(PredictError):
            found.append(read_record(folder, name))
    return found


def drop_record(folder: JobFolder, prediction_id: str) -> None:
    """Delete a run; nothing happens when there is none."""
    path = table_path(folder, prediction_id)
    try:
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error

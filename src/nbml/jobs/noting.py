"""Writing into a job's result where MLflow keeps it."""

from __future__ import annotations

from typing import TypeVar

from nbml.durable import write_text
from nbml.engine.job_folder import JobFolder
from nbml.spec.front import OptimizeRecord
from nbml.spec.result import TrainRecord
from nbml.tracking.kept import Kept

Record = TypeVar("Record", TrainRecord, OptimizeRecord)


def note_run(folder: JobFolder, record: Record, kept: Kept) -> Record:
    """Write a result anew, with the run that keeps it."""
    noted = record.model_copy(update={"run_id": kept.run_id, "tracking_uri": kept.tracking_uri})
    write_text(folder.result, noted.model_dump_json(indent=1))
    return noted

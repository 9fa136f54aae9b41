"""Where the models of a search come from: their run in MLflow, and the table they were trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from nbml.engine.job_folder import JobFolder
from nbml.errors import NbmlError
from nbml.jobs.written_job import read_job
from nbml.settings import Settings
from nbml.spec.result import TrainRecord


@dataclass(frozen=True)
class Origin:
    """What is known of where models come from.

    Attributes
    ----------
    run_id : str or None
        Their run in MLflow.
    model_id : str or None
        The logged model there.
    data : str
        Name of the table.
    data_sha256 : str or None
        Its content hash.
    """

    run_id: str | None = None
    model_id: str | None = None
    data: str = ""
    data_sha256: str | None = None


def origin_of(run: str, settings: Settings) -> Origin:
    """Where the models of a job id, MLflow run or model address come from, as far as can be seen from here.

    What is not known stays empty: models alone suffice for a search.
    """
    if ":/" not in run and JobFolder.of(settings.jobs, run).exists():
        return _of_job(run, settings)
    from nbml.tracking.load import find_run

    try:
        found = find_run(run, settings)
    except NbmlError:
        return Origin()
    here = Origin()
    if found.job_id and JobFolder.of(settings.jobs, found.job_id).exists():
        here = _of_job(found.job_id, settings)
    return Origin(found.run_id, found.model_id, here.data, here.data_sha256)


def _of_job(job_id: str, settings: Settings) -> Origin:
    from nbml.tracking.kept import kept

    try:
        written = read_job(job_id, settings)
        stored = kept(written.folder.root)
        result = written.folder.result
        record = TrainRecord.model_validate_json(result.read_bytes()) if result.exists() else None
    except (NbmlError, ValidationError, ValueError, OSError):
        return Origin()
    source = written.spec.data
    uri = None if stored is None else stored.model_uri
    return Origin(
        run_id=stored.run_id if stored is not None else None if record is None else record.run_id,
        model_id=None if uri is None else uri.removeprefix("models:/"),
        data=Path(source.path).name if source.path else source.name,
        data_sha256=source.sha256 or (None if record is None else record.data_sha256),
    )

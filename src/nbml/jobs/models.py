"""Models by id, from a job's folder or from MLflow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbml.engine.budget import cpu_budget
from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.jobs.opening import AnyJob, handle_of
from nbml.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from nbml.ml.predictor import Predictor
    from nbml.tracking.load import RunRef

MANY_ROWS = 10_000


def open_job(job_id: str) -> AnyJob:
    """The job of an id, running or ended, from any process; also by the MLflow run it is kept in.

    A training job is a ``Job``, an inverse search an ``OptimizeJob``.

    Raises
    ------
    JobError
        NBML-J01 for what is no id, NBML-J02 when there is no such job here.
    """
    settings = Settings()
    if JobFolder.of(settings.jobs, job_id).exists():
        return handle_of(job_id, settings)
    return handle_of(_job_of_run(job_id, settings), settings)


def load(model_id: str) -> Predictor:
    """The models of a job id, an MLflow run id or a model address (``runs:/...``, ``models:/name@alias``).

    Raises
    ------
    ModelError
        When a file differs from its hash or the models do not predict what they did when made.
    TrackingError
        When the run was not written by nbml or cannot be had.
    """
    return find_models(model_id, Settings())[0]


def find_models(model_id: str, settings: Settings) -> tuple[Predictor, JobFolder | None]:
    """The models of an id as ``load`` finds them, and their job's folder where it is on this machine."""
    if ":/" not in model_id:
        folder = JobFolder.of(settings.jobs, model_id)
        if folder.exists():
            return _of_job(folder), folder
    from nbml.tracking.load import fetch_bundle, find_run

    ref = find_run(model_id, settings)
    predictor = _predictor(fetch_bundle(ref, settings.home / "cache" / "models", settings))
    return predictor, folder_of(ref, settings)


def predict(
    model_id: str,
    rows: Any,
    *,
    interval: float | None = 0.9,
    threads: int | None = None,
    record: bool | None = None,
    on_rows: Callable[[int, int], object] = lambda _done, _all: None,
    **options: Any,
) -> pd.DataFrame:
    """Predict new rows with the models of an id.

    Many rows go through in pieces, on the workers of the cluster where one stands and that pays; an interrupt
    ends it. The answer is the same to the last bit wherever it is worked out.

    Parameters
    ----------
    model_id : str
        As for ``load``.
    rows : Table, DataFrame, Series, dict or list of dict
        A Table is what ``nbml.read`` gives.
    interval : float, optional
        Level of the prediction intervals, between 0 and 1; none if None.
    threads : int, optional
        Threads of the libraries; one for few rows, all cores for many if unset. Never changes the answer.
    record : bool, optional
        Whether to write a prediction run down beside the models, where lineage shows it; if unset, of more
        than one row. What stands in the way is a note (NBML-P29), no error.
    on_rows : callable
        Told (rows done, rows) as the work goes on; what it raises ends it.
    **options : Any
        As for ``nbml.ml.predictor.Predictor.predict``, which says what the table holds.

    Examples
    --------
    ``nbml.predict(run_id, frame, interval=0.9, nearest=3)``
    """
    from nbml.jobs.predicting.asking import ask

    settings = Settings()
    predictor, folder = find_models(model_id, settings)
    return ask(
        predictor,
        rows,
        folder,
        interval=interval,
        threads=threads,
        record=record,
        on_rows=on_rows,
        settings=settings,
        **options,
    )


def threads_for(n_rows: int) -> int:
    """Threads that pay for so many rows."""
    return cpu_budget(Settings()) if n_rows >= MANY_ROWS else 1


def _of_job(folder: JobFolder) -> Predictor:
    if not (folder.models / "manifest.json").exists():
        raise JobError("NBML-J08", job_id=folder.job_id)
    return _predictor(folder.models)


def folder_of(ref: RunRef, settings: Settings) -> JobFolder | None:
    """The folder of a run's job, if it is here with these very models."""
    try:
        folder = JobFolder.of(settings.jobs, ref.job_id)
        manifest = (folder.models / "manifest.json").read_bytes()
    except (JobError, OSError):
        return None
    return folder if hashlib.sha256(manifest).hexdigest() == ref.manifest_sha256 else None


def _predictor(folder: Path) -> Predictor:
    from nbml.ml.bundle.reader import open_bundle
    from nbml.ml.predictor import Predictor

    return Predictor(open_bundle(folder))


def _job_of_run(run_id: str, settings: Settings) -> str:
    from nbml.errors import TrackingError
    from nbml.tracking.find import job_of_run
    from nbml.tracking.load import find_run

    try:
        job_id = job_of_run(run_id, settings) or find_run(run_id, settings).job_id
    except TrackingError:
        job_id = ""
    if not job_id:
        raise JobError("NBML-J02", job_id=run_id)
    return job_id

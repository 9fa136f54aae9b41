"""Models by id, from a job's folder or from MLflow."""

from __future__ import annotations

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
    settings = Settings()
    if ":/" not in model_id:
        folder = JobFolder.of(settings.jobs, model_id)
        if folder.exists():
            return _of_job(folder)
    from nbml.tracking.load import fetch_bundle, find_run

    ref = find_run(model_id, settings)
    return _predictor(fetch_bundle(ref, settings.home / "cache" / "models", settings))


def predict(
    model_id: str, rows: Any, *, interval: float | None = 0.9, threads: int | None = None, **options: Any
) -> pd.DataFrame:
    """Predict new rows with the models of an id.

    Parameters
    ----------
    model_id : str
        As for ``load``.
    rows : DataFrame, Series, dict or list of dict
    interval : float, optional
        Level of the prediction intervals, between 0 and 1; none if None.
    threads : int, optional
        Threads of the libraries; one for few rows, all cores for many if unset. Never changes the answer.
    **options : Any
        As for ``nbml.ml.predictor.Predictor.predict``, which says what the table holds.

    Examples
    --------
    ``nbml.predict(run_id, frame, interval=0.9, nearest=3)``
    """
    return ask(load(model_id), rows, interval=interval, threads=threads, **options)


def ask(predictor: Predictor, rows: Any, *, threads: int | None = None, **options: Any) -> pd.DataFrame:
    """Predict with as many threads as pay for the rows; see ``Predictor.predict``."""
    from nbml.ml.rows import to_frame

    frame = to_frame(rows, predictor.bundle.encoder.names)
    return predictor.predict(frame, threads=threads or threads_for(len(frame)), **options)


def threads_for(n_rows: int) -> int:
    """Threads that pay for so many rows."""
    return cpu_budget(Settings()) if n_rows >= MANY_ROWS else 1


def _of_job(folder: JobFolder) -> Predictor:
    if not (folder.models / "manifest.json").exists():
        raise JobError("NBML-J08", job_id=folder.job_id)
    return _predictor(folder.models)


def _predictor(folder: Path) -> Predictor:
    from nbml.ml.bundle.reader import open_bundle
    from nbml.ml.predictor import Predictor

    return Predictor(open_bundle(folder))


def _job_of_run(run_id: str, settings: Settings) -> str:
    from nbml.errors import TrackingError
    from nbml.tracking.load import find_run

    try:
        job_id = find_run(run_id, settings).job_id
    except TrackingError:
        job_id = None
    if job_id is None:
        raise JobError("NBML-J02", job_id=run_id)
    return job_id

"""Deleting a job: its folder goes to a bin under NBML_HOME, from which it can be taken back."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from nbml.durable import storage_error
from nbml.engine.job_folder import JobFolder, check_job_id
from nbml.errors import JobError
from nbml.jobs.opening import AnyJob, handle_of
from nbml.settings import Settings
from nbml.spec.history import DeletedJob

KEPT_DAYS = 30.0
"""Days for which a deleted job can be taken back."""


def delete(job_id: str, *, settings: Settings | None = None) -> DeletedJob:
    """Delete a job that is not running: everything in its folder, nothing anywhere else.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02 when there is no such job; NBML-J31 while it runs.
    """
    settings = settings or Settings()
    job = handle_of(job_id, settings)
    folder = job.paths
    if job.status in ("queued", "running"):
        raise JobError("NBML-J31", job_id=job_id)
    run_id = job.result().run_id if folder.result.exists() and job.status != "failed" else None
    size = sum(path.lstat().st_size for path in folder.root.rglob("*"))
    _empty(settings, older_than_s=KEPT_DAYS * 86_400)
    place = _bin(settings) / job_id
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.root.rename(place)
        place.touch()  # the time of deletion
    except OSError as error:
        raise storage_error(place, error) from error
    return DeletedJob(job_id=job_id, size_mb=size / 2**20, run_id=run_id)


def restore(job_id: str, *, settings: Settings | None = None) -> AnyJob:
    """Take a deleted job back.

    Raises
    ------
    JobError
        NBML-J32 when it is not in the bin, or there is a job of that id.
    """
    settings = settings or Settings()
    place = _bin(settings) / check_job_id(job_id)
    back = JobFolder.of(settings.jobs, job_id)
    if not place.is_dir() or place.is_symlink() or back.root.exists():
        raise JobError("NBML-J32", job_id=job_id, days=int(KEPT_DAYS))
    try:
        place.rename(back.root)
    except OSError as error:
        raise storage_error(back.root, error) from error
    return handle_of(job_id, settings)


def _empty(settings: Settings, *, older_than_s: float) -> None:
    """Remove for good what has lain in the bin for long."""
    if not _bin(settings).is_dir():
        return
    for place in _bin(settings).iterdir():
        if place.is_dir() and not place.is_symlink() and time.time() - place.stat().st_mtime > older_than_s:
            shutil.rmtree(place, ignore_errors=True)


def _bin(settings: Settings) -> Path:
    return settings.home / "deleted"

"""A job as it is written down: its folder and its resolved spec. Light to import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.settings import Settings
from nbml.spec.columns import Finding
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.parse import JobSpec, parse_job
from nbml.spec.train import TrainSpec

Spec = TypeVar("Spec", TrainSpec, OptimizeSpec)
FINDINGS = TypeAdapter(list[Finding])
"""The warnings of the checks, as they lie beside the data."""


@dataclass(frozen=True)
class WrittenJob:
    """A job's folder and resolved spec."""

    folder: JobFolder
    spec: TrainSpec


def read_job(job_id: str, settings: Settings) -> WrittenJob:
    """The job of an id.

    Raises
    ------
    JobError
        NBML-J01 for what is no id, NBML-J02 when there is no such job, NBML-J40 when it is no training job.
    """
    return WrittenJob(*_read(job_id, settings, TrainSpec))


@dataclass(frozen=True)
class WrittenSearch:
    """An inverse search's folder and resolved spec."""

    folder: JobFolder
    spec: OptimizeSpec


def read_search(job_id: str, settings: Settings) -> WrittenSearch:
    """The inverse search of an id.

    Raises
    ------
    JobError
        As ``read_job``.
    """
    return WrittenSearch(*_read(job_id, settings, OptimizeSpec))


def _read(job_id: str, settings: Settings, kind: type[Spec]) -> tuple[JobFolder, Spec]:
    folder = JobFolder.of(settings.jobs, job_id)
    if not folder.exists():
        raise JobError("NBML-J02", job_id=job_id)
    spec = read_spec(folder)
    if not isinstance(spec, kind):
        raise JobError("NBML-J40", job_id=job_id, task=spec.task, wanted=kind.model_fields["task"].default)
    return folder, spec


def read_spec(folder: JobFolder) -> JobSpec:
    """The resolved spec in a job's folder, of whatever task."""
    return parse_job(json.loads(folder.spec.read_text(encoding="utf-8")))

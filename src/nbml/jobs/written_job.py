"""A job as it is written down: its folder and its resolved spec. Light to import."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import TypeAdapter

from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError
from nbml.settings import Settings
from nbml.spec.columns import Finding
from nbml.spec.parse import parse_spec
from nbml.spec.train import TrainSpec

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
        NBML-J01 for what is no id, NBML-J02 when there is no such job.
    """
    folder = JobFolder.of(settings.jobs, job_id)
    if not folder.exists():
        raise JobError("NBML-J02", job_id=job_id)
    return WrittenJob(folder, parse_spec(json.loads(folder.spec.read_text(encoding="utf-8"))))

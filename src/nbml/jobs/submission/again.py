"""Submitted once more, an interrupted job goes on: what was asked and on which rows leads to its folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from nbml.durable import write_text
from nbml.errors import NbmlError
from nbml.jobs.opening import handle_of
from nbml.settings import Settings
from nbml.spec.parse import spec_to_dict
from nbml.spec.train import TrainSpec


def remember(spec: TrainSpec, table_sha256: str, job_id: str, settings: Settings) -> None:
    """Write down which job a spec on a table has become."""
    file = _file(spec, table_sha256, settings)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(file, json.dumps({"job_id": job_id}))


def interrupted_before(spec: TrainSpec, table_sha256: str, settings: Settings) -> str | None:
    """The job that the same spec on the same rows became last time, if it was interrupted.

    A job that has ended, or still runs, is left alone: then the spec becomes a new one.
    """
    try:
        job_id = json.loads(_file(spec, table_sha256, settings).read_text(encoding="utf-8"))["job_id"]
        job = handle_of(job_id, settings)
    except (FileNotFoundError, ValueError, KeyError, NbmlError):
        return None  # never submitted, or its folder is deleted since
    return job.id if job.status == "interrupted" else None


def _file(spec: TrainSpec, table_sha256: str, settings: Settings) -> Path:
    """Named by the hash of all that was said but the table's place, which differs at each submission."""
    said = spec_to_dict(spec) | {"data": table_sha256}
    said.pop("resolved", None)
    key = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return settings.home / "submissions" / f"{key}.json"

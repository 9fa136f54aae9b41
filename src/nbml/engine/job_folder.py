"""A job on disk: its id, its folder, and where things stand in it."""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from nbml.durable import storage_error
from nbml.errors import JobError

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_job_id() -> str:
    """A new ULID: 26 characters, sorted by time of making (milliseconds), 80 random bits."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def check_job_id(job_id: str) -> str:
    """The id itself, if it can be one.

    Raises
    ------
    JobError
        NBML-J01 for anything that is not ``[A-Za-z0-9][A-Za-z0-9_-]{0,63}``.
    """
    if not isinstance(job_id, str) or not _ID.fullmatch(job_id):
        raise JobError("NBML-J01", job_id=repr(job_id)[:80])
    return job_id


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job. Paths only; holds nothing open."""

    root: Path

    @classmethod
    def of(cls, jobs: Path, job_id: str) -> JobFolder:
        """The folder of an id under the folder of all jobs; it need not exist.

        Raises
        ------
        JobError
            NBML-J01 when the id is none or leads out of ``jobs``.
        """
        root = jobs / check_job_id(job_id)
        if root.exists() and root.resolve().parent != jobs.resolve():
            raise JobError("NBML-J01", job_id=job_id)
        return cls(root)

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self.root.name

    @property
    def spec(self) -> Path:
        """The resolved spec."""
        return self.root / "spec.json"

    @property
    def events(self) -> Path:
        """The numbered log."""
        return self.root / "events.jsonl"

    @property
    def lease(self) -> Path:
        """Who may write."""
        return self.root / "lease.json"

    @property
    def stop_request(self) -> Path:
        """Present once somebody has asked the job to stop."""
        return self.root / "stop-requested"

    @property
    def data(self) -> Path:
        """The training columns, Parquet by content hash."""
        return self.root / "data"

    @property
    def trials(self) -> Path:
        """Out-of-fold predictions of every trial."""
        return self.root / "trials"

    @property
    def models(self) -> Path:
        """Fold models and final models with their manifest."""
        return self.root / "models"

    @property
    def result(self) -> Path:
        """The result, once there is one."""
        return self.root / "result.json"

    def make(self) -> JobFolder:
        """Create the folder, readable by its owner only.

        Raises
        ------
        EngineError
            NBML-E02 when the place cannot be written; nothing was started.
        """
        try:
            self.root.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise storage_error(self.root, error) from error
        return self

    def exists(self) -> bool:
        """Whether the job was written down."""
        return self.spec.exists()

    def ask_to_stop(self) -> None:
        """Ask the job to stop; whoever supervises it sees the request within a fraction of a second."""
        os.close(os.open(self.stop_request, os.O_CREAT | os.O_WRONLY, 0o600))

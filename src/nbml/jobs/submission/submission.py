"""Submitting a spec to a cluster, and a submission seen from any machine: its state, its events, its end."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nbml.engine.job_folder import check_job_id, new_job_id
from nbml.engine.submitting.client import JobsClient, Submitted
from nbml.engine.submitting.environment import runtime_environment
from nbml.errors import EngineError
from nbml.jobs.submission.packing import ENTRYPOINT, pack
from nbml.settings import Settings
from nbml.spec.events import EVENT, AnyEvent, Fault
from nbml.spec.front import OptimizeRecord
from nbml.spec.parse import JobSpec, load_job
from nbml.spec.result import TrainRecord
from nbml.spec.snapshot import Snapshot, fold

PREFIX = "nbml-"
ENDED_WITHIN_S = 30.0
_RECORD: TypeAdapter[TrainRecord | OptimizeRecord] = TypeAdapter(TrainRecord | OptimizeRecord)


class Submission:
    """A program that a cluster runs for us, by its submission id.

    What it prints are the job's events as JSON lines, so whoever reads them knows as much as its log.

    Parameters
    ----------
    submission_id : str
    client : JobsClient

    Raises
    ------
    JobError
        NBML-J01 for what is no id.
    """

    def __init__(self, submission_id: str, client: JobsClient) -> None:
        self.id = check_job_id(submission_id)
        self.client = client
        self.snapshot = Snapshot(job_id=self.id)
        self.answer: dict[str, Any] | None = None
        self.fault: Fault | None = None
        self.words: list[str] = []

    @classmethod
    def at(cls, address: str, submission_id: str, settings: Settings | None = None) -> Submission:
        """The submission of an id on the cluster whose head is at an address."""
        return cls(submission_id, JobsClient(address, settings or Settings()))

    def look(self) -> Submitted:
        """Ask the cluster how it stands, and read all the program has said."""
        seen = self.client.look(self.id)
        for _ in self.so_far():
            pass
        return seen

    def so_far(self) -> Iterator[AnyEvent | str]:
        """Events, and lines that are none, that have been printed by now."""
        for line in self.client.printed(self.id).splitlines():
            taken = self._take(line)
            if taken is not None:
                yield taken

    def follow(self) -> Iterator[AnyEvent | str]:
        """Events, and lines that are none, from the first on until the program has ended."""
        for line in self.client.lines(self.id):
            taken = self._take(line)
            if taken is not None:
                yield taken

    def end(self) -> Submitted:
        """How it ended, once the program has; its log ends a moment before the cluster says so."""
        begun = time.monotonic()
        while not (seen := self.client.look(self.id)).is_over:
            if time.monotonic() - begun > ENDED_WITHIN_S:
                break
            time.sleep(0.2)
        return seen

    def record(self) -> TrainRecord | OptimizeRecord:
        """The job's result, where it has told of one."""
        assert self.answer is not None
        return _RECORD.validate_python(self.answer["record"])

    def stop(self) -> bool:
        """Ask it to stop and keep what is finished; False when it had ended."""
        return not self.client.look(self.id).is_over and self.client.stop(self.id)

    def _take(self, line: str) -> AnyEvent | str | None:
        try:
            said = json.loads(line)
            kind = said["type"]
            if kind == "result":
                self.answer = said
                return None
            if kind == "error":
                self.fault = Fault(**{name: said[name] for name in Fault.model_fields if name in said})
                return None
            event = EVENT.validate_python(said)
        except (ValueError, TypeError, KeyError, ValidationError):
            self.words = [*self.words, line][-50:]
            return line
        self.snapshot = fold(self.snapshot, event)
        return event


def submit(
    spec: JobSpec | str | Path,
    address: str,
    *,
    home: str | None = None,
    by_path: bool = False,
    wheel: Path | None = None,
    pip: bool = False,
    settings: Settings | None = None,
) -> Submission:
    """Have a cluster run a spec as a batch job; returns once the cluster has taken it.

    Parameters
    ----------
    spec : spec or path
    address : str
        ``http://head:8265``. The token is the setting ``ray_token``.
    home : str, optional
        NBML_HOME there; the cluster's own if unset. Only the node of the job's program needs to see it.
    by_path, wheel, pip
        As for ``pack`` and ``runtime_environment``.
    settings : Settings, optional

    Raises
    ------
    EngineError
        NBML-E40 to E52.
    SpecError
        For a spec that is wrong; nothing was sent then.
    """
    settings = settings or Settings()
    spec = load_job(spec) if isinstance(spec, str | Path) else spec
    with tempfile.TemporaryDirectory(prefix="nbml-") as made:
        folder = Path(made)
        pack(spec, folder, by_path=by_path, wheel=wheel, pip=pip)
        client = JobsClient(address, settings)
        submission_id = client.submit(
            PREFIX + new_job_id(),
            ENTRYPOINT,
            folder=folder,
            environment=runtime_environment(settings, home=home, pip=pip, wheel=wheel),
            metadata={"nbml": spec.task},
        )
    return Submission(submission_id, client)


def fault_of(submission: Submission, end: Submitted) -> Fault | None:
    """Why it failed, in the words of the job, of the look before it, or of the cluster."""
    if submission.fault is not None:
        return submission.fault
    if submission.snapshot.error is not None:
        return submission.snapshot.error
    if end.state != "FAILED" or submission.snapshot.is_finished:
        return None
    if end.exit_code is None:
        error = EngineError("NBML-E53", reason=end.message or "-")
    else:
        said = " | ".join(submission.words[-3:]) or end.message[:300] or "-"
        error = EngineError("NBML-E54", id=submission.id, code=end.exit_code, reason=said)
    return Fault(**error.to_dict())

"""The handle of a job of any task: the truth is its folder, and this reads and steers it."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.engine.cluster import find_head
from nbml.engine.event_log import EventTail, iter_until_finished, read_events
from nbml.engine.job_folder import JobFolder
from nbml.engine.lease import is_alive, read_lease
from nbml.errors import JobError, NbmlError
from nbml.settings import Settings
from nbml.spec.events import AnyEvent, JobFinished
from nbml.spec.history import RunState
from nbml.spec.snapshot import Snapshot, fold

if TYPE_CHECKING:
    from nbml.tracking.kept import Kept

_PANELS = "nbml.panels"
"""By name, because panels stand above jobs."""
RESTART_GRACE_S = 60.0
"""How long a dead supervisor's successor may take before the job counts as interrupted."""


class JobHandle(ABC):
    """A job by its folder, running or ended, in this process or elsewhere.

    Parameters
    ----------
    paths : JobFolder
        Its folder.
    settings : Settings
    title : str
        Name for show.
    """

    def __init__(self, paths: JobFolder, settings: Settings, title: str) -> None:
        self.settings = settings
        self.paths = paths
        self.title = title
        self._tail = EventTail(self.paths.events)
        self._snapshot = Snapshot(job_id=paths.job_id, title=title)
        self._reading = threading.Lock()

    @property
    def id(self) -> str:
        """The job's id."""
        return self.paths.job_id

    @property
    def status(self) -> RunState:
        """queued, running, succeeded, failed, cancelled, or interrupted when nobody runs it any more."""
        return self.standing(self.snapshot())

    def standing(self, seen: Snapshot) -> RunState:
        """The status of the job of a snapshot: its state, unless nobody runs it any more; reads no events."""
        state = seen.state
        if state not in ("queued", "running"):
            return state
        held = read_lease(self.paths.lease)
        if held is None:
            return "interrupted"
        return state if is_alive(held) or self._may_restart(held) else "interrupted"

    @property
    def folder(self) -> Path:
        """Where everything of the job is kept."""
        return self.paths.root

    def snapshot(self) -> Snapshot:
        """The state as of now; reads only what is new since the last call."""
        self.news()
        return self._snapshot

    def news(self) -> list[AnyEvent]:
        """The events since the last call of this or of ``snapshot``, on this handle."""
        with self._reading:
            events = self._tail.read()
            for event in events:
                self._snapshot = fold(self._snapshot, event)
        return events

    @property
    def seen(self) -> Snapshot:
        """The state as of the last call of ``snapshot`` or ``news``."""
        return self._snapshot

    def events(self, after: int = 0) -> list[AnyEvent]:
        """The events with ``seq > after``."""
        return read_events(self.paths.events, after=after)

    def follow(self, *, timeout_s: float | None = None) -> Iterator[AnyEvent]:
        """Events from the first on, waiting for more until the job has finished.

        Raises
        ------
        JobError
            NBML-J03 when nobody runs the job any more, NBML-J04 when ``timeout_s`` is over.
        """
        begun = looked = time.monotonic()
        for events in iter_until_finished(self.paths.events):
            yield from events
            now = time.monotonic()
            if events or now - looked < 1.0:
                continue
            looked = now
            if self.status == "interrupted":
                raise JobError("NBML-J03", job_id=self.id)
            if timeout_s is not None and now - begun > timeout_s:
                raise JobError("NBML-J04", job_id=self.id, timeout_s=timeout_s)

    def cancel(self) -> None:
        """Ask the job to stop; what is finished is kept. Returns at once; a second call changes nothing."""
        if not self.snapshot().is_finished:
            self.paths.ask_to_stop()

    def wait(self, *, timeout_s: float | None = None) -> None:
        """Wait for the job's end; an interrupt gets through and leaves the job running.

        Raises
        ------
        NbmlError
            The job's own error when it failed; NBML-J05 when it was stopped before there was a result;
            NBML-J03 and NBML-J04 as in ``follow``.
        """
        end = None
        for event in self.follow(timeout_s=timeout_s):
            if isinstance(event, JobFinished):
                end = event
        assert end is not None
        if end.error is not None:
            raise JobFailedError(end.error.code, **{"job_id": self.id} | end.error.fields)
        self.require_result()

    def require_result(self) -> None:
        """Make sure that there is a result.

        Raises
        ------
        JobError
            NBML-J05 where the job left none, or has not ended yet.
        """
        if not self.paths.result.exists():
            raise JobError("NBML-J05", job_id=self.id)

    def flush(self, *, timeout_s: float = 60.0) -> str:
        """Put in MLflow what waits for it on disk, and return the run's id.

        Raises
        ------
        TrackingError
            NBML-T05 when nothing waits, NBML-T08 when the server does not answer in time.
        JobError
            NBML-J05 when the job has not ended.
        """
        from nbml.tracking.writer import flush

        kept = flush(self.folder, self.settings, timeout_s=timeout_s)
        if kept is None:
            raise JobError("NBML-J05", job_id=self.id)
        if self.paths.result.exists():
            self._note(kept)
        return kept.run_id

    def panel(self, **options: Any) -> Any:
        """A panel that shows this job; options as ``nbml.workbench``."""
        return import_module(_PANELS).workbench(job=self, **options)

    @abstractmethod
    def _note(self, kept: Kept) -> None:
        """Write into the result where it is kept."""

    def _may_restart(self, held: dict[str, Any]) -> bool:
        """Whether a supervisor that has just died is about to have a successor."""
        is_up = self.settings.ray_address is not None or find_head(self.settings) is not None
        return self._snapshot.executor == "ray" and is_up and time.time() - held["beat"] < RESTART_GRACE_S

    def __repr__(self) -> str:
        return f"<nbml job {self.id} {self.title!r} {self.status}>"


class JobFailedError(NbmlError):
    """The job's own failure, raised to whoever waits for its result; carries the first cause's code."""

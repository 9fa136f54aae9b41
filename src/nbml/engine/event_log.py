"""The numbered log of a job: one writer, any number of readers in any process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from nbml.durable import storage_error
from nbml.engine.lease import Lease
from nbml.errors import EngineError
from nbml.spec.events import (
    EVENT,
    LOSSY,
    AnyEvent,
    FoldFinished,
    FrontChanged,
    JobFinished,
    TrialFinished,
    TrialStarted,
)

Listener = Callable[[AnyEvent], None]
SYNC_EVERY_S = 1.0


def read_events(path: Path, *, after: int = 0) -> list[AnyEvent]:
    """The events of a log with ``seq > after``, in order. A torn last line is passed over.

    Raises
    ------
    EngineError
        NBML-E07 naming the line, when a line before the last is no event.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    events = (_event(path, line, number) for number, line in enumerate(lines[:-1], start=1))
    return [event for event in events if event.seq > after]


def _event(path: Path, line: bytes, number: int) -> AnyEvent:
    try:
        return EVENT.validate_json(line)
    except ValidationError:
        raise EngineError("NBML-E07", path=str(path), line=number) from None


class EventTail:
    """Reads a growing log piece by piece; remembers how far it has read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = self._lines = 0

    def read(self) -> list[AnyEvent]:
        """The whole lines written since the last call; errors as ``read_events``."""
        try:
            if self._path.stat().st_size == self._offset:
                return []
            with self._path.open("rb") as file:
                file.seek(self._offset)
                piece = file.read()
        except FileNotFoundError:
            return []
        *whole, torn = piece.split(b"\n")
        events = [_event(self._path, line, number) for number, line in enumerate(whole, self._lines + 1)]
        self._offset += len(piece) - len(torn)
        self._lines += len(whole)
        return events


class EventLog:
    """The writer's side of a log.

    Opening it cuts a torn last line. ``emit`` numbers an event, writes it and hands it to the listeners;
    a durable event that tells what the log already tells is dropped, so that a resumed job may simply
    run again from its start. Thread-safe.

    Parameters
    ----------
    path : Path
        The log file.
    job_id : str
        Stamped on every event.
    lease : Lease
        Checked at most twice a second and always at the end; an older epoch must not write.
    """

    def __init__(self, path: Path, job_id: str, lease: Lease) -> None:
        self.torn_bytes = _cut_torn_tail(path)
        self._job_id = job_id
        self._lease = lease
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        past = read_events(path)
        self.past: tuple[AnyEvent, ...] = tuple(past)
        self._seen = {key for event in past if (key := _identity(event))}
        self._seq = past[-1].seq if past else 0
        self._before_s = max((event.elapsed_s for event in past), default=0.0)
        self._begun = time.monotonic()
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._synced = self._checked = time.monotonic()

    def elapsed_s(self) -> float:
        """Running time of the job over all its attempts, by a monotonic clock."""
        return self._before_s + time.monotonic() - self._begun

    def listen(self, listener: Listener) -> None:
        """Call a function with every event that is written from now on; it must not block."""
        self._listeners.append(listener)

    def emit(self, event: AnyEvent) -> AnyEvent | None:
        """Write an event; None when the log already tells it.

        Raises
        ------
        EngineError
            NBML-E01 when the disk is full, NBML-E06 when another process has taken the job over.
        """
        key = _identity(event)
        with self._lock:
            if key is not None and key in self._seen:
                return None
            now = time.monotonic()
            if now - self._checked > 0.5 or isinstance(event, JobFinished):
                self._lease.check()
                self._checked = now
            stamped = event.model_copy(
                update={
                    "job_id": self._job_id,
                    "seq": self._seq + 1,
                    "elapsed_s": round(self.elapsed_s(), 4),
                    "ts": datetime.now(UTC).isoformat(timespec="milliseconds"),
                }
            )
            self._write(stamped.model_dump_json().encode() + b"\n")
            self._seq += 1
            if key is not None:
                self._seen.add(key)
            if now - self._synced > SYNC_EVERY_S or isinstance(event, JobFinished):
                os.fsync(self._file.fileno())
                self._synced = now
        for listener in self._listeners:
            listener(stamped)
        return stamped

    def close(self) -> None:
        """Wait for the disk and close the file."""
        with self._lock:
            os.fsync(self._file.fileno())
            self._file.close()

    def _write(self, line: bytes) -> None:
        start = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(28, "No space left on device")
        except OSError as error:
            os.ftruncate(self._file.fileno(), start)
            raise storage_error(self._path, error) from error


def _identity(event: AnyEvent) -> tuple[object, ...] | None:
    """What makes an event the same when a resumed job tells it again; None for those told each time."""
    if event.type in LOSSY or event.type in ("job.started", "stage.started", "stage.finished", "notice"):
        return None
    match event:
        case FrontChanged():
            return (event.type, event.evaluations)
        case FoldFinished():
            return (event.type, event.study, event.trial, event.fold)
        case TrialStarted() | TrialFinished():
            return (event.type, event.study, event.trial)
        case _:
            return (
                event.type,
                getattr(event, "study", ""),
                getattr(event, "trial", ""),
                getattr(event, "name", ""),
            )


def _cut_torn_tail(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
            os.fsync(file.fileno())
        return len(content) - whole


def iter_until_finished(path: Path, *, poll_s: float = 0.05) -> Iterator[list[AnyEvent]]:
    """Batches of events as they are written, empty ones between, until the job has finished."""
    tail = EventTail(path)
    while True:
        events = tail.read()
        yield events
        if events and isinstance(events[-1], JobFinished):
            return
        time.sleep(poll_s)

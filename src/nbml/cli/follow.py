"""A job's events in order, read beside the main thread so that Ctrl-C is always heard at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from nbml.spec.events import AnyEvent

if TYPE_CHECKING:
    from nbml import Job, OptimizeJob

    AnyJob = Job | OptimizeJob

_SLICE_S = 0.1


class Feed:
    """Reads ``job.follow()`` in a thread of its own; what it raises is raised where it is read."""

    def __init__(self, job: AnyJob) -> None:
        self._job = job
        self._queue: SimpleQueue[AnyEvent | Exception | None] = SimpleQueue()
        threading.Thread(target=self._pull, name="nbml-follow", daemon=True).start()

    def _pull(self) -> None:
        try:
            for event in self._job.follow():
                self._queue.put(event)
        except Exception as failure:  # raised again by events(), in the thread that can tell it
            self._queue.put(failure)
        self._queue.put(None)

    def events(self) -> Iterator[AnyEvent | None]:
        """Events as they come until the job has ended; None ten times a second while there are none."""
        while True:
            try:
                event = self._queue.get(timeout=_SLICE_S)
            except Empty:
                yield None
                continue
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event


class Interrupts:
    """Counts Ctrl-C instead of raising, while it is in force."""

    def __init__(self) -> None:
        self.pending = 0

    def take(self) -> bool:
        """Whether there was one since the last call."""
        was, self.pending = self.pending, 0
        return was > 0

    def _count(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the handler's signature
        self.pending += 1

    @contextmanager
    def counted(self) -> Iterator[Interrupts]:
        """In force within the block; nothing changes outside the main thread, which alone gets signals."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = signal.signal(signal.SIGINT, self._count)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Within the block Ctrl-C is a KeyboardInterrupt again, as a question needs it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

"""One job's log as all panels of the process see it: read once, in batches of a bounded size."""

from __future__ import annotations

import json
import time
from collections import deque
from typing import Any

from nbml.errors import NbmlError
from nbml.jobs.opening import handle_of
from nbml.settings import Settings
from nbml.spec.events import LOSSY, AnyEvent
from nbml.spec.messages.base import MAX_MESSAGE_BYTES, USUAL_BYTES, PanelFault
from nbml.spec.snapshot import Snapshot
from nbml.widgets.faults import fault_of
from nbml.widgets.size import bytes_of, fit

SNAPSHOT_BYTES = 180_000
STATUS_EVERY_S = 1.0
_ENVELOPE = 500
_LOG_LINES = 20


class Feed:
    """Follows a job; what has happened before it began is in its snapshot.

    Made by any thread; ``poll`` and ``batch`` are for the pump alone.

    Raises
    ------
    JobError
        NBML-J01, NBML-J02 when there is no such job.
    EngineError
        NBML-E07 when its log is damaged.
    """

    def __init__(self, job_id: str, settings: Settings | None = None) -> None:
        self._job = handle_of(job_id, settings or Settings())
        self._waiting: deque[tuple[int, int, dict[str, Any]]] = deque()
        self._looked = time.monotonic()
        self._views: dict[int, dict[str, Any]] = {}
        self.snapshot: Snapshot = self._job.snapshot()
        self.sent = self.snapshot.seq
        self.status: str = self._job.standing(self.snapshot)
        self.fault: PanelFault | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return (self.snapshot.is_finished or self.fault is not None) and not self._waiting

    def poll(self) -> bool:
        """Read what is new, once all that was read has been given out; whether the status changed.

        The log is on disk, so what is not read yet needs no memory.
        """
        if self.is_over:
            return False
        before, now = self.status, time.monotonic()
        try:
            if not self._waiting:
                self._take(self._job.news())
                self.snapshot = self._job.seen
            if self.snapshot.is_finished or (self.snapshot.state == "running" and before == "queued"):
                self.status = self.snapshot.state
            elif now - self._looked > STATUS_EVERY_S:
                self._looked = now
                self.status = self._job.standing(self.snapshot)
        except NbmlError as error:
            self.fault = fault_of(error)
        return self.status != before or self.fault is not None

    def batch(self) -> dict[str, Any] | None:
        """The message with the next events, at most half a megabyte; None when there are none.

        An event that no message can hold is told by the whole state after it.
        """
        if not self._waiting:
            return None
        if self._waiting[0][1] > MAX_MESSAGE_BYTES - _ENVELOPE:
            self.sent = self._waiting.popleft()[0]
            return {"v": 1, "kind": "snapshot", **self.view()}
        first, size = self.sent + 1, _ENVELOPE
        events: list[dict[str, Any]] = []
        while self._waiting and (not events or size + self._waiting[0][1] <= USUAL_BYTES):
            self.sent, length, event = self._waiting.popleft()
            size += length
            events.append(event)
        return {
            "v": 1,
            "kind": "events",
            "job_id": self._job.id,
            "seq_from": first,
            "seq_to": self.sent,
            "events": events,
        }

    def view(self, limit: int = SNAPSHOT_BYTES) -> dict[str, Any]:
        """The job as a view begins with it, in at most so many bytes; made once for all panels."""
        seen, views = self.snapshot, self._views
        if limit not in views or views[limit]["seq"] != seen.seq:
            self._views = {size: view for size, view in views.items() if view["seq"] == seen.seq}
            self._views[limit] = {"job_id": self._job.id, "seq": seen.seq, "snapshot": fit(seen, limit)}
            return self._views[limit]
        return views[limit]

    def _take(self, events: list[AnyEvent]) -> None:
        """Make new events ready to be sent; of the lossy ones only the latest."""
        kept: dict[str, int] = {"resources": 1, "log": _LOG_LINES}
        ready: list[tuple[int, int, dict[str, Any]]] = []
        for event in reversed(events):
            if event.type in LOSSY:
                kept[event.type] -= 1
                if kept[event.type] < 0:
                    continue
            said = json.loads(event.model_dump_json())  # quicker than mode="json", and without infinities
            ready.append((event.seq, bytes_of(said) + 2, said))
        self._waiting.extend(reversed(ready))

"""What waits to be sent to one panel's page: answers whole and in order, the rest only at its latest.

Bounded: answers by the requests that may wait, chunks by the modules, everything else by being replaced.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from nbml.spec.messages.base import ProgressNote
from nbml.spec.messages.session import StateMessage

Message = dict[str, Any]
Late = Callable[[], Message]
"""A message that is made when it is sent, so that it agrees with all that was sent before it."""


class Outbox:
    """Filled by any thread, emptied by the pump.

    Parameters
    ----------
    wake : callable
        Called when something came in; with True when it should go out at once.
    """

    def __init__(self, wake: Callable[[bool], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._messages: deque[Message | Late] = deque()
        self._notes: dict[str, ProgressNote] = {}
        self._state: dict[str, Any] = {}

    def put(self, message: BaseModel | Message | Late) -> None:
        """Send this, after all that was put before it and not later than a moment from now."""
        ready = message.model_dump(mode="json") if isinstance(message, BaseModel) else message
        with self._lock:
            self._messages.append(ready)
        self._wake(True)

    def note(self, note: ProgressNote) -> None:
        """Send this within a tenth of a second, unless a later one of the same request replaces it."""
        with self._lock:
            self._notes[note.request_id] = note
        self._wake(False)

    def forget_note(self, request_id: str) -> None:
        """Send no progress of a request that is over."""
        with self._lock:
            self._notes.pop(request_id, None)

    def change(self, fields: dict[str, Any]) -> None:
        """Send these fields of the session state within a tenth of a second."""
        with self._lock:
            self._state |= fields
        self._wake(False)

    def take(self) -> list[Message | Late]:
        """All that waits: the state, progress, then messages in order."""
        with self._lock:
            taken: list[Message | Late] = []
            if self._state:
                taken.append(StateMessage(state=self._state).model_dump(mode="json"))
            taken += [note.model_dump(mode="json") for note in self._notes.values()]
            taken += self._messages
            self._state = {}
            self._notes.clear()
            self._messages.clear()
        return taken

    def __len__(self) -> int:
        return len(self._messages) + len(self._notes) + bool(self._state)

"""How far a request has come, and whether it was given up: what a handler holds while it works."""

from __future__ import annotations

import threading

from nbml.spec.messages.base import USUAL_BYTES, Chunk, ProgressNote
from nbml.widgets.outbox import Outbox

CHUNK_CHARACTERS = USUAL_BYTES - 2_000
"""Of plain ASCII, so that a chunk with its envelope stays below the usual size."""


class RequestCancelledError(Exception):
    """The view gave its request up."""


class Progress:
    """Handed to a handler with its request. Any thread may call it."""

    def __init__(self, request_id: str, outbox: Outbox) -> None:
        self.request_id = request_id
        self._outbox = outbox
        self._cancelled = threading.Event()

    def tell(self, done: float, total: float | None = None, text: str = "") -> None:
        """Show how far the work is; told often, only the latest goes out, ten times a second."""
        self._outbox.note(ProgressNote(request_id=self.request_id, done=done, total=total, text=text))

    def check(self) -> None:
        """Called where the work can be left.

        Raises
        ------
        RequestCancelledError
            When the view has given the request up.
        """
        if self._cancelled.is_set():
            raise RequestCancelledError

    def send_text(self, text: str) -> int:
        """Send a long ASCII text ahead of the answer, in pieces; the number of pieces."""
        pieces = [text[at : at + CHUNK_CHARACTERS] for at in range(0, len(text), CHUNK_CHARACTERS)] or [""]
        for index, piece in enumerate(pieces):
            self._outbox.put(Chunk(request_id=self.request_id, index=index, count=len(pieces), text=piece))
        return len(pieces)

    def cancel(self) -> None:
        """Let the next ``check`` raise."""
        self._cancelled.set()

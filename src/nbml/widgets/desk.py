"""Where requests are worked on: a few threads a panel, alive only while there is work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

THREADS = 2
MOST_WAITING = 64

Work = Callable[[], None]


class Desk:
    """Runs work in the order it came, at most `THREADS` at a time. Work must not raise."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._busy = 0
        self._is_closed = False

    @property
    def has_room(self) -> bool:
        """Whether more may be laid on it."""
        return len(self._waiting) < MOST_WAITING

    def submit(self, work: Work) -> bool:
        """Take work in; False when too much waits already. Never blocks."""
        with self._lock:
            if self._is_closed or len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(work)
            if self._busy >= THREADS:
                return True
            self._busy += 1
        threading.Thread(target=self._work, name=f"nbml-desk-{self._name}", daemon=True).start()
        return True

    def close(self) -> None:
        """Begin nothing more; what runs runs on to its end."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy -= 1
                    return
                work = self._waiting.popleft()
            work()

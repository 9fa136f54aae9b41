"""Starting the cluster beforehand, once a panel is shown, and saying in words how that stands."""

from __future__ import annotations

import threading
from weakref import WeakSet

from nbml.errors import NbmlError
from nbml.settings import Settings
from nbml.widgets.session import Session

DELAY_S = 1.0
"""The panel is drawn first: loading Ray takes the interpreter for itself."""


class Warming:
    """The process's one warm-up; all panels are told of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: WeakSet[Session] = WeakSet()
        self._is_under_way = False
        self._state = "off"
        self._fault: NbmlError | None = None

    def begin(self, session: Session) -> None:
        """Tell this session how it stands, and start what has not been started. Returns at once."""
        settings = Settings()
        if settings.executor == "inline" or not settings.warm_up:
            return
        with self._lock:
            self._sessions.add(session)
            is_new, self._is_under_way = not self._is_under_way, True
        if is_new:
            timer = threading.Timer(DELAY_S, self._connect)
            timer.name, timer.daemon = "nbml-warm-up", True
            timer.start()
        else:
            self.tell(session)

    def tell(self, session: Session) -> None:
        """Publish how it stands in the session's language."""
        if session not in self._sessions:
            return
        words = session.say(f"widgets.cluster.{self._state}")
        if self._fault is not None:
            words = session.say(f"{self._fault.code}.message", **self._fault.fields)
        session.publish(cluster={"state": self._state, "text": words[:500]})

    def _connect(self) -> None:
        if self._state != "ready":
            self._change("starting")
        try:
            from nbml.jobs.launch import connect

            connect(wait=True)
        except Exception as error:
            self._change("failed", error if isinstance(error, NbmlError) else None)
            if not isinstance(error, NbmlError):
                raise
        else:
            self._change("ready")
        finally:
            self._is_under_way = False

    def _change(self, state: str, fault: NbmlError | None = None) -> None:
        with self._lock:
            self._state, self._fault = state, fault
            sessions = list(self._sessions)
        for session in sessions:
            self.tell(session)


WARMING = Warming()

"""The one thread of the process that sends to pages: events ten times a second, state once a second.

It lives from the first panel to the last and knows panels as members only; what they say is theirs.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

from nbml.settings import Settings
from nbml.widgets.feed import SNAPSHOT_BYTES, Feed
from nbml.widgets.outbox import Outbox

ALL_SYNCED_BYTES = 2_400_000
TICK_S = 0.1
REFRESH_S = 1.0
_logger = logging.getLogger(__name__)


class Member(Protocol):
    """A panel as the pump knows it; all but the properties is called from the pump's thread."""

    @property
    def outbox(self) -> Outbox:
        """What waits for its page."""

    @property
    def feed(self) -> Feed | None:
        """The job it shows."""

    def deliver(self, message: dict[str, Any]) -> None:
        """Send a message to the page."""

    def refresh(self) -> None:
        """Renew the synced snapshot."""

    def job_moved(self, feed: Feed) -> None:
        """The status of its job has changed."""


class _Seat:
    """When a member's snapshot was renewed, and whether it is out of date."""

    def __init__(self) -> None:
        self.is_stale = False
        self.refreshed = time.monotonic()


class Pump:
    """Sends for all members. Every public method may be called by any thread and never blocks on a page."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._seats: dict[Member, _Seat] = {}
        self._feeds: WeakValueDictionary[str, Feed] = WeakValueDictionary()
        self._thread: threading.Thread | None = None
        self._is_urgent = self._is_asked = False
        self._ticked = 0.0

    @property
    def thread(self) -> threading.Thread | None:
        """The thread, while there are members."""
        return self._thread

    @property
    def share(self) -> int:
        """Bytes of its job that a panel may sync: a reloaded page gets all panels in one message."""
        most = min(SNAPSHOT_BYTES, ALL_SYNCED_BYTES // max(len(self._seats), 1))
        return 2 ** (most.bit_length() - 1) if most < SNAPSHOT_BYTES else most

    def enter(self, member: Member) -> None:
        """Send for this member from now on."""
        with self._change:
            before = self.share
            self._seats[member] = _Seat()
            for seat in self._seats.values() if self.share < before else ():
                seat.is_stale = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nbml-pump", daemon=True)
                self._thread.start()
            self._change.notify()

    def leave(self, member: Member) -> None:
        """Send no more for this member."""
        with self._change:
            self._seats.pop(member, None)
            self._change.notify()

    def wake(self, is_urgent: bool) -> None:
        """Something waits in an outbox: send it now, or at the next tick."""
        with self._change:
            self._is_urgent |= is_urgent
            self._is_asked = True
            self._change.notify()

    def feed(self, job_id: str, settings: Settings) -> Feed:
        """The feed of a job, shared by all who show it; its past is read by the caller's thread."""
        with self._change:
            known = self._feeds.get(job_id)
        if known is not None:
            return known
        made = Feed(job_id, settings)
        with self._change:
            return self._feeds.setdefault(job_id, made)

    def mark(self, member: Member) -> None:
        """Renew the member's snapshot when it is due."""
        with self._change:
            if seat := self._seats.get(member):
                seat.is_stale = True
            self._change.notify()

    def stop(self) -> None:
        """Let all members go and end the thread."""
        with self._change:
            self._seats.clear()
            thread = self._thread
            self._change.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=2.0)

    def _run(self) -> None:
        while True:
            with self._change:
                while self._seats and (pause := self._pause()) != 0:
                    self._change.wait(pause)
                if not self._seats:
                    self._thread = None
                    return
                self._is_urgent = False
                members = list(self._seats.items())
            self._round(members)

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None for until woken."""
        if self._is_urgent:
            return 0
        due = [seat.refreshed + REFRESH_S for seat in self._seats.values() if seat.is_stale]
        if self._is_asked or any(member.feed and not member.feed.is_over for member in self._seats):
            due.append(self._ticked + TICK_S)
        return max(min(due) - time.monotonic(), 0) if due else None

    def _round(self, members: list[tuple[Member, _Seat]]) -> None:
        if time.monotonic() - self._ticked >= TICK_S:
            self._is_asked = False
            self._tick(members)
            self._ticked = time.monotonic()
        for member, seat in members:
            self._with(member, _empty)
            if seat.is_stale and time.monotonic() - seat.refreshed >= REFRESH_S:
                seat.is_stale = False
                self._with(member, _refresh)
                seat.refreshed = time.monotonic()

    def _tick(self, members: list[tuple[Member, _Seat]]) -> None:
        for feed in {member.feed for member, _ in members if member.feed is not None}:
            has_moved = feed.poll()
            message = feed.batch()
            for member, seat in members:
                if member.feed is feed:
                    seat.is_stale |= message is not None
                    self._with(member, partial(_tell, feed=feed, message=message, has_moved=has_moved))

    def _with(self, member: Member, act: Callable[[Member], None]) -> None:
        """Act for a member; one whose channel fails is let go, the others go on."""
        try:
            act(member)
        except Exception:
            _logger.exception("a panel can no longer be reached")
            self.leave(member)


def _tell(member: Member, feed: Feed, message: dict[str, Any] | None, has_moved: bool) -> None:
    if message is not None:
        member.deliver(message)
    if has_moved:
        member.job_moved(feed)


def _empty(member: Member) -> None:
    for message in member.outbox.take():
        member.deliver(message() if callable(message) else message)


def _refresh(member: Member) -> None:
    member.refresh()


PUMP = Pump()
atexit.register(PUMP.stop)

"""Where a panel hears its page: a request is checked, noted, replied to and laid on the desk, nothing else.

It may run on the main thread, a subshell or the control thread, while a cell runs or is interrupted.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import to_json

from nbml.errors import PanelError
from nbml.i18n import speaking
from nbml.spec.messages import REQUEST
from nbml.spec.messages.base import MAX_MESSAGE_BYTES, Answer, PanelFault, Reply, Request
from nbml.spec.messages.session import Cancel
from nbml.widgets.desk import MOST_WAITING, Desk
from nbml.widgets.faults import fault_of, not_understood
from nbml.widgets.outbox import Late, Message
from nbml.widgets.progress import Progress, RequestCancelledError
from nbml.widgets.session import LATEST, Session
from nbml.widgets.size import bytes_of, is_within

Handler = Callable[[Session, Any, Progress], Any]
"""Does what a request asks: gives a model, a dict or None for the answer, or raises an NbmlError.

It runs beside the cells in a thread of the desk, with the panel's language in force.
"""
MOST_KEPT, KEPT_BYTES = 512, 8_000_000
"""Answers kept for a page that asks again, because it did not hear them."""


class _Record:
    """A request that was accepted, and its answer once there is one."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.answer: Message | Late | None = None
        self.size = 0
        self.is_done = False


class Bridge:
    """One panel's ear.

    Parameters
    ----------
    handlers : mapping
        Handler by type of request.
    send : callable
        Sends a message to the page from the calling thread; used for replies alone.
    """

    def __init__(
        self,
        session: Session,
        desk: Desk,
        handlers: Mapping[type[Request], Handler],
        send: Callable[[Message], None],
    ) -> None:
        self._session, self._desk, self._handlers, self._send = session, desk, handlers, send
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._lock = threading.Lock()
        self._kept = 0

    def receive(self, content: object, *, has_buffers: bool = False) -> None:
        """Hear a message of the page and give it exactly one reply. Whatever it is, nothing is raised."""
        request_id = _request_id(content)
        try:
            request = self._check(content, has_buffers=has_buffers)
            record, is_new = self._note(request)
        except PanelError as error:
            with speaking(self._session.language):
                self._reply(request_id, fault_of(error))
            return
        self._reply(request_id, None)
        if not is_new:
            if record.is_done:
                self._session.outbox.put(self._again(record))
        elif isinstance(request, Cancel):
            self._cancel(request, record)
        elif not self._desk.submit(lambda: self._work(request, record)):
            self._finish(record, fault=RequestCancelledError())  # the panel was closed in this moment

    def _check(self, content: object, *, has_buffers: bool) -> Request:
        if not is_within(content, MAX_MESSAGE_BYTES):
            raise PanelError("NBML-W52", limit_mb=MAX_MESSAGE_BYTES // 1_000_000)
        if has_buffers:
            raise PanelError("NBML-W51", problems="buffers")
        try:
            request: Request = REQUEST.validate_json(json.dumps(content, allow_nan=False), strict=True)
        except (ValueError, TypeError) as error:  # pydantic's is a ValueError
            raise not_understood(error) from None
        if type(request) not in self._handlers and not isinstance(request, Cancel):
            raise PanelError("NBML-W59", kind=type(request).__name__)
        return request

    def _note(self, request: Request) -> tuple[_Record, bool]:
        with self._lock:
            known = self._records.get(request.request_id)
            if known is not None:
                return known, False
            if not self._desk.has_room:
                raise PanelError("NBML-W53", count=MOST_WAITING)
            record = _Record(Progress(request.request_id, self._session.outbox))
            self._records[request.request_id] = record
            return record, True

    def _reply(self, request_id: str, fault: PanelFault | None) -> None:
        reply = Reply(request_id=request_id, accepted=fault is None, fault=fault)
        self._send(reply.model_dump(mode="json"))

    def _cancel(self, request: Cancel, record: _Record) -> None:
        with self._lock:
            target = self._records.get(request.target_request_id)
        if target is not None:
            target.progress.cancel()
        self._finish(record)

    def _work(self, request: Request, record: _Record) -> None:
        """Answer a request; runs on the desk and must not raise, or the page would wait for ever."""
        with speaking(self._session.language):
            try:
                record.progress.check()
                handler = self._handlers[type(request)]
                self._finish(record, handler(self._session, request, record.progress))
            except BaseException as error:
                self._finish(record, fault=error)

    def _finish(self, record: _Record, value: Any = None, *, fault: BaseException | None = None) -> None:
        request_id = record.progress.request_id
        answer: Message | Late
        size = 0
        if value is LATEST:
            answer = lambda: _answer(request_id, self._session.snapshot())  # noqa: E731
        elif fault is None:
            said = json.loads(to_json(value, inf_nan_mode="null"))
            if (size := bytes_of(said)) > MAX_MESSAGE_BYTES - 1_000:
                raise PanelError("NBML-W54", mb=round(size / 1e6, 1), limit_mb=MAX_MESSAGE_BYTES // 1_000_000)
            answer = _answer(request_id, said)
        else:
            with speaking(self._session.language):
                answer = _answer(request_id, None, fault_of(fault))
        self._session.outbox.forget_note(request_id)
        with self._lock:
            record.answer, record.size, record.is_done = answer, size, True
            self._kept += size
            self._trim(record)
        self._session.outbox.put(answer)

    def _trim(self, latest: _Record) -> None:
        """Forget the oldest answers beyond what is kept, then the oldest requests."""
        for record in self._records.values():
            if self._kept <= KEPT_BYTES:
                break
            if record.is_done and record is not latest:
                self._kept -= record.size
                record.answer, record.size = None, 0
        done = [key for key, record in self._records.items() if record.is_done]
        for key in done[: max(len(self._records) - MOST_KEPT, 0)]:
            self._kept -= self._records.pop(key).size

    def _again(self, record: _Record) -> Message | Late:
        if record.answer is not None:
            return record.answer
        with speaking(self._session.language):
            return _answer(record.progress.request_id, None, fault_of(PanelError("NBML-W57")))


def _answer(request_id: str, value: Any, fault: PanelFault | None = None) -> Message:
    return Answer(request_id=request_id, fault=fault).model_dump(mode="json") | {"value": value}


def _request_id(content: object) -> str:
    asked = content.get("request_id") if isinstance(content, dict) else None
    return asked[:120] if isinstance(asked, str) else ""

"""The one writer of a job's runs, beside the training and never in its way.

Owns the thread, the throttle, and the waiting while a server is away; what was told is on disk first. What is
written where is the business of ``nbml.tracking.upload`` and below.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING, Literal

from nbml.durable import write_bytes
from nbml.errors import NbmlError, TrackingError
from nbml.i18n import text
from nbml.spec.events import AnyEvent, Notice
from nbml.spec.front import OptimizeRecord
from nbml.spec.parse import JobSpec, parse_job
from nbml.spec.result import TrainRecord
from nbml.tracking.faults import describe
from nbml.tracking.kept import Kept
from nbml.tracking.operations import WANTED, Recorder, finish
from nbml.tracking.spool import Operation, Spool
from nbml.tracking.store import Store, connect, resolve
from nbml.tracking.upload import RECORD, Upload

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.settings import Settings

BETWEEN_S = (1.0, 10.0)
"""Least and longest time from one round of writing to the next."""
SHARE = 0.01
"""Processor time of a core that writing may take from the fits: a store in this process is not free."""
BACK_OFF_S = (1.0, 30.0)


class TrackingWriter:
    """Keeps one job in MLflow while it runs.

    ``event`` never waits and never raises. A new writer on the same folder goes on where a killed one
    stopped; tell it the job's whole log again, for what it knows it ignores.

    Parameters
    ----------
    job_folder : Path
        The job's directory; the spool is in ``tracking`` inside.
    spec : TrainSpec or OptimizeSpec
        The resolved spec.
    settings : Settings
        Where MLflow is.
    connect : callable
        Makes the client of a store.

    Raises
    ------
    TrackingError
        NBML-T01, NBML-T02 when there can be no such store.
    """

    def __init__(
        self,
        job_folder: Path,
        spec: JobSpec,
        settings: Settings,
        *,
        connect: Callable[[Store], MlflowClient] = connect,
    ) -> None:
        self._store = resolve(settings)
        self._upload = Upload(job_folder, spec, self._store, connect)
        self._recorder = Recorder()
        said = spec.model_dump(mode="json", by_alias=True)
        self._held: deque[Operation] = deque([{"op": "job", "spec": said}])
        self._changed = Condition()
        self._kept: Kept | None = None
        self._error: str | None = None
        self._notices: list[Notice] = []
        self._is_closing = self._is_hurried = self._is_poked = self._is_closed = False
        self._thread = Thread(target=self._work, name="nbml-tracking", daemon=True)
        self._thread.start()

    @property
    def state(self) -> Literal["idle", "writing", "waiting"]:
        """Idle with nothing to write; writing; waiting because nothing can be written, see ``error``."""
        if self._error is not None:
            return "waiting"
        return "idle" if self._is_quiet() else "writing"

    @property
    def pending(self) -> int:
        """Number of operations that MLflow does not have yet."""
        return len(self._held) + self._upload.pending

    @property
    def error(self) -> str | None:
        """Why it is waiting, in one line without a credential."""
        return self._error

    def notices(self) -> list[Notice]:
        """Take what the user should know and was not taken yet: a server away, a run deleted by someone."""
        with self._changed:
            taken, self._notices = self._notices, []
        return taken

    def event(self, event: AnyEvent) -> None:
        """Take note of an event: in the spool on return, or in memory while the spool is not open yet."""
        if not isinstance(event, WANTED):
            return
        with self._changed:
            operation = self._recorder.record(event)
            if operation is not None:
                self._hold(operation)

    def finish(self, record: TrainRecord | OptimizeRecord, timeout_s: float = 60.0) -> Kept | None:
        """Upload the result and end the runs.

        Parameters
        ----------
        record : TrainRecord or OptimizeRecord
            The result; its files are in the job's directory.
        timeout_s : float
            How long to wait for it.

        Returns
        -------
        Kept or None
            None when it is not all there in time: the spool holds it, this writer goes on until it is closed,
            and ``flush`` does so later.

        Raises
        ------
        EngineError
            NBML-E01, NBML-E02 when the job's folder cannot be written.
        """
        write_bytes(self._upload.spool.folder / RECORD, record.model_dump_json().encode())
        with self._changed:
            self._kept, self._is_closing = None, True
            self._hold(finish())
        return self.wait(timeout_s)

    def wait(self, timeout_s: float) -> Kept | None:
        """Write without pauses until nothing is left; None if that takes longer or the job goes on."""
        with self._changed:
            self._is_hurried = self._is_poked = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_quiet() or self._is_closed, timeout_s)
            return self._kept

    def wait_while_it_answers(self, timeout_s: float) -> Kept | None:
        """As ``wait``, but only as long as the store answers: for jobs shorter than a server's absence."""
        with self._changed:
            self._is_hurried = self._is_poked = True
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._is_quiet() or self._is_closed or self._error is not None, timeout_s
            )
            return self._kept

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what is left unless the store is away or it takes longer; then stop."""
        with self._changed:
            self._is_hurried = self._is_poked = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_quiet() or self._error is not None, timeout_s)
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _is_quiet(self) -> bool:
        """Whether nothing is left to write."""
        is_told = self._upload.spool.is_open and not self.pending
        return is_told and (self._kept is not None or not self._is_closing)

    def _hold(self, operation: Operation) -> None:
        """Take an operation and try to spool it; else the thread tries again. The condition is held."""
        self._held.append(operation)
        try:
            self._put_down()
        except OSError as error:
            self._error = describe(error)
        self._changed.notify_all()

    def _put_down(self) -> None:
        """Bring held operations to the spool in their order. The condition is held."""
        while self._held and self._upload.spool.is_open:
            operation = self._held[0]
            if self._recorder.is_new(operation):
                self._upload.spool.append(operation)
                self._recorder.admit(operation)
                self._is_closing |= operation["op"] in ("finish", "end")
            self._held.popleft()

    def _work(self) -> None:
        wait_s, back_off = 0.0, BACK_OFF_S[0]
        while self._pause(wait_s):
            started, used_s = time.monotonic(), time.thread_time()
            try:
                wrote = self._round()
            except Exception as error:
                # Whatever fails here is shown and tried again: it must never end the training.
                self._failed(error)
                wait_s, back_off = back_off, min(2 * back_off, BACK_OFF_S[1])
                continue
            self._succeeded()
            back_off = BACK_OFF_S[0]
            every_s = min(max((time.thread_time() - used_s) / SHARE, BETWEEN_S[0]), BETWEEN_S[1])
            is_throttled = wrote and not self._is_hurried
            wait_s = max(every_s - (time.monotonic() - started), 0.0) if is_throttled else 0.0
        self._upload.close()

    def _pause(self, wait_s: float) -> bool:
        """Sit out the throttle or the back-off, then wait for something to do; False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._is_poked, wait_s)
            if self._error is None:
                self._changed.wait_for(lambda: self._is_closed or not self._is_quiet())
            self._is_poked = False
            return not self._is_closed

    def _round(self) -> bool:
        spool = self._upload.spool
        if not spool.is_open:
            self._upload.open()
            with self._changed:
                for operation in spool.read():
                    self._recorder.admit(operation)
                    self._is_closing |= operation["op"] in ("finish", "end")
        with self._changed:
            self._put_down()
        return self._upload.round()

    def _failed(self, error: Exception) -> None:
        with self._changed:
            told = error.message if isinstance(error, NbmlError) else describe(error)
            if self._error is None and not isinstance(error, TrackingError):
                fields = {"uri": self._store.shown, "reason": told}
                self._notices.append(
                    Notice(
                        level="warning",
                        code="NBML-T20",
                        fields=fields,
                        message=text("NBML-T20.message", **fields),
                    )
                )
            self._error = told
            self._notices += self._upload.take_notices()
            self._changed.notify_all()

    def _succeeded(self) -> None:
        with self._changed:
            if self._error is not None:
                fields = {"uri": self._store.shown}
                self._notices.append(
                    Notice(
                        level="info",
                        code="NBML-T21",
                        fields=fields,
                        message=text("NBML-T21.message", **fields),
                    )
                )
            self._error = None
            self._kept = self._upload.kept
            self._notices += self._upload.take_notices()
            self._changed.notify_all()


def flush(
    job_folder: Path,
    settings: Settings,
    *,
    timeout_s: float = 60.0,
    connect: Callable[[Store], MlflowClient] = connect,
) -> Kept | None:
    """Upload later what could not be uploaded when the job ran.

    Parameters
    ----------
    job_folder : Path
        The job's directory.
    settings : Settings
        Where MLflow is.
    timeout_s : float
        How long to try.
    connect : callable
        Makes the client of a store.

    Returns
    -------
    Kept or None
        None when the job has not ended: what there is of it is uploaded.

    Raises
    ------
    TrackingError
        NBML-T05 when nothing was spooled there, NBML-T08 when it could not be done in time; nothing is lost.
    """
    first = next(Spool(job_folder).read(), None) if (job_folder / "tracking").is_dir() else None
    if first is None:
        raise TrackingError("NBML-T05", path=str(job_folder))
    writer = TrackingWriter(job_folder, parse_job(first["spec"]), settings, connect=connect)
    try:
        done = writer.wait(timeout_s)
        if writer.state != "idle":
            reason = writer.error or f"> {timeout_s:g} s"
            raise TrackingError("NBML-T08", uri=resolve(settings).shown, reason=reason)
        return done
    finally:
        writer.close(timeout_s=1.0)

"""What a running job has at hand: its folder, log, executor, and whether it was asked to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from nbml.engine.event_log import EventLog
from nbml.engine.executor import Executor
from nbml.engine.job_files import Files, FolderFiles
from nbml.engine.job_folder import JobFolder
from nbml.errors import JobError, NbmlError
from nbml.settings import Settings
from nbml.spec.events import Notice, Stage, StageFinished, StageStarted
from nbml.spec.optimize import OptimizeSpec
from nbml.spec.train import TrainSpec

Spec = TypeVar("Spec", TrainSpec, OptimizeSpec)

HEARTBEAT_S = 2.0


class StopRequestedError(Exception):
    """Somebody asked the job to stop."""


@dataclass
class Attendance(Generic[Spec]):
    """What every running job has: its log, its lease, and an ear for a request to stop.

    Attributes
    ----------
    make_executor : callable
        Makes an executor with so many slots for this job.
    """

    folder: JobFolder
    spec: Spec
    settings: Settings
    log: EventLog
    make_executor: Callable[[int], Executor]
    beat: Callable[[], None]
    _beaten: float = field(default=0.0, init=False)

    def check(self) -> None:
        """Called often: renews the lease and sees a request to stop.

        Raises
        ------
        StopRequestedError
            When the job shall stop.
        """
        if time.monotonic() - self._beaten > HEARTBEAT_S:
            self.beat()
            self._beaten = time.monotonic()
        if self.folder.stop_request.exists():
            raise StopRequestedError

    def note(self, error: NbmlError, *, level: str = "warning") -> None:
        """Tell something that is no failure of the job."""
        self.log.emit(notice(error, level=level))

    @contextmanager
    def stage(self, stage: Stage, detail: str = "") -> Iterator[None]:
        """Tell when a stage begins and ends."""
        begun = time.monotonic()
        self.log.emit(StageStarted(stage=stage, detail=detail))
        yield
        self.log.emit(StageFinished(stage=stage, seconds=round(time.monotonic() - begun, 3)))


@dataclass(frozen=True)
class Room:
    """What a job's workers have where they are not on this machine alone.

    Attributes
    ----------
    cpus : int
        Processors.
    memory_mb : float
        Memory for workers.
    files : Files
        The job's ``trials`` as they reach them.
    """

    cpus: int
    memory_mb: float
    files: Files


@dataclass
class JobContext(Attendance[TrainSpec]):
    """Handed to a use case by whoever supervises it.

    Attributes
    ----------
    room : Room, optional
        What there is for workers, where they are not on this machine alone.
    """

    room: Room | None = None

    @property
    def files(self) -> Files:
        """The folder ``trials`` as workers reach it."""
        return FolderFiles(self.folder.trials) if self.room is None else self.room.files

    @property
    def seconds_left(self) -> float | None:
        """Time until the spec's limit, None without one."""
        limit = self.spec.search.timeout_s
        return None if limit is None else limit - self.log.elapsed_s()


def notice(error: NbmlError, *, level: str = "warning") -> Notice:
    """An error that ends nothing, as an event."""
    return Notice(
        level="info" if level == "info" else "warning",
        code=error.code,
        message=error.message,
        fields=error.fields,
    )


def no_model(first: NbmlError | None, *, timed_out: bool) -> NbmlError:
    """The error of a job without a single complete trial."""
    if first is None or timed_out:
        return JobError("NBML-J11")
    return JobError("NBML-J10", cause=first.code, reason=first.message)

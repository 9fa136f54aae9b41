"""What a running search has at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbml.engine.event_log import EventLog
from nbml.engine.executor import Executor
from nbml.engine.job_folder import JobFolder
from nbml.jobs.context import Attendance, Room
from nbml.jobs.optimize.tracked import SearchTracking
from nbml.settings import Settings
from nbml.spec.optimize import OptimizeSpec


@dataclass
class SearchContext(Attendance):
    """Handed to the search by whoever supervises it.

    Attributes
    ----------
    make_executor : callable
        Makes an executor with so many slots for this job.
    look : callable, optional
        What there is for workers, where they are not on this machine alone.
    tracking : SearchTracking, optional
        Where the result is kept besides the folder.
    """

    folder: JobFolder
    spec: OptimizeSpec
    settings: Settings
    log: EventLog
    make_executor: Callable[[int], Executor]
    beat: Callable[[], None]
    look: Callable[[], Room] | None = None
    tracking: SearchTracking | None = None
    _beaten: float = 0.0

"""What a running search has at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbml.jobs.context import Attendance, Room
from nbml.jobs.optimize.tracked import SearchTracking
from nbml.spec.optimize import OptimizeSpec


@dataclass
class SearchContext(Attendance[OptimizeSpec]):
    """Handed to the search by whoever supervises it.

    Attributes
    ----------
    look : callable, optional
        What there is for workers, where they are not on this machine alone.
    tracking : SearchTracking, optional
        Where the result is kept besides the folder.
    """

    look: Callable[[], Room] | None = None
    tracking: SearchTracking | None = None

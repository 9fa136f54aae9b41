"""Use cases: a spec and a place to run make events and a result.

``nbml.jobs`` is also the function that lists the jobs, so this package can be called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbml.spec.history import JobSummary


class _Jobs(ModuleType):
    def __call__(self, **options: Any) -> list[JobSummary]:
        """List the jobs; see ``nbml.jobs.listing.jobs``."""
        from nbml.jobs.listing import jobs

        return jobs(**options)


sys.modules[__name__].__class__ = _Jobs

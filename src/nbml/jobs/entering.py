"""Bringing the catalog up to date with the jobs of this machine."""

from __future__ import annotations

from collections.abc import Iterator

from nbml.catalog.store import Catalog
from nbml.catalog.sync import Synced, sync
from nbml.errors import NbmlError
from nbml.jobs.job import Job
from nbml.jobs.listing import jobs
from nbml.settings import Settings


def sync_catalog(settings: Settings | None = None) -> Synced:
    """Enter jobs that the catalog does not have, and mark entries of which nothing is left.

    Raises
    ------
    NbmlError
        As the catalog fails.
    """
    settings = settings or Settings()
    return sync(Catalog.open(settings), settings, states=_states(settings))


def _states(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    for line in jobs(limit=None, settings=settings):
        if line.task != "train":
            continue  # the catalog knows trainings only
        code = None
        if line.state == "failed":
            try:
                error = Job(line.id, settings).snapshot().error
            except NbmlError:
                error = None
            code = None if error is None else error.code
        yield line.id, line.state, code

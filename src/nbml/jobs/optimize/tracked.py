"""Keeping a search in MLflow without making it wait: told from the beginning, begun when it is worth it."""

from __future__ import annotations

from pathlib import Path

from nbml.errors import JobError, NbmlError, TrackingError
from nbml.jobs.context import notice
from nbml.settings import Settings
from nbml.spec.events import AnyEvent, Notice
from nbml.spec.front import OptimizeRecord
from nbml.spec.optimize import OptimizeSpec
from nbml.tracking.kept import Kept
from nbml.tracking.writer import TrackingWriter

BEGUN_AFTER_S = 3.0
"""Loading MLflow takes seconds of processor time, which a search that is over sooner shall not share."""
WITHIN_S = 20.0


class SearchTracking:
    """The run of a search.

    Parameters
    ----------
    folder : Path
        The job's folder; what is told is spooled there.
    spec : OptimizeSpec
    settings : Settings
    """

    def __init__(self, folder: Path, spec: OptimizeSpec, settings: Settings) -> None:
        self._folder, self._spec, self._settings = folder, spec, settings
        self._told: list[AnyEvent] = []
        self._writer: TrackingWriter | None = None
        self._failure: NbmlError | None = None

    def event(self, event: AnyEvent) -> None:
        """Take note of an event; never waits, never raises."""
        if self._writer is not None:
            self._writer.event(event)
            return
        self._told.append(event)
        if event.elapsed_s > BEGUN_AFTER_S:
            self._begin()

    def finish(self, record: OptimizeRecord) -> tuple[Kept | None, list[Notice]]:
        """Upload the result, as long as MLflow answers.

        Returns
        -------
        (Kept or None, list of Notice)
            Where it is kept, None while something waits for MLflow; and what the user should know.
        """
        writer = self._begin()
        if writer is None:
            assert self._failure is not None
            return None, [notice(self._failure)]
        writer.finish(record, timeout_s=0.0)
        kept = writer.wait_while_it_answers(WITHIN_S)
        notices = writer.notices()
        if kept is None:
            notices.append(notice(JobError("NBML-J22", reason=writer.error or "-")))
        return kept, notices

    def close(self, timeout_s: float) -> None:
        """Write what is left unless the store is away or it takes longer.

        Without time nothing is begun any more: another process may have the job.
        """
        writer = self._begin() if timeout_s > 0 else self._writer
        if writer is not None:
            writer.close(timeout_s)

    def _begin(self) -> TrackingWriter | None:
        if self._writer is None and self._failure is None:
            try:
                self._writer = TrackingWriter(self._folder, self._spec, self._settings)
            except TrackingError as error:
                self._failure = error  # a search is worth having without MLflow, too
            else:
                for event in self._told:
                    self._writer.event(event)
            self._told.clear()
        return self._writer

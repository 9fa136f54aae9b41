"""From the spool to MLflow, one round at a time, and from any process that holds the spool's lock.

Joins spool, runs and closing. Synchronous; knows nothing of threads and of waiting.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from nbml.errors import TrackingError
from nbml.spec.events import Notice
from nbml.spec.front import OptimizeRecord
from nbml.spec.result import TrainRecord
from nbml.tracking.closing import Closing
from nbml.tracking.kept import Kept
from nbml.tracking.runs import Runs
from nbml.tracking.search_closing import SearchClosing
from nbml.tracking.spool import Operation, Spool, State
from nbml.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.spec.parse import JobSpec

RECORD = "record.json"
OF_SERVERS = {
    # MLflow would hold a call for minutes before it says that nobody answers, and print where runs are.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class Upload:
    """Brings one job's spool to MLflow.

    Parameters
    ----------
    job_folder : Path
        The job's directory.
    spec : TrainSpec or OptimizeSpec
        Its resolved spec.
    store : Store
        Where to.
    connect : callable
        Makes the client of the store.
    """

    def __init__(
        self, job_folder: Path, spec: JobSpec, store: Store, connect: Callable[[Store], MlflowClient]
    ) -> None:
        self.spool = Spool(job_folder)
        self._folder, self._spec, self._store, self._connect = job_folder, spec, store, connect
        self._lock = FileLock(self.spool.lock, thread_local=False)
        self._state = State()
        self._runs: Runs | None = None

    def open(self) -> None:
        """Take the spool; nobody else may write it until ``close``.

        Raises
        ------
        TrackingError
            NBML-T03 while another process has it.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise TrackingError("NBML-T03", path=str(self.spool.folder)) from error
        self.spool.open()
        self._state = self.spool.load_state()

    @property
    def pending(self) -> int:
        """Number of operations that MLflow does not have yet."""
        return self.spool.count - self._state.applied

    @property
    def kept(self) -> Kept | None:
        """Where all of it is, once it is and the record has not changed since."""
        said = self._state.kept
        is_whole = not self.pending and self._state.record == self._record_hash()
        return Kept(**said) if said is not None and is_whole else None

    def take_notices(self) -> list[Notice]:
        """Notices since the last call."""
        if self._runs is None:
            return []
        taken, self._runs.notices = self._runs.notices, []
        return taken

    def round(self) -> bool:
        """Apply one round of operations, or the closing when all are applied; False when nothing was to do.

        Raises
        ------
        Exception
            Anything that may pass; the next call goes on at the same place.
        """
        if self.kept is not None:
            return False
        if self._runs is None:
            if self._store.is_remote:
                for name, value in OF_SERVERS.items():
                    os.environ.setdefault(name, value)
            self._runs = Runs(self._connect(self._store), self._store, self.spool, self._state, self._spec)
        if self._runs.step():
            return True
        if self._runs.ending is None:
            return False
        record = self._record_hash()
        if self._state.record != record:
            self._state.record, self._state.done = record, []
            self.spool.save_state(self._state)
        self._closing(self._runs, self._runs.ending).apply()
        return True

    def close(self) -> None:
        """Leave the spool to others."""
        self.spool.close()
        self._lock.release()

    def _closing(self, runs: Runs, ending: Operation) -> Closing | SearchClosing:
        path = self.spool.folder / RECORD
        said = path.read_bytes() if path.exists() else None
        if self._spec.task == "optimize":
            found = None if said is None else OptimizeRecord.model_validate_json(said)
            return SearchClosing(runs, self._folder, self._spec, found, ending)
        record = None if said is None else TrainRecord.model_validate_json(said)
        return Closing(runs, self._folder, self._spec, record, ending)

    def _record_hash(self) -> str:
        path = self.spool.folder / RECORD
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""

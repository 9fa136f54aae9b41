"""What one panel's Predict room holds: open models, the table that was chosen, tables in sight, downloads.

Thread-safe. Knows no message but the places that the page speaks of.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

from nbml.engine.job_folder import JobFolder
from nbml.errors import PredictError, ReadError
from nbml.jobs.predicting.downloads import Downloads
from nbml.jobs.predicting.mapping import Mapping
from nbml.jobs.predicting.opened import OpenModels, open_models
from nbml.jobs.predicting.predicted_table import PredictedTable
from nbml.jobs.predicting.records import read_record, table_path
from nbml.spec.reading import ReadOptions
from nbml.widgets.sources.frames import kernel_namespace

if TYPE_CHECKING:
    from nbml.data.table import Table
    from nbml.widgets.rooms.data_draft import Origin
    from nbml.widgets.session import Session

MOST_OPEN = 2
MOST_TABLES = 4
_OF_COLUMNS = ("kinds", "keep_tokens", "convert", "missing_tokens")
_ROOMS: WeakKeyDictionary[Session, PredictRoom] = WeakKeyDictionary()
_GUARD = threading.Lock()


@dataclass(frozen=True)
class Batch:
    """A table to predict.

    Attributes
    ----------
    number : int
        Which choice of the page it is; an older one is refused.
    name, kind : str
        What it is called and where it comes from.
    table : Table
    columns : tuple of int or None
        Place of the column, by input.
    """

    number: int
    name: str
    kind: str
    table: Table
    columns: Mapping


def held_by(session: Session) -> PredictRoom:
    """The one Predict room of a panel; its downloads go when the panel goes."""
    with _GUARD:
        room = _ROOMS.get(session)
        if room is None:
            room = _ROOMS[session] = PredictRoom()
            finalize(session, room.downloads.close)
        return room


class PredictRoom:
    """Models and tables between requests."""

    def __init__(self) -> None:
        self.downloads = Downloads()
        self.batch: Batch | None = None
        self._models: OrderedDict[tuple[str, int], OpenModels] = OrderedDict()
        self._tables: OrderedDict[str, PredictedTable] = OrderedDict()
        self._lock = threading.RLock()
        self._choices = 0

    def models(self, session: Session, job_id: str) -> OpenModels:
        """The models of a job, opened at the first question; the last two stay open."""
        manifest = JobFolder.of(session.settings.jobs, job_id).models / "manifest.json"
        made = manifest.stat().st_mtime_ns if manifest.exists() else 0  # a job that was resumed has others
        with self._lock:
            if (job_id, made) not in self._models:
                self._models[job_id, made] = open_models(job_id, session.settings)
            self._models.move_to_end((job_id, made))
            while len(self._models) > MOST_OPEN:
                self._models.popitem(last=False)
            return self._models[job_id, made]

    def choose(self, models: OpenModels, origin: Origin, session: Session, columns: Mapping | None) -> Batch:
        """Read a table as the training table was read, as far as that can be.

        Raises
        ------
        ReadError
            When it cannot be read.
        """
        from nbml.jobs.predicting.mapping import match

        table = _read_like(models, origin, session)
        names = list(map(str, table.frame.columns))
        with self._lock:
            self._choices += 1
            self.batch = Batch(
                self._choices, origin.name, origin.kind, table, columns or match(models, names)
            )
            return self.batch

    def expect(self, number: int) -> Batch:
        """The table that was chosen; NBML-P36 when another one was chosen since."""
        batch = self.batch
        if batch is None or batch.number != number:
            raise PredictError("NBML-P36")
        return batch

    def table(self, session: Session, job_id: str, prediction_id: str) -> PredictedTable:
        """The table of a prediction run, opened at the first question."""
        from nbml.jobs.written_job import read_job

        with self._lock:
            if prediction_id not in self._tables:
                folder = read_job(job_id, session.settings).folder
                record = read_record(folder, prediction_id)
                self._tables[prediction_id] = PredictedTable(table_path(folder, prediction_id), record)
            self._tables.move_to_end(prediction_id)
            while len(self._tables) > MOST_TABLES:
                self._tables.popitem(last=False)
            return self._tables[prediction_id]

    def forget(self, prediction_id: str) -> None:
        """Close the table of a run that is deleted."""
        with self._lock:
            self._tables.pop(prediction_id, None)


def _read_like(models: OpenModels, origin: Origin, session: Session) -> Table:
    """A table with the words and kinds that training was told of, for columns it has."""
    namespace = kernel_namespace()
    table = origin.read(ReadOptions(), namespace, session.roots)
    trained = models.written.spec.data.read
    names = set(table.columns.names)
    said = trained.model_dump(include=set(_OF_COLUMNS))
    said["kinds"] = {name: kind for name, kind in trained.kinds.items() if name in names}
    said["keep_tokens"] = {name: kept for name, kept in trained.keep_tokens.items() if name in names}
    if trained.convert != "all":
        said["convert"] = tuple(name for name in trained.convert if name in names)
    options = ReadOptions(**said)
    if options == ReadOptions():
        return table
    try:
        return origin.read(options, namespace, session.roots)
    except ReadError:  # cells that cannot have the kind of training are named by the mapping
        return table

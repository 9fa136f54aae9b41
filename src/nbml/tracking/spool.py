"""What is still to be told to MLflow, on disk: operations in order, and how far they were applied.

Owns ``<job>/tracking``: spool.jsonl (append only), state.json and record.json (replaced as a whole) and the
lock that keeps two writers apart. Knows nothing of MLflow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from nbml.durable import write_bytes

Operation = dict[str, Any]


@dataclass
class State:
    """How far the spool was applied; all that is needed to go on after a kill.

    Attributes
    ----------
    key : str
        Random name of this job's runs, a tag by which they are found again; written before the first run.
    runs : dict of str to str
        Run ids by study; the job's own run under ``""``.
    applied : int
        Number of operations that MLflow has.
    replay : list of str
        Studies whose run is new and must be told again what was applied before.
    record : str
        Hash of the record that ``done`` speaks of.
    done : list of str
        Finished steps of the closing.
    notes : dict of str to str
        What steps leave for later ones: model id, registered version.
    kept : dict or None
        Where everything is, once all of it is.
    """

    key: str = ""
    experiment_id: str = ""
    runs: dict[str, str] = field(default_factory=dict)
    applied: int = 0
    replay: list[str] = field(default_factory=list)
    record: str = ""
    done: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] | None = None


class Spool:
    """The operations of one job. One process at a time, behind ``lock``.

    Parameters
    ----------
    job_folder : Path
        The job's directory; ``tracking`` is made inside.
    """

    def __init__(self, job_folder: Path) -> None:
        self.folder = job_folder / "tracking"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = self.folder / "lock"
        self.path = self.folder / "spool.jsonl"
        self._file: BinaryIO | None = None
        self._mark = (0, 0)
        self.count = 0

    def open(self) -> None:
        """Make ready to append: cut a last line that was not written to its end, and count the others."""
        with self.path.open("ab+") as file:
            file.seek(0)
            whole = self.count = 0
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                self.count += 1
            file.truncate(whole)
        self._file = self.path.open("ab", buffering=0)

    @property
    def is_open(self) -> bool:
        """Whether ``append`` may be called."""
        return self._file is not None

    def append(self, operation: Operation) -> None:
        """Write one operation; it outlives a kill of this process.

        Raises
        ------
        OSError
            When it could not be written whole; what was written of it is taken back.
        """
        assert self._file is not None
        text = json.dumps(operation, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        line = text.encode("ascii") + b"\n"
        start = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError("short write")
        except OSError:
            os.ftruncate(self._file.fileno(), start)
            raise
        self.count += 1

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Operation]:
        """Operations ``start`` to ``stop`` in order, counted from 0; all whole lines without ``stop``."""
        if not self.path.exists():
            return
        number, place = self._mark if self._mark[0] <= start else (0, 0)
        with self.path.open("rb") as file:
            file.seek(place)
            for line in file:
                if number == stop or not line.endswith(b"\n"):
                    return
                if number == start:
                    self._mark = (number, place)
                if number >= start:
                    yield json.loads(line)
                number += 1
                place += len(line)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def load_state(self) -> State:
        """The state as last saved; a new one where there is none."""
        path = self.folder / "state.json"
        return State(**json.loads(path.read_bytes())) if path.exists() else State()

    def save_state(self, state: State) -> None:
        """Replace the saved state as a whole."""
        write_bytes(self.folder / "state.json", json.dumps(asdict(state)).encode())

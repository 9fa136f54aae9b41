"""Who may write a job's log: one process at a time, told apart by an epoch.

An owner is alive while a process of its pid and start time runs on its host; on another host, while its
heartbeat moves. Neither a reused pid nor a slept laptop makes a second writer.
"""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from filelock import FileLock

from nbml.durable import write_text
from nbml.engine.process_tree import is_same_process, started_at
from nbml.errors import EngineError

GRACE_S = 30.0


class Lease:
    """The right to write one job.

    Parameters
    ----------
    path : Path
        The lease file.
    take_over : bool
        Whether to take it from a living owner.
    accept : bool
        Whether to take it from a living process that is handing the job over; for supervisors.

    Raises
    ------
    EngineError
        NBML-E05 when another living process holds it.
    """

    def __init__(self, path: Path, *, take_over: bool = False, accept: bool = False) -> None:
        self.path = path
        with FileLock(path.with_suffix(".lock")):
            held = read_lease(path)
            is_offered = accept and held is not None and held.get("handing_over", False)
            if held and not take_over and not is_offered and is_alive(held):
                raise EngineError("NBML-E05", pid=held["pid"], host=held["host"], since=held["since"])
            self.epoch = (held or {}).get("epoch", 0) + 1
            self._record = {
                "epoch": self.epoch,
                "pid": os.getpid(),
                "process_started": started_at(os.getpid()),
                "host": socket.gethostname(),
                "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
            self._write()

    def beat(self) -> None:
        """Show that the owner lives; called every few seconds.

        Raises
        ------
        EngineError
            NBML-E06 when another process has taken over.
        """
        self.check()
        self._write()

    def check(self) -> None:
        """Make sure the lease is still ours.

        Raises
        ------
        EngineError
            NBML-E06 when another process has taken over; nothing may be written any more.
        """
        held = read_lease(self.path)
        if held is None or held["epoch"] != self.epoch or held["pid"] != os.getpid():
            raise EngineError("NBML-E06", epoch=self.epoch)

    def release(self) -> None:
        """Give the lease back, keeping its epoch; on a full disk without a trace: removing needs no space."""
        self.check()
        self._record["released"] = True
        try:
            self._write()
        except EngineError:
            self.path.unlink()

    def offer(self) -> None:
        """Keep the lease until a supervisor accepts it; while this process lives the job is only waiting."""
        self.check()
        self._record["handing_over"] = True
        self._write()

    def _write(self) -> None:
        write_text(self.path, json.dumps(self._record | {"beat": time.time()}), sync=False)


def read_lease(path: Path) -> dict[str, Any] | None:
    """The lease as it stands, or None where there is none."""
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record


def is_alive(record: dict[str, Any]) -> bool:
    """Whether the owner of a lease still runs."""
    if record.get("released"):
        return False
    if record["host"] != socket.gethostname():
        return bool(abs(time.time() - record["beat"]) < GRACE_S)
    return is_same_process(record["pid"], record["process_started"])

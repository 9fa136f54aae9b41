"""The actor that owns a job: it runs the job's use case in a thread and resumes it after a crash."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from nbml.durable import write_text
from nbml.engine.job_folder import check_job_id
from nbml.settings import Settings


class Supervisor:
    """The body of a supervisor actor.

    A spare one waits with its libraries loaded until a job is assigned. The assignment is a file, so that
    the constructor, which Ray runs again after a crash, takes the job up where its folder leaves it.
    """

    def __init__(self, name: str, home: str, warm_modules: tuple[str, ...] = ()) -> None:
        for module in warm_modules:
            import_module(module)
        self._home = Path(home)
        self._assignment = self._home / "engine" / "supervisors" / f"{check_job_id(name)}.json"
        if self._assignment.exists():
            self._begin(**json.loads(self._assignment.read_text()))

    def ping(self) -> int:
        """The process id, once the libraries are loaded."""
        return os.getpid()

    def assign(self, job_id: str, entry: str) -> int:
        """Run a job: ``entry`` is a function ``module:name`` of nbml.jobs taking a job id and settings."""
        write_text(self._assignment, json.dumps({"job_id": job_id, "entry": entry}))
        self._begin(job_id, entry)
        return os.getpid()

    def _begin(self, job_id: str, entry: str) -> None:
        module, _, function = entry.partition(":")
        if not module.startswith("nbml.jobs."):
            raise ValueError(entry)
        run = cast("Callable[[str, Settings], None]", getattr(import_module(module), function))
        threading.Thread(target=self._run, args=(run, check_job_id(job_id)), name="nbml-job", daemon=True).start()

    def _run(self, run: Callable[[str, Settings], None], job_id: str) -> None:
        run(job_id, Settings(home=self._home))
        self._assignment.unlink(missing_ok=True)
        from nbml.engine.ray_executor import release_supervisor

        release_supervisor(job_id)

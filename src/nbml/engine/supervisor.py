"""The actor that owns a job: it runs the job's use case in a thread and resumes it after a crash."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from nbml.durable import write_text
from nbml.engine.job_folder import check_job_id
from nbml.engine.warming import warm_up
from nbml.i18n import language
from nbml.settings import Settings


def assignment_file(home: Path, name: str) -> Path:
    """Where it is written which job a supervisor runs; not there while it waits for one."""
    return home / "engine" / "supervisors" / f"{check_job_id(name)}.json"


class Supervisor:
    """The body of a supervisor actor.

    A spare one waits with its libraries loaded until a job is assigned, and waits again afterwards. The
    assignment is a file, so that the constructor, which Ray runs again after a crash, takes the job up where
    its folder leaves it.
    """

    def __init__(self, name: str, home: str, warm: tuple[str, ...] = ()) -> None:
        self._home = Path(home)
        warm_up(warm, Settings(home=self._home))
        self._assignment = assignment_file(self._home, name)
        if self._assignment.exists():
            self._begin(**json.loads(self._assignment.read_text()))

    def ping(self) -> int:
        """The process id, once the libraries are loaded."""
        return os.getpid()

    def assign(
        self, job_id: str, entry: str, settings: dict[str, Any], credentials: dict[str, str] | None = None
    ) -> int:
        """Run a job.

        Parameters
        ----------
        job_id : str
        entry : str
            A function ``module:name`` of nbml.jobs taking a job id and settings.
        settings : dict
            What the caller's environment says; an address that carries a password is not written down, so
            a restarted supervisor takes it from the head's environment.
        credentials : dict, optional
            Environment variables for this job alone; kept in this process's memory, never on disk.
        """
        kept = {name: value for name, value in settings.items() if "@" not in str(value)}
        write_text(self._assignment, json.dumps({"job_id": job_id, "entry": entry, "settings": kept}))
        self._begin(job_id, entry, settings, credentials)
        return os.getpid()

    def _begin(
        self, job_id: str, entry: str, settings: dict[str, Any], credentials: dict[str, str] | None = None
    ) -> None:
        module, _, function = entry.partition(":")
        if not module.startswith("nbml.jobs."):
            raise ValueError(entry)
        run = cast("Callable[[str, Settings], None]", getattr(import_module(module), function))
        threading.Thread(
            target=self._run,
            args=(run, check_job_id(job_id), settings, credentials or {}),
            name="nbml-job",
            daemon=True,
        ).start()

    def _run(
        self,
        run: Callable[[str, Settings], None],
        job_id: str,
        settings: dict[str, Any],
        credentials: dict[str, str],
    ) -> None:
        os.environ["NBML_LANGUAGE"] = settings.get("language") or language()
        before = {name: os.environ.get(name) for name in credentials}
        os.environ.update(credentials)
        try:
            run(job_id, Settings(home=self._home, **settings))
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            self._assignment.unlink(missing_ok=True)
            from nbml.engine.ray_executor import release_supervisor

            release_supervisor(job_id)

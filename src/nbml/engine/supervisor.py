"""The actor that owns a job: it runs the job's use case in a thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from nbml.engine.job_folder import check_job_id
from nbml.engine.standing import turn_to
from nbml.engine.warming import warm_up
from nbml.i18n import language
from nbml.settings import Settings


@dataclass(frozen=True)
class Order:
    """A job for a supervisor, from whoever handed it over; kept in the memory of processes, never on disk.

    Attributes
    ----------
    job_id : str
    entry : str
        A function ``module:name`` of nbml.jobs taking a job id and settings.
    settings : dict
        What the caller's environment says.
    credentials : dict of str
        Environment variables for this job alone.
    """

    job_id: str
    entry: str
    settings: dict[str, Any]
    credentials: dict[str, str] = field(default_factory=dict, repr=False)


class Supervisor:
    """The body of a supervisor actor.

    A spare one waits with its libraries loaded until a job is assigned, and waits again afterwards. When it
    dies, the keeper gives the same order to a new one, which takes the job up where its folder leaves it.
    """

    def __init__(self, home: str, keeper: str, warm: tuple[str, ...] = ()) -> None:
        turn_to(keeper)
        self._home = Path(home)
        self._order: Order | None = None
        warm_up(warm, Settings(home=self._home))

    def ping(self) -> int:
        """The process id, once the libraries are loaded."""
        return os.getpid()

    def order(self) -> Order | None:
        """The job that runs here."""
        return self._order

    def assign(self, order: Order) -> int:
        """Run a job; the process id."""
        module, _, function = order.entry.partition(":")
        if not module.startswith("nbml.jobs."):
            raise ValueError(order.entry)
        check_job_id(order.job_id)
        run = cast("Callable[[str, Settings], None]", getattr(import_module(module), function))
        self._order = order
        threading.Thread(target=self._run, args=(run, order), name="nbml-job", daemon=True).start()
        return os.getpid()

    def _run(self, run: Callable[[str, Settings], None], order: Order) -> None:
        os.environ["NBML_LANGUAGE"] = order.settings.get("language") or language()
        before = {name: os.environ.get(name) for name in order.credentials}
        os.environ.update(order.credentials)
        try:
            run(order.job_id, Settings(home=self._home, **order.settings))
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            self._order = None
            from nbml.engine.ray_executor import release_supervisor

            release_supervisor(order.job_id)

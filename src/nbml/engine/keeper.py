"""The detached actor that keeps a cluster's workers and the next supervisor warm.

Starting a process and importing the libraries takes seconds; a job should not wait for that twice. The
keeper lends workers to jobs, replaces those that died, and marks its head as used while jobs run.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import ray

from nbml.engine.cluster import NAMESPACE
from nbml.engine.supervisor import Supervisor, assignment_file
from nbml.engine.worker import Worker
from nbml.errors import EngineError

NAME = "nbml-keeper"
WORKER, SUPERVISOR = "nbml-worker-", "nbml-supervisor-"
ANSWER_WITHIN_S = 30.0
TOUCH_EVERY_S = 2.0


class Keeper:
    """The body of the keeper actor; one method at a time.

    Ray starts it again when it dies. It then takes up the jobs that run, and ends whatever waited for one.

    Parameters
    ----------
    folder : str or None
        Folder of nbml's own head, whose ``last-used`` is touched while jobs run; None on a cluster that
        is not nbml's own, where idle workers are given up instead of kept.
    slots : int
        Workers kept warm.
    home : str
        NBML_HOME, handed to supervisors.
    warm_modules : tuple of str
        What workers and supervisors import before they are needed.
    """

    def __init__(
        self, folder: str | None, slots: int, home: str, warm_modules: dict[str, tuple[str, ...]]
    ) -> None:
        self._folder = None if folder is None else Path(folder)
        self._slots = slots
        self._home = home
        self._warm = warm_modules
        self._idle: list[Any] = []
        self._lent: dict[str, list[Any]] = defaultdict(list)
        self._jobs: dict[str, str] = {}
        self._spare: str | None = None
        self._take_up()
        if self._folder is not None:
            self._idle = [self._new_worker() for _ in range(slots)]
            self._spare = self._new_supervisor()
            threading.Thread(target=self._touch, daemon=True).start()

    def ping(self) -> int:
        """The process id."""
        return os.getpid()

    def idle_pings(self) -> list[Any]:
        """References that are ready once every idle worker and the spare supervisor are."""
        spare = [] if self._spare is None else [ray.get_actor(self._spare, namespace=NAMESPACE)]
        return [actor.ping.remote() for actor in (*self._idle, *spare)]

    def take_supervisor(self, job_id: str) -> str:
        """The name of a supervisor for a job, the warm one if there is one."""
        name = self._spare or self._new_supervisor()
        self._spare = None
        self._jobs[job_id] = name
        return name

    def take_workers(self, job_id: str, n: int) -> list[Any]:
        """``n`` workers for a job, warm ones first. A resumed job gets fresh ones; its old ones are ended."""
        for worker in self._lent.pop(job_id, []):
            ray.kill(worker)
        taken, self._idle = self._idle[:n], self._idle[n:]
        taken += [self._new_worker() for _ in range(n - len(taken))]
        self._lent[job_id] = taken
        return list(taken)

    def replace_worker(self, job_id: str, dead: Any) -> Any:
        """A new worker for one that died."""
        with contextlib.suppress(ray.exceptions.RayError, ValueError):
            ray.kill(dead)
        fresh = self._new_worker()
        self._lent[job_id] = [w for w in self._lent[job_id] if w != dead] + [fresh]
        return fresh

    def give_back(self, job_id: str, alive: list[Any]) -> None:
        """Workers that a job no longer needs; kept warm up to the slots, the rest ended."""
        for worker in self._lent.pop(job_id, []):
            if worker not in alive:
                ray.kill(worker)
        keep = 0 if self._folder is None else max(self._slots - len(self._idle), 0)
        self._idle += alive[:keep]
        for worker in alive[:keep]:
            worker.rest.remote()
        for worker in alive[keep:]:
            ray.kill(worker)
        if self._folder is not None:
            self._idle += [self._new_worker() for _ in range(self._slots - len(self._idle))]

    def finished(self, job_id: str) -> None:
        """Keep the supervisor of a job that is over for the next one, or end it where one waits already."""
        name = self._jobs.pop(job_id, None)
        if name is None:
            return
        if self._spare is None and self._folder is not None:
            self._spare = name
        else:
            self._end(name)

    def running(self) -> dict[str, str]:
        """Supervisor names by job id."""
        return dict(self._jobs)

    def _take_up(self) -> None:
        """After a death: know the supervisors of running jobs again, and end what waits for one."""
        found = ray.util.list_named_actors(all_namespaces=True)
        for name in (actor["name"] for actor in found if actor["namespace"] == NAMESPACE):
            if name.startswith(SUPERVISOR):
                assignment = assignment_file(Path(self._home), name)
                if assignment.exists():
                    self._jobs[json.loads(assignment.read_text())["job_id"]] = name
                else:
                    self._end(name)
            elif name.startswith(WORKER):
                with contextlib.suppress(ray.exceptions.RayError, ValueError):
                    worker = ray.get_actor(name, namespace=NAMESPACE)
                    if not ray.get(worker.has_bench.remote(), timeout=ANSWER_WITHIN_S):
                        ray.kill(worker)

    def _new_worker(self) -> Any:
        remote = ray.remote(
            num_cpus=0 if self._folder is not None else 1, max_restarts=0, concurrency_groups={"control": 1}
        )(Worker)
        return remote.options(
            name=f"{WORKER}{secrets.token_hex(6)}", namespace=NAMESPACE, lifetime="detached"
        ).remote(self._warm["worker"])

    def _new_supervisor(self) -> str:
        name = f"{SUPERVISOR}{secrets.token_hex(6)}"
        ray.remote(num_cpus=0, max_restarts=4, max_concurrency=4)(Supervisor).options(
            name=name, namespace=NAMESPACE, lifetime="detached"
        ).remote(name, self._home, self._warm["supervisor"])
        return name

    def _end(self, name: str) -> None:
        with contextlib.suppress(ValueError):
            ray.kill(ray.get_actor(name, namespace=NAMESPACE))

    def _touch(self) -> None:
        """Mark the head as used while a job's supervisor lives."""
        while self._folder is not None:
            for job_id, name in list(self._jobs.items()):
                try:
                    ray.get_actor(name, namespace=NAMESPACE)
                except ValueError:
                    self._jobs.pop(job_id, None)
            if self._jobs:
                (self._folder / "last-used").touch()
            time.sleep(TOUCH_EVERY_S)


def find_keeper(
    *, folder: Path | None, slots: int, home: Path, warm_modules: dict[str, tuple[str, ...]]
) -> Any:
    """The cluster's keeper, started when there is none. Needs a connected Ray."""
    return (
        ray.remote(num_cpus=0, max_restarts=-1)(Keeper)
        .options(name=NAME, namespace=NAMESPACE, lifetime="detached", get_if_exists=True)
        .remote(None if folder is None else str(folder), slots, str(home), warm_modules)
    )


def wait_for_keeper(*, within_s: float) -> Any:
    """The keeper that the head of nbml starts, once it is there.

    Raises
    ------
    EngineError
        NBML-E25 when it is not there in time.
    """
    begun = time.monotonic()
    while True:
        try:
            return ray.get_actor(NAME, namespace=NAMESPACE)
        except ValueError as error:
            if time.monotonic() - begun > within_s:
                raise EngineError("NBML-E25", reason=str(error)[:300]) from None
            time.sleep(0.05)

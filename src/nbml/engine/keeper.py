"""The detached actor that keeps a cluster's workers and the next supervisor warm.

Starting a process and importing the libraries takes seconds; a job should not wait for that twice. The
keeper lends workers to jobs, replaces workers and supervisors that died, takes back what a dead process
had borrowed, and marks its head as used meanwhile. Supervisors are its own to restart, not Ray's: what Ray
may restart it kills first when memory runs short, then the youngest; so the one that must live is neither.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from nbml.engine.cluster import NAMESPACE
from nbml.engine.process_tree import is_same_process
from nbml.engine.standing import OWN, name_of, turn_to
from nbml.engine.supervisor import Order, Supervisor
from nbml.engine.worker import Worker
from nbml.errors import EngineError

WORKER, SUPERVISOR = "worker", "supervisor"
ANSWER_WITHIN_S = 30.0
LOOK_EVERY_S = 1.0
MAX_RESTARTS = 4
"""Deaths of one job's supervisor after which the job is left interrupted: something in it kills."""


class Keeper:
    """The body of the keeper actor; one method at a time.

    Ray starts it again when it dies, and sends it again what it was asked. It then takes up the jobs that
    run, and ends whatever waited for one.

    Parameters
    ----------
    folder : str or None
        Folder of nbml's own head, whose ``last-used`` is touched while jobs run; None on a cluster that
        is not nbml's own, where idle workers are given up instead of kept.
    slots : int
        Workers kept warm.
    home : str
        NBML_HOME, handed to supervisors.
    name : str
        The keeper's own, with which the names of its workers and supervisors begin.
    warm_modules : tuple of str
        What workers and supervisors import before they are needed.
    """

    def __init__(
        self, folder: str | None, slots: int, home: str, name: str, warm_modules: dict[str, tuple[str, ...]]
    ) -> None:
        self._name = name
        self._node: str = ray.get_runtime_context().get_node_id()
        self._folder = None if folder is None else Path(folder)
        self._slots = slots
        self._home = home
        self._warm = warm_modules
        self._idle: list[Any] = []
        self._lent: dict[str, list[Any]] = defaultdict(list)
        self._holders: dict[str, tuple[int, float]] = {}
        self._jobs: dict[str, str] = {}
        self._orders: dict[str, Order] = {}
        self._restarts: dict[str, int] = defaultdict(int)
        self._spare: str | None = None
        self._take_up()
        if self._folder is not None:
            self._spare = self._new_supervisor()
            self._idle = [self._new_worker() for _ in range(slots)]
        threading.Thread(target=self._watch, daemon=True).start()

    def ping(self) -> int:
        """The process id."""
        return os.getpid()

    def idle_pings(self) -> list[Any]:
        """References that are ready once every idle worker and the spare supervisor are."""
        spare = [] if self._spare is None else [ray.get_actor(self._spare, namespace=NAMESPACE)]
        return [actor.ping.remote() for actor in (*self._idle, *spare)]

    def take_supervisor(self, order: Order) -> str:
        """The name of a supervisor for a job, the warm one if there is one; the caller gives it the order."""
        name = self._spare or self._new_supervisor()
        self._spare = None
        self._orders[order.job_id] = order
        self._jobs[order.job_id] = name
        return name

    def take_workers(self, job_id: str, n: int, holder: tuple[int, float]) -> list[Any]:
        """``n`` workers for a job, warm ones first. A resumed job gets fresh ones; its old ones are ended.

        ``holder`` is the asking process, by id and start: when it dies and the job has no supervisor either,
        the workers come back.
        """
        self._holders[job_id] = holder
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
        self._holders.pop(job_id, None)
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
        name = self._forget(job_id)
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
            if name.startswith(f"{self._name}-{SUPERVISOR}-"):
                self._take_up_supervisor(name)
            elif name.startswith(f"{self._name}-{WORKER}-"):
                with contextlib.suppress(ray.exceptions.RayError, ValueError):
                    worker = ray.get_actor(name, namespace=NAMESPACE)
                    if not ray.get(worker.has_bench.remote(), timeout=ANSWER_WITHIN_S):
                        ray.kill(worker)

    def _take_up_supervisor(self, name: str) -> None:
        with contextlib.suppress(ray.exceptions.RayError, ValueError):
            supervisor = ray.get_actor(name, namespace=NAMESPACE)
            order: Order | None = ray.get(supervisor.order.remote(), timeout=ANSWER_WITHIN_S)
            if order is None:
                ray.kill(supervisor)
            else:
                self._orders[order.job_id] = order
                self._jobs[order.job_id] = name

    def _new_worker(self) -> Any:
        is_counted = self._folder is None and has_processors(self._node)
        remote = ray.remote(
            num_cpus=1 if is_counted else 0, max_restarts=0, concurrency_groups={"control": 1}
        )(Worker)
        return remote.options(**self._beside(WORKER)).remote(self._warm["worker"])

    def _new_supervisor(self) -> str:
        options = self._beside(SUPERVISOR)
        ray.remote(num_cpus=0, max_restarts=0, max_concurrency=4)(Supervisor).options(**options).remote(
            self._home, self._name, self._warm["supervisor"]
        )
        return str(options["name"])

    def _beside(self, role: str) -> dict[str, Any]:
        """Options of an actor of this keeper, which stands beside it."""
        return placed(f"{self._name}-{role}-{secrets.token_hex(6)}", self._node)

    def _end(self, name: str) -> None:
        with contextlib.suppress(ValueError):
            ray.kill(ray.get_actor(name, namespace=NAMESPACE))

    def _forget(self, job_id: str) -> str | None:
        self._orders.pop(job_id, None)
        self._restarts.pop(job_id, None)
        return self._jobs.pop(job_id, None)

    def _watch(self) -> None:
        """Make good what died; mark the head as used while there are jobs."""
        me = ray.get_runtime_context().current_actor
        while True:
            for job_id, name in list(self._jobs.items()):
                try:
                    ray.get_actor(name, namespace=NAMESPACE)
                except ValueError:
                    self._restart(job_id)
            for job_id, holder in list(self._holders.items()):
                if self._folder is not None and job_id not in self._jobs and not is_same_process(*holder):
                    me.give_back.remote(job_id, [])
            if (self._jobs or self._holders) and self._folder is not None:
                (self._folder / "last-used").touch()
            time.sleep(LOOK_EVERY_S)

    def _restart(self, job_id: str) -> None:
        order = self._orders.get(job_id)
        if order is None:  # it has ended meanwhile
            return
        self._restarts[job_id] += 1
        if self._restarts[job_id] > MAX_RESTARTS:
            self._forget(job_id)
            return
        self._jobs[job_id] = name = self._new_supervisor()
        ray.get_actor(name, namespace=NAMESPACE).assign.remote(order)


def placed(name: str, node_id: str) -> dict[str, Any]:
    """Options of an actor that has a name, outlives who made it, and stands on one node."""
    return {
        "name": name,
        "namespace": NAMESPACE,
        "lifetime": "detached",
        "scheduling_strategy": NodeAffinitySchedulingStrategy(node_id, soft=False),
    }


def has_processors(node_id: str) -> bool:
    """Whether Ray counts processors on a node; heads are often started with none."""
    return any(node["NodeID"] == node_id and node["Resources"].get("CPU") for node in ray.nodes())


def find_keeper(
    *, folder: Path | None, slots: int, home: Path, warm_modules: dict[str, tuple[str, ...]]
) -> Any:
    """The keeper this process turns to, started when there is none. Needs a connected Ray.

    On a cluster of others it stands on the node of this process, where `home` is.
    """
    node = ray.get_runtime_context().get_node_id()
    name = OWN if folder is not None else name_of(node, home)
    turn_to(name)
    return (
        ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(Keeper)
        .options(**placed(name, node), get_if_exists=True)
        .remote(None if folder is None else str(folder), slots, str(home), name, warm_modules)
    )


def wait_for_keeper(*, within_s: float) -> Any:
    """The keeper that the head of nbml starts, once it is there.

    Raises
    ------
    EngineError
        NBML-E25 when it is not there in time.
    """
    begun = time.monotonic()
    turn_to(OWN)
    while True:
        try:
            return ray.get_actor(OWN, namespace=NAMESPACE)
        except ValueError as error:
            if time.monotonic() - begun > within_s:
                raise EngineError("NBML-E25", reason=str(error)[:300]) from None
            time.sleep(0.05)

"""Where an executor has its workers from: the keeper's warm ones, or actors placed on a cluster for one job.

Placed workers ask Ray for what they need. Those there is no room for wait in Ray's queue, where an autoscaler
sees them, and begin as soon as a node is added. They end with the process that placed them.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from typing import Any, Protocol

import ray

from nbml.engine.cluster import NAMESPACE
from nbml.engine.growing import grows
from nbml.engine.process_tree import started_at
from nbml.engine.standing import keeper_name
from nbml.engine.submitting.environment import versions
from nbml.engine.worker import Expected, Worker
from nbml.errors import EngineError

LOOK_EVERY_S = 2.0
LENT_WITHIN_S = 120.0


class Lender(Protocol):
    """Gives workers to one job."""

    expected: Expected | None

    def take(self, n: int) -> list[Any]:
        """The first workers; ``n`` of them can be at work now, there may be more."""
        ...

    def replace(self, dead: Any) -> Any:
        """A new worker for one that died."""
        ...

    def more(self) -> list[Any]:
        """Workers that have come to be had since the last call."""
        ...

    def give_back(self, alive: list[Any]) -> None:
        """End the loan; ``alive`` do nothing just now."""
        ...


class KeptWorkers:
    """Warm workers of the cluster's keeper."""

    expected: Expected | None = None

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self._keeper = ray.get_actor(keeper_name(), namespace=NAMESPACE)

    def take(self, n: int) -> list[Any]:
        """Workers, warm ones first."""
        holder = os.getpid(), started_at(os.getpid())
        taken: list[Any] = ray.get(
            self._keeper.take_workers.remote(self._job_id, n, holder), timeout=LENT_WITHIN_S
        )
        return taken

    def replace(self, dead: Any) -> Any:
        """A fresh worker."""
        return ray.get(self._keeper.replace_worker.remote(self._job_id, dead), timeout=LENT_WITHIN_S / 2)

    def more(self) -> list[Any]:
        """None: one machine does not grow."""
        return []

    def give_back(self, alive: list[Any]) -> None:
        """Let the keeper have them again."""
        self._keeper.give_back.remote(self._job_id, alive)


@dataclass(frozen=True)
class Need:
    """What one worker asks of its node.

    Attributes
    ----------
    threads : int
        Processors.
    memory_mb : float or None
        Memory that Ray sets aside.
    other : dict of float
        Further Ray resources by name: GPU, or whatever the nodes were started with.
    """

    threads: int
    memory_mb: float | None
    other: dict[str, float]

    def resources(self) -> dict[str, float]:
        """The same as Ray counts it, memory in bytes."""
        memory = {} if self.memory_mb is None else {"memory": float(int(self.memory_mb * 2**20))}
        return {"CPU": float(self.threads), **memory, **self.other}

    def fits(self, total: dict[str, float]) -> int:
        """How many such workers a node of these resources can hold."""
        return int(min(total.get(name, 0.0) // amount for name, amount in self.resources().items()))


class PlacedWorkers:
    """Workers placed on the nodes of a cluster for one job.

    Parameters
    ----------
    need : Need
        What each asks for.
    asked : int or None
        How many; as many as the cluster has room for, growing with it, if None.
    warm : tuple of str
        What they import first.

    Raises
    ------
    EngineError
        NBML-E47 when no node of the cluster could hold a single one, and none comes by itself.
    """

    def __init__(self, need: Need, *, asked: int | None, warm: tuple[str, ...]) -> None:
        self._need, self._asked, self._warm = need, asked, warm
        self._actors: list[Any] = []
        self._looked = time.monotonic()
        self.expected: Expected | None = Expected(versions())
        if self.room() < 1 and not grows():
            named = {name: amount for name, amount in need.resources().items() if amount}
            raise EngineError("NBML-E47", need=json.dumps(named), nodes=len(_nodes()))

    def room(self) -> int:
        """Workers that all living nodes together can hold."""
        return sum(max(self._need.fits(total), 0) for total in _nodes())

    def take(self, n: int) -> list[Any]:
        """Workers to begin with; those asked for beyond what there is room for wait for nodes."""
        self._actors = [self._place() for _ in range(max(n, self._asked or 0))]
        return list(self._actors)

    def replace(self, dead: Any) -> Any:
        """Another one, wherever there is room, or once there is."""
        fresh = self._place()
        self._actors = [actor for actor in self._actors if actor != dead] + [fresh]
        return fresh

    def more(self) -> list[Any]:
        """Workers for nodes that were added."""
        now = time.monotonic()
        if self._asked is not None or now - self._looked < LOOK_EVERY_S:
            return []
        self._looked = now
        fresh = [self._place() for _ in range(self.room() - len(self._actors))]
        self._actors += fresh
        return fresh

    def give_back(self, alive: list[Any]) -> None:
        """End them all."""
        for actor in {*self._actors, *alive}:
            with contextlib.suppress(ray.exceptions.RayError, ValueError):
                ray.kill(actor)
        self._actors.clear()

    def _place(self) -> Any:
        named = self._need.resources()
        gpus = named.pop("GPU", 0.0)
        return (
            ray.remote(max_restarts=0, concurrency_groups={"control": 1})(Worker)
            .options(
                num_cpus=named.pop("CPU"), memory=named.pop("memory", None), num_gpus=gpus, resources=named
            )
            .remote(self._warm)
        )


def cluster_memory_mb() -> float:
    """Memory that Ray may give to workers on all living nodes."""
    return sum(total.get("memory", 0.0) for total in _nodes()) / 2**20


def cluster_cpus() -> int:
    """Processors of all living nodes."""
    return int(sum(total.get("CPU", 0.0) for total in _nodes()))


def _nodes() -> list[dict[str, float]]:
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]

"""A warm worker process: one slot of work, libraries already loaded, any job's bench on request."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import dataclass
from typing import Any

import ray

from nbml.engine.executor import Attempt, BenchFactory, Outcome, Task
from nbml.engine.submitting.environment import versions
from nbml.engine.warming import warm_up
from nbml.errors import EngineError
from nbml.settings import Settings

WORKER_NICENESS = 10


@dataclass(frozen=True)
class Expected:
    """What a worker on another machine must have in common with its job.

    Attributes
    ----------
    versions : dict of str
        Of Python and the packages that decide the answer.
    """

    versions: dict[str, str]

    def check(self) -> None:
        """Compare with this process's surroundings.

        Raises
        ------
        EngineError
            NBML-E48 when versions differ.
        """
        here = versions()
        differing = [name for name, wanted in self.versions.items() if here.get(name) != wanted]
        if differing:
            raise EngineError(
                "NBML-E48",
                node=platform.node(),
                there=", ".join(f"{name} {here.get(name, '-')}" for name in differing),
                here=", ".join(f"{name} {self.versions[name]}" for name in differing),
            )


class Worker:
    """The body of a worker actor.

    ``run`` does one task at a time in one thread; ``hear``, ``hold`` and ``ping`` answer
    meanwhile in another.
    """

    def __init__(self, warm: tuple[str, ...] = ()) -> None:
        os.nice(WORKER_NICENESS)
        warm_up(warm, Settings())
        self._stopping = threading.Event()
        self._attempt: Attempt | None = None

    @ray.method(concurrency_group="control")
    def ping(self) -> int:
        """The process id, once the worker is ready."""
        return os.getpid()

    def open(self, factory: BenchFactory, shared: Any, expected: Expected | None = None) -> None:
        """Take up a job's bench; whatever lay there before is dropped."""
        if expected is not None:
            expected.check()
        self._attempt = None
        self._stopping = threading.Event()
        self._attempt = Attempt(factory(shared), f"worker-{os.getpid()}", self._stopping.is_set)

    def rest(self) -> None:
        """Let go of a job's bench and its data."""
        self._attempt = None

    @ray.method(concurrency_group="control")
    def has_bench(self) -> bool:
        """Whether a job's bench is open here."""
        return self._attempt is not None

    def run(self, tasks: list[Task]) -> list[Outcome]:
        """Do some tasks, one after the other; none of them begins once the worker was asked to hold."""
        if self._attempt is None:
            raise RuntimeError("worker without a bench")
        return [
            Outcome(task.key, error=EngineError("NBML-E19"))
            if self._stopping.is_set()
            else self._attempt.run(task)
            for task in tasks
        ]

    @ray.method(concurrency_group="control")
    def hear(self, news: dict[str, Any]) -> None:
        """Tell the bench something beside its running task."""
        if self._attempt is not None:
            self._attempt.bench.hear(news)

    @ray.method(concurrency_group="control")
    def hold(self) -> None:
        """Ask the running task to stop at its next round, and those queued not to begin."""
        self._stopping.set()

    @ray.method(concurrency_group="control")
    def go_on(self) -> None:
        """Take tasks again."""
        self._stopping.clear()

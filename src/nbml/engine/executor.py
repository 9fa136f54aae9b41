"""What every place of work offers: tasks in, outcomes back, at any moment stoppable.

An executor knows nothing of learning. A ``Bench`` does the work; it is made in each worker by a factory,
from shared data that is handed over once.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbml.errors import EngineError, NbmlError

MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Task:
    """A piece of work that gives the same answer wherever and however often it is run.

    Attributes
    ----------
    key : str
        Unique within the job; the outcome carries it back.
    work : dict
        What to do; small and picklable.
    """

    key: str
    work: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a task; failures are values, never raised.

    Attributes
    ----------
    key : str
        Key of the task.
    value : Any
        What the bench returned; None after a failure.
    error : NbmlError or None
        Why there is no value. ``NBML-E10`` is a crash of the worker, ``NBML-E11`` a deadline,
        ``NBML-E12`` whatever a library raised, ``NBML-E19`` a task given up.
    attempts : int
        How often it was tried.
    seconds : float
        Wall time of the attempt that ended it, as the worker measured it.
    worker : str
        Name of the worker.
    """

    key: str
    value: Any = None
    error: NbmlError | None = None
    attempts: int = 1
    seconds: float = 0.0
    worker: str = ""


class Bench(Protocol):
    """What a worker works at."""

    def run(self, work: Mapping[str, Any], should_stop: Callable[[], bool]) -> Any:
        """Do a task's work; the return value is picklable."""
        ...

    def hear(self, news: Mapping[str, Any]) -> None:
        """Take in what `Executor.tell` says, beside a running task and in another thread."""
        ...


BenchFactory = Callable[[Any], Bench]


class Executor(Protocol):
    """A place where tasks run. Used by one thread; closed by its maker."""

    name: str
    slots: int

    def open(self, factory: BenchFactory, shared: Any) -> None:
        """Make a bench in every worker from data handed over once."""
        ...

    def free(self) -> int:
        """How many more tasks would start soon if submitted now."""
        ...

    def submit(self, task: Task) -> None:
        """Hand over a task; never blocks."""
        ...

    def next(self, timeout_s: float) -> list[Outcome]:
        """Outcomes that have come in, waiting at most ``timeout_s`` for the first one."""
        ...

    def tell(self, news: dict[str, Any]) -> None:
        """Say something to every bench at once, beside its running task; never blocks."""
        ...

    def has_been_heard(self) -> bool:
        """Whether every bench that lives has taken in all it was told."""
        ...

    def notes(self) -> list[NbmlError]:
        """What has happened since the last call that a person should know: workers lost and replaced."""
        ...

    def abandon(self) -> None:
        """Give up all tasks but stay usable: running ones are asked to stop, then ended."""
        ...

    def stop(self) -> None:
        """Give up all tasks at once; nothing runs any more within two seconds. Not usable afterwards.

        What was told before is heard, if that takes no longer than a second.
        """
        ...

    def close(self) -> None:
        """Give the workers back. The executor is not used afterwards."""
        ...


@dataclass
class Attempt:
    """Runs a bench on a task and turns whatever happens into a plain outcome. Used by every executor."""

    bench: Bench
    worker: str
    should_stop: Callable[[], bool] = field(default=lambda: False)

    def run(self, task: Task) -> Outcome:
        """The outcome of one attempt; an exception of a library becomes NBML-E12 with its text."""
        begun = time.perf_counter()
        try:
            value, error = self.bench.run(task.work, self.should_stop), None
        except NbmlError as failure:
            value, error = None, failure
        except (Exception, SystemExit) as failure:
            # Whatever a library raises fails this task, with its text; a fit told to stop raises too.
            value, error = None, EngineError("NBML-E19") if self.should_stop() else library_error(failure)
        return Outcome(task.key, value, error, seconds=time.perf_counter() - begun, worker=self.worker)


def library_error(failure: BaseException) -> NbmlError:
    """NBML-E12 with the exception's kind, text (at most 2,000 characters) and the line that raised it."""
    last = traceback.extract_tb(failure.__traceback__)[-1]
    return EngineError(
        "NBML-E12",
        kind=type(failure).__name__,
        reason=str(failure)[:2_000] or "-",
        where=f"{last.name}, line {last.lineno}",
    )

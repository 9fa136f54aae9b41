"""The executor of last resort and of tests: threads of this process, no cluster."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from nbml.engine.executor import Attempt, Bench, BenchFactory, Outcome, Task, library_error
from nbml.errors import EngineError, NbmlError


class InlineExecutor:
    """Runs tasks in threads of this process.

    A crash of native code takes the process along and a hanging library call cannot be ended; where
    that matters, use Ray. Deadlines are therefore reported, not enforced.

    Parameters
    ----------
    slots : int
        Number of threads.
    """

    name = "inline"

    def __init__(self, slots: int = 1) -> None:
        self.slots = slots
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._benches: list[Bench] = []
        self._open = 0

    def open(self, factory: BenchFactory, shared: Any) -> None:
        """Make one bench a thread and start the threads."""
        for number in range(self.slots):
            thread = threading.Thread(
                target=self._work,
                args=(factory, shared, f"inline-{number}"),
                name=f"nbml-inline-{number}",
                daemon=True,
            )
            thread.start()
            self._threads.append(thread)

    def free(self) -> int:
        """Idle threads."""
        return max(self.slots - self._open, 0)

    def submit(self, task: Task) -> None:
        """Queue a task."""
        if self._stopping.is_set():
            raise EngineError("NBML-E13", executor=self.name)
        self._open += 1
        self._tasks.put(task)

    def next(self, timeout_s: float) -> list[Outcome]:
        """Outcomes that have come in."""
        outcomes: list[Outcome] = []
        try:
            outcomes.append(self._outcomes.get(timeout=timeout_s))
            while True:
                outcomes.append(self._outcomes.get_nowait())
        except queue.Empty:
            pass
        self._open -= len(outcomes)
        return outcomes

    def tell(self, news: dict[str, Any]) -> None:
        """Call every bench; it has heard when this returns."""
        for bench in tuple(self._benches):
            bench.hear(news)

    def has_been_heard(self) -> bool:
        """Always: telling is a call."""
        return True

    def notes(self) -> list[NbmlError]:
        """Nothing is ever lost here."""
        return []

    def abandon(self) -> None:
        """Tell running fits to stop at their next round, wait for that, and forget what waits."""
        self._stopping.set()
        while self._open:
            self._outcomes.get()
            self._open -= 1
        self._stopping.clear()

    def stop(self) -> None:
        """Tell running fits to stop at their next round and forget what waits; the threads end then."""
        self._stopping.set()
        for _ in self._threads:
            self._tasks.put(None)

    def close(self) -> None:
        """End the threads; those in a fit end with their round."""
        self.stop()
        for thread in self._threads:
            thread.join(timeout=10.0)

    def _work(self, factory: Callable[[Any], Any], shared: Any, name: str) -> None:
        try:
            bench = factory(shared)
            self._benches.append(bench)
            attempt = Attempt(bench, name, self._stopping.is_set)
        except NbmlError as error:
            attempt = Attempt(_Broken(error), name)
        except (Exception, SystemExit) as failure:
            # As in Attempt: a bench that cannot be made fails every task, and no task waits for ever.
            attempt = Attempt(_Broken(library_error(failure)), name)
        while (task := self._tasks.get()) is not None:
            given_up = Outcome(task.key, error=EngineError("NBML-E19"))
            self._outcomes.put(given_up if self._stopping.is_set() else attempt.run(task))


class _Broken:
    """A bench that could not be made: every task fails with the reason."""

    def __init__(self, error: NbmlError) -> None:
        self._error = error

    def run(self, work: Any, should_stop: Callable[[], bool]) -> Any:
        del work, should_stop
        raise self._error

    def hear(self, news: Any) -> None:
        """Nothing is kept here."""

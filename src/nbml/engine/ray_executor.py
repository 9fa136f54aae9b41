"""The executor of nbml: warm worker actors on Ray, replaced when they die, killed when a job is stopped."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.exceptions import OutOfMemoryError, RayActorError, RayError, WorkerCrashedError

from nbml.engine.cluster import NAMESPACE
from nbml.engine.executor import MAX_ATTEMPTS, BenchFactory, Outcome, Task
from nbml.engine.keeper import NAME
from nbml.errors import EngineError, NbmlError

SHORT_TASK_S = 0.5
"""Below this a worker is given its next task before the present one is done, to hide the round trip."""

GRACE_S = 1.0
STILLBORN_LIMIT = 3


@dataclass(eq=False)
class _Hand:
    """One worker as the executor sees it."""

    actor: Any
    is_ready: bool = False
    refs: deque[Any] = field(default_factory=deque)
    tasks: dict[Any, Task] = field(default_factory=dict)
    begun: float = 0.0


class RayExecutor:
    """Runs tasks on worker actors lent by the cluster's keeper.

    A worker that dies costs the task it was running one attempt; what it had queued goes to others. The
    third death on one task fails that task with NBML-E10, or NBML-E14 when memory ran out.

    Parameters
    ----------
    job_id : str
        The job the workers are lent to.
    slots : int
        Number of workers.
    task_timeout_s : float or None
        Deadline of one task; past it its worker is killed and the task fails with NBML-E11.
    """

    name = "ray"

    def __init__(self, job_id: str, slots: int, *, task_timeout_s: float | None = None) -> None:
        self.slots = slots
        self.task_timeout_s = task_timeout_s
        self._job_id = job_id
        self._keeper = ray.get_actor(NAME, namespace=NAMESPACE)
        self._hands: list[_Hand] = []
        self._opening: dict[Any, _Hand] = {}
        self._waiting: deque[Task] = deque()
        self._attempts: dict[str, int] = {}
        self._failed: list[Outcome] = []
        self._notes: list[NbmlError] = []
        self._shared: tuple[BenchFactory, Any] | None = None
        self._mean_s = 0.0
        self._stillborn = 0

    def open(self, factory: BenchFactory, shared: Any) -> None:
        """Put the shared data in the object store once and hand it to every worker."""
        self._shared = (factory, ray.put(shared))
        for actor in ray.get(self._keeper.take_workers.remote(self._job_id, self.slots), timeout=120):
            self._take_up(actor)

    def free(self) -> int:
        """Places for tasks, one ahead for each worker where tasks are short."""
        open_tasks = sum(len(hand.refs) for hand in self._hands) + len(self._waiting)
        return max(self.slots * self._depth() - open_tasks, 0)

    def submit(self, task: Task) -> None:
        """Hand a task to the least busy worker."""
        self._waiting.append(task)
        self._dispatch()

    def next(self, timeout_s: float) -> list[Outcome]:
        """Outcomes that have come in; deaths and deadlines are dealt with on the way."""
        self._enforce_deadline()
        self._dispatch()
        outcomes, self._failed = self._failed, []
        refs = [*self._opening, *(ref for hand in self._hands for ref in hand.refs)]
        if not refs:
            time.sleep(0 if outcomes else timeout_s)
            return outcomes
        ready, _ = ray.wait(refs, num_returns=1, timeout=0 if outcomes else timeout_s)
        if ready:
            ready, _ = ray.wait(refs, num_returns=len(refs), timeout=0)
        for ref in ready:
            outcome = self._settle(ref)
            if outcome is not None:
                outcomes.append(outcome)
        self._dispatch()
        return outcomes + self._drain_failed()

    def notes(self) -> list[NbmlError]:
        """Workers that were lost since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def abandon(self) -> None:
        """Ask every worker to hold; after ``GRACE_S`` replace those that do not answer."""
        self._waiting.clear()
        ray.get([hand.actor.hold.remote() for hand in self._hands if hand.is_ready], timeout=GRACE_S * 10)
        begun = time.monotonic()
        while any(hand.refs for hand in self._hands) and time.monotonic() - begun < GRACE_S:
            self.next(0.05)
            self._waiting.clear()
        for hand in [hand for hand in self._hands if hand.refs]:
            hand.refs.clear()
            hand.tasks.clear()
            ray.kill(hand.actor)
            self._lose(hand, RayActorError())
        ray.get([hand.actor.go_on.remote() for hand in self._hands if hand.is_ready], timeout=GRACE_S * 10)
        self._attempts.clear()
        self._failed.clear()

    def stop(self) -> None:
        """Kill every worker."""
        for hand in self._hands:
            ray.kill(hand.actor)
        self._hands.clear()
        self._opening.clear()
        self._waiting.clear()

    def close(self) -> None:
        """Give living workers back to the keeper."""
        self._keeper.give_back.remote(self._job_id, [hand.actor for hand in self._hands if not hand.refs])
        self._hands.clear()

    def _take_up(self, actor: Any) -> None:
        hand = _Hand(actor)
        self._hands.append(hand)
        assert self._shared is not None
        self._opening[actor.open.remote(*self._shared)] = hand

    def _depth(self) -> int:
        return 2 if self._mean_s < SHORT_TASK_S else 1

    def _dispatch(self) -> None:
        while self._waiting:
            ready = [hand for hand in self._hands if hand.is_ready and len(hand.refs) < self._depth()]
            if not ready:
                return
            hand = min(ready, key=lambda h: len(h.refs))
            task = self._waiting.popleft()
            ref = hand.actor.run.remote(task)
            if not hand.refs:
                hand.begun = time.monotonic()
            hand.refs.append(ref)
            hand.tasks[ref] = task

    def _settle(self, ref: Any) -> Outcome | None:
        if ref in self._opening:
            opened = self._opening.pop(ref)
            try:
                ray.get(ref)
                opened.is_ready = True
            except RayError as error:
                self._lose(opened, error)
            return None
        hand = next((h for h in self._hands if ref in h.tasks), None)
        if hand is None:
            return None
        try:
            outcome: Outcome = ray.get(ref)
        except RayError as error:
            self._lose(hand, error)
            return None
        task = hand.tasks.pop(ref)
        hand.refs.remove(ref)
        hand.begun = time.monotonic()
        self._mean_s = 0.8 * self._mean_s + 0.2 * outcome.seconds if self._mean_s else outcome.seconds
        attempts = self._attempts.pop(task.key, 0) + 1
        return outcome if attempts == 1 else Outcome(**{**outcome.__dict__, "attempts": attempts})

    def _lose(self, hand: _Hand, error: RayError, *, failure: NbmlError | None = None) -> None:
        """Take a dead worker out, put its tasks back, and ask for another."""
        self._hands.remove(hand)
        self._stillborn = 0 if hand.is_ready else self._stillborn + 1
        if self._stillborn >= STILLBORN_LIMIT:
            raise EngineError("NBML-E22", times=self._stillborn, reason=str(error)[:600])
        self._opening = {ref: h for ref, h in self._opening.items() if h is not hand}
        is_memory = isinstance(error, OutOfMemoryError) or "low on memory" in str(error)
        if not isinstance(error, RayActorError | WorkerCrashedError | OutOfMemoryError):
            failure = failure or EngineError(
                "NBML-E12", kind=type(error).__name__, reason=str(error)[:2_000], where="ray"
            )
        tasks = [hand.tasks[ref] for ref in hand.refs]
        if tasks:
            running, *queued = tasks
            self._waiting.extendleft(reversed(queued))
            attempts = self._attempts.get(running.key, 0) + 1
            self._attempts[running.key] = attempts
            if failure is None and attempts >= MAX_ATTEMPTS:
                failure = EngineError(
                    "NBML-E14" if is_memory else "NBML-E10", task=running.key, attempts=attempts
                )
            if failure is None:
                self._waiting.appendleft(running)
            else:
                self._attempts.pop(running.key)
                self._failed.append(Outcome(running.key, error=failure, attempts=attempts))
        if is_memory and self.slots > 1:
            self.slots -= 1
            self._notes.append(EngineError("NBML-E21", workers=self.slots))
            return
        self._notes.append(
            EngineError("NBML-E20", task=tasks[0].key if tasks else "-", reason=str(error)[:200])
        )
        self._take_up(ray.get(self._keeper.replace_worker.remote(self._job_id, hand.actor), timeout=60))

    def _enforce_deadline(self) -> None:
        if self.task_timeout_s is None:
            return
        now = time.monotonic()
        for hand in [h for h in self._hands if h.refs and now - h.begun > self.task_timeout_s]:
            ray.kill(hand.actor)
            self._lose(
                hand,
                RayActorError(),
                failure=EngineError(
                    "NBML-E11", task=hand.tasks[hand.refs[0]].key, timeout_s=self.task_timeout_s
                ),
            )

    def _drain_failed(self) -> list[Outcome]:
        failed, self._failed = self._failed, []
        return failed


def release_supervisor(job_id: str) -> None:
    """Tell the keeper that a job is over."""
    ray.get_actor(NAME, namespace=NAMESPACE).finished.remote(job_id)

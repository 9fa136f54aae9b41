"""The executor of nbml: warm worker actors on Ray, replaced when they die, killed when a job is stopped."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

import ray
from ray.exceptions import OutOfMemoryError, RayActorError, RayError, RayTaskError, WorkerCrashedError

from nbml.engine.cluster import NAMESPACE
from nbml.engine.executor import MAX_ATTEMPTS, BenchFactory, Outcome, Task
from nbml.engine.lending import KeptWorkers, Lender
from nbml.engine.standing import keeper_name
from nbml.errors import EngineError, NbmlError

SHORT_TASK_S = 0.5
"""Below this a worker is given its next task before the present one is done, to hide the round trip."""

CALL_S = 0.2
"""Tasks shorter than this are handed over several at a time: a call costs both ends a millisecond or two."""

MAX_TASKS_PER_CALL = 16
GRACE_S = 1.0
STILLBORN_LIMIT = 3
RESCUED_WITHIN_S = 1.0
"""What a worker had answered before it died may still be on its way."""


@dataclass(eq=False)
class _Hand:
    """One worker as the executor sees it."""

    actor: Any
    is_ready: bool = False
    calls: dict[Any, list[Task]] = field(default_factory=dict)
    begun: float = 0.0

    @property
    def n_tasks(self) -> int:
        return sum(map(len, self.calls.values()))


class RayExecutor:
    """Runs tasks on worker actors lent by the cluster's keeper, or placed for this job alone.

    A worker that dies costs the task it was running one attempt; what it had queued goes to others. Short
    tasks run several to a call: nobody knows which of them died, so it costs each of them one, and from then
    on they go alone. The third death on one task fails it with NBML-E10, or NBML-E14 when memory ran out.

    Parameters
    ----------
    job_id : str
        The job the workers are lent to.
    slots : int
        Number of workers.
    task_timeout_s : float or None
        Deadline of one task; past it its worker is killed and the task fails with NBML-E11.
    lender : Lender, optional
        Where the workers come from; the keeper if unset. A lender may have more of them later.
    """

    name = "ray"

    def __init__(
        self, job_id: str, slots: int, *, task_timeout_s: float | None = None, lender: Lender | None = None
    ) -> None:
        self.slots = slots
        self.task_timeout_s = task_timeout_s
        self._lender: Lender = lender or KeptWorkers(job_id)
        self._hands: list[_Hand] = []
        self._opening: dict[Any, _Hand] = {}
        self._waiting: deque[Task] = deque()
        self._attempts: dict[str, int] = {}
        self._gathered: list[Outcome] = []
        self._notes: list[NbmlError] = []
        self._told: list[Any] = []
        self._shared: tuple[BenchFactory, Any] | None = None
        self._mean_s = 0.0
        self._stillborn = 0

    def open(self, factory: BenchFactory, shared: Any) -> None:
        """Put the shared data in the object store once and hand it to every worker."""
        self._shared = (factory, ray.put(shared))
        for actor in self._lender.take(self.slots):
            self._take_up(actor)

    def free(self) -> int:
        """Places for tasks, a call ahead for each worker where tasks are short."""
        return max(self.slots * self._depth() * self._per_call() - self._n_open(), 0)

    def submit(self, task: Task) -> None:
        """Hand a task to an idle worker; where there is none it waits for `next`, and for company."""
        self._waiting.append(task)
        if any(hand.is_ready and not hand.calls for hand in self._hands):
            self._dispatch()

    def next(self, timeout_s: float) -> list[Outcome]:
        """Outcomes that have come in; deaths and deadlines are dealt with on the way."""
        self._enforce_deadline()
        for actor in self._lender.more():
            self._take_up(actor)
        self._dispatch()
        outcomes, self._gathered = self._gathered, []
        refs = [*self._opening, *(ref for hand in self._hands for ref in hand.calls)]
        if not refs:
            time.sleep(0 if outcomes else timeout_s)
            return outcomes
        ready, _ = ray.wait(refs, num_returns=1, timeout=0 if outcomes else timeout_s)
        if ready:
            ready, _ = ray.wait(refs, num_returns=len(refs), timeout=0)
        for ref in ready:
            outcomes += self._settle(ref)
        self._dispatch()
        return outcomes + self._drain()

    def tell(self, news: dict[str, Any]) -> None:
        """Say something to every worker; a thread of its own takes it in."""
        self._told += [hand.actor.hear.remote(news) for hand in self._hands if hand.is_ready]

    def has_been_heard(self) -> bool:
        """Whether all workers have taken in what they were told, or are dead."""
        return self._heard_within(0)

    def notes(self) -> list[NbmlError]:
        """Workers that were lost since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def abandon(self) -> None:
        """Ask every worker to hold; after ``GRACE_S`` replace those that do not answer."""
        self._waiting.clear()
        ray.get([hand.actor.hold.remote() for hand in self._hands if hand.is_ready], timeout=GRACE_S * 10)
        begun = time.monotonic()
        while any(hand.calls for hand in self._hands) and time.monotonic() - begun < GRACE_S:
            self.next(0.05)
            self._waiting.clear()
        for hand in [hand for hand in self._hands if hand.calls]:
            hand.calls.clear()
            ray.kill(hand.actor)
            self._lose(hand, RayActorError())
        ray.get([hand.actor.go_on.remote() for hand in self._hands if hand.is_ready], timeout=GRACE_S * 10)
        self._attempts.clear()
        self._gathered.clear()

    def stop(self) -> None:
        """Kill every worker."""
        self._heard_within(GRACE_S)
        for hand in self._hands:
            ray.kill(hand.actor)
        self._hands.clear()
        self._opening.clear()
        self._waiting.clear()

    def close(self) -> None:
        """Give living workers back to whoever lent them."""
        self._lender.give_back([hand.actor for hand in self._hands if not hand.calls])
        self._hands.clear()

    def _take_up(self, actor: Any) -> None:
        hand = _Hand(actor)
        self._hands.append(hand)
        assert self._shared is not None
        self._opening[actor.open.remote(*self._shared, self._lender.expected)] = hand

    def _depth(self) -> int:
        return 2 if self._mean_s < SHORT_TASK_S else 1

    def _per_call(self) -> int:
        """How many tasks of the length seen so far make a call worth its cost; with a deadline one."""
        if not self._mean_s or self.task_timeout_s is not None:
            return 1
        return max(1, min(MAX_TASKS_PER_CALL, int(CALL_S / self._mean_s)))

    def _n_open(self) -> int:
        return sum(hand.n_tasks for hand in self._hands) + len(self._waiting)

    def _heard_within(self, timeout_s: float) -> bool:
        if self._told:
            _, self._told = ray.wait(self._told, num_returns=len(self._told), timeout=timeout_s)
        return not self._told

    def _dispatch(self) -> None:
        while self._waiting:
            ready = [hand for hand in self._hands if hand.is_ready and self._has_place(hand)]
            if not ready:
                return
            hand = min(ready, key=lambda h: h.n_tasks)
            tasks = self._next_call()
            if not hand.calls:
                hand.begun = time.monotonic()
            hand.calls[hand.actor.run.remote(tasks)] = tasks

    def _has_place(self, hand: _Hand) -> bool:
        """Whether a worker may be given the next task; one that was in a death has a worker to itself."""
        if any(task.key in self._attempts for tasks in hand.calls.values() for task in tasks):
            return False
        return len(hand.calls) < (1 if self._waiting[0].key in self._attempts else self._depth())

    def _next_call(self) -> list[Task]:
        """Tasks for one call: few enough that every worker gets two, and one that was in a death alone."""
        most = min(self._per_call(), max(1, self._n_open() // (2 * len(self._hands))))
        tasks = [self._waiting.popleft()]
        if tasks[0].key not in self._attempts:
            while self._waiting and len(tasks) < most and self._waiting[0].key not in self._attempts:
                tasks.append(self._waiting.popleft())
        return tasks

    def _settle(self, ref: Any) -> list[Outcome]:
        if ref in self._opening:
            opened = self._opening.pop(ref)
            try:
                ray.get(ref)
                opened.is_ready = True
                self.slots = max(self.slots, sum(hand.is_ready for hand in self._hands))
            except RayTaskError as error:
                if isinstance(error.cause, NbmlError):  # a worker whose surroundings are not the job's
                    raise error.cause from None
                self._lose(opened, error)
            except RayError as error:
                self._lose(opened, error)
            return []
        hand = next((h for h in self._hands if ref in h.calls), None)
        if hand is None:
            return []
        try:
            outcomes: list[Outcome] = ray.get(ref)
        except RayError as error:
            self._lose(hand, error)
            return []
        del hand.calls[ref]
        hand.begun = time.monotonic()
        return [self._counted(outcome) for outcome in outcomes]

    def _counted(self, outcome: Outcome) -> Outcome:
        self._mean_s = 0.8 * self._mean_s + 0.2 * outcome.seconds if self._mean_s else outcome.seconds
        attempts = self._attempts.pop(outcome.key, 0) + 1
        return outcome if attempts == 1 else replace(outcome, attempts=attempts)

    def _lose(self, hand: _Hand, error: RayError, *, failure: NbmlError | None = None) -> None:
        """Take a dead worker out, put its tasks back, and ask for another."""
        self._hands.remove(hand)
        self._gathered += self._rescue(hand)
        self._stillborn = 0 if hand.is_ready else self._stillborn + 1
        if self._stillborn >= STILLBORN_LIMIT:
            raise EngineError("NBML-E22", times=self._stillborn, reason=str(error)[:600])
        self._opening = {ref: h for ref, h in self._opening.items() if h is not hand}
        is_memory = isinstance(error, OutOfMemoryError) or "low on memory" in str(error)
        if not isinstance(error, RayActorError | WorkerCrashedError | OutOfMemoryError):
            failure = failure or EngineError(
                "NBML-E12", kind=type(error).__name__, reason=str(error)[:2_000], where="ray"
            )
        running, *queued = list(hand.calls.values()) or [[]]
        if len(running) > 1:
            failure = None
        again = [task for task in running if not self._has_failed(task, failure, is_memory=is_memory)]
        self._waiting.extendleft(reversed([*again, *(task for call in queued for task in call)]))
        if is_memory and self.slots > 1:
            self.slots -= 1
            self._notes.append(EngineError("NBML-E21", workers=self.slots))
            return
        self._notes.append(
            EngineError("NBML-E20", task=running[0].key if running else "-", reason=str(error)[:200])
        )
        self._take_up(self._lender.replace(hand.actor))

    def _rescue(self, hand: _Hand) -> list[Outcome]:
        """What a dead worker had finished before: those calls have no part in its death."""
        outcomes: list[Outcome] = []
        for ref in list(hand.calls):
            try:
                done: list[Outcome] = ray.get(ref, timeout=RESCUED_WITHIN_S)
            except RayError:
                break
            del hand.calls[ref]
            outcomes += [self._counted(outcome) for outcome in done]
        return outcomes

    def _has_failed(self, task: Task, failure: NbmlError | None, *, is_memory: bool) -> bool:
        """Count a death against a task that may have caused it; whether that was one too many."""
        self._attempts[task.key] = attempts = self._attempts.get(task.key, 0) + 1
        if failure is None and attempts >= MAX_ATTEMPTS:
            failure = EngineError("NBML-E14" if is_memory else "NBML-E10", task=task.key, attempts=attempts)
        if failure is None:
            return False
        self._attempts.pop(task.key)
        self._gathered.append(Outcome(task.key, error=failure, attempts=attempts))
        return True

    def _enforce_deadline(self) -> None:
        if self.task_timeout_s is None:
            return
        now = time.monotonic()
        for hand in [h for h in self._hands if h.calls and now - h.begun > self.task_timeout_s]:
            ray.kill(hand.actor)
            self._lose(
                hand,
                RayActorError(),
                failure=EngineError(
                    "NBML-E11", task=next(iter(hand.calls.values()))[0].key, timeout_s=self.task_timeout_s
                ),
            )

    def _drain(self) -> list[Outcome]:
        gathered, self._gathered = self._gathered, []
        return gathered


def release_supervisor(job_id: str) -> None:
    """Tell the keeper that a job is over."""
    ray.get_actor(keeper_name(), namespace=NAMESPACE).finished.remote(job_id)

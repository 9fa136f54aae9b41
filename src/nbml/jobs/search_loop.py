"""The loop that keeps workers busy: folds of all searches first, then explaining and final fits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from nbml.engine.executor import Executor, Outcome, Task
from nbml.jobs.context import JobContext
from nbml.jobs.recent_share import RecentShare
from nbml.jobs.study_run import StudyRun
from nbml.spec.events import Resources

LOOK_EVERY_S = 0.1
HEARD_S = 0.005
"""How often to look whether the workers have heard what they were told, when nothing else is awaited."""

TELL_EVERY_S = 1.0


class SearchLoop:
    """Runs all searches of a job on one executor.

    Folds are given to the search that has had the fewest, so that all families grow side by side and no
    core waits at the end of one search while another has work. A search that is done hands its follow-up
    tasks (explain, final) to the same workers at once.

    Parameters
    ----------
    context : JobContext
    executor : Executor
        Open.
    studies : list of StudyRun
    follow_up : callable
        Given a finished search, the tasks that come after it.
    """

    def __init__(
        self,
        context: JobContext,
        executor: Executor,
        studies: list[StudyRun],
        follow_up: Callable[[StudyRun], list[Task]],
    ) -> None:
        self.answers: dict[str, Outcome] = {}
        self.timed_out = False
        self._context = context
        self._executor = executor
        self._studies = {study.plan.id: study for study in studies}
        self._follow_up = follow_up
        self._later: deque[Task] = deque()
        self._owed: set[str] = set()
        self._followed: set[str] = set()
        self._announced: dict[str, int] = {}
        self._kept_again: set[str] = set()
        self._first: deque[Task] = deque()
        self._begun = self._told = time.monotonic()
        self._busy_s = self._clock_s = 0.0
        self._n_folds = 0
        self._recent = RecentShare(self._begun)
        self._searched_until = self._begun

    @property
    def busy_share(self) -> float:
        """Processor seconds of fits and predictions / (workers x wall) over the search."""
        return self._share(self._busy_s)

    @property
    def clock_share(self) -> float:
        """The same by the clock: also counts when a fit waits for a core that something else has."""
        return self._share(self._clock_s)

    def _share(self, seconds: float) -> float:
        return seconds / (self._executor.slots * max(self.search_s, 1e-9))

    @property
    def search_s(self) -> float:
        """Wall time of the searches."""
        return self._searched_until - self._begun

    def search(self) -> None:
        """Run until every search has ended; follow-up tasks of those that end early run along.

        Raises
        ------
        StopRequestedError
            As soon as somebody asks.
        """
        for study in self._studies.values():
            study.start()
        while len(self._followed) < len(self._studies):
            self._turn()

    def finish(self) -> None:
        """Run the follow-up tasks that are left.

        Raises
        ------
        StopRequestedError
            As soon as somebody asks.
        """
        while self._owed:
            self._turn()

    def _turn(self) -> None:
        self._context.check()
        self._mind_the_time()
        self._fill()
        for outcome in self._executor.next(LOOK_EVERY_S if self._owed else HEARD_S):
            self._take(outcome)
        for note in self._executor.notes():
            self._context.note(note)
        for study in self._studies.values():
            self._keep_best(study)
        self._finish_searches()
        self._tell_resources()

    def _keep_best(self, study: StudyRun) -> None:
        """Have the best trial's models written by those who hold them, and lost ones fitted again."""
        best, name = study.best, study.plan.id
        if best is None or best is study.kept:
            return
        if self._announced.get(name) != best.number:
            self._announced[name] = best.number
            self._executor.tell({"study": name, "best": best.number})
        elif self._executor.has_been_heard():
            for task in map(study.keep_task, study.lost_models()):
                if task.key not in self._kept_again:
                    self._kept_again.add(task.key)
                    self._owed.add(task.key)
                    self._first.append(task)

    def _fill(self) -> None:
        for _ in range(self._executor.free()):
            task = self._next_task()
            if task is None:
                return
            self._owed.add(task.key)
            self._executor.submit(task)

    def _next_task(self) -> Task | None:
        if self._first:
            return self._first.popleft()
        for study in sorted(self._studies.values(), key=lambda study: study.submitted):
            if not study.is_done and (task := study.next_task()) is not None:
                return task
        return self._later.popleft() if self._later else None

    def _take(self, outcome: Outcome) -> None:
        if outcome.key not in self._owed:
            return
        self._owed.discard(outcome.key)
        study_id, *place = outcome.key.split("/")
        if outcome.key in self._kept_again:
            if outcome.error is not None:
                self._context.note(outcome.error)
                self._studies[study_id].settle()
        elif len(place) == 2 and place[0].isdigit():
            if outcome.error is None:
                self._busy_s += outcome.value.seconds
                self._clock_s += outcome.value.clock_s
                self._n_folds += 1
            self._searched_until = time.monotonic()
            self._studies[study_id].take(int(place[0]), int(place[1]), outcome)
        else:
            self.answers[outcome.key] = outcome

    def _finish_searches(self) -> None:
        for study in self._studies.values():
            if study.is_done and study.best is study.kept and study.plan.id not in self._followed:
                self._followed.add(study.plan.id)
                tasks = self._follow_up(study)
                self._later.extend(tasks)
                self._owed |= {task.key for task in tasks}

    def _mind_the_time(self) -> None:
        left = self._context.seconds_left
        if self.timed_out or left is None or left > 0 or len(self._followed) == len(self._studies):
            return
        self.timed_out = True
        for study in self._studies.values():
            study.close()
        self._executor.abandon()
        lost = [key for key in self._owed if key not in {task.key for task in self._later}]
        self._kept_again.clear()
        self._first.clear()
        again: list[Task] = []
        for study in self._studies.values():
            if study.plan.id in self._followed:
                again += [task for task in self._follow_up(study) if task.key in lost]
        self._owed -= set(lost)
        self._later.extend(again)
        self._owed |= {task.key for task in again}

    def _tell_resources(self) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_EVERY_S:
            self._told = now
            busy: Any = self._executor.slots if self._owed else 0
            self._context.log.emit(
                Resources(
                    workers=self._executor.slots,
                    busy=min(busy, len(self._owed)),
                    busy_share=round(self.busy_share, 4),
                    recent_share=self._recent.at(now, self._busy_s, self._n_folds, self._executor.slots),
                )
            )

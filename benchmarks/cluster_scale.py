"""How many workers one supervisor can feed: folds of exactly one second on 64, 256 and 1,024 slots.

A simulation, not a cluster: the search loop, Optuna, the trial store and the event log are the real ones and
cost real processor time; workers are numbers in a heap that answer one second later by a virtual clock. That
clock goes on by the supervisor's processor time, by ``--call-ms`` for each call to a worker (what Ray takes
of it for one), and jumps over the time in which the supervisor has nothing to do. Fold results, which
workers write, are not written; the disk of a cluster, its network and Ray's own head are left out.
"""

from __future__ import annotations

import argparse
import heapq
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from measuring import arguments, run, say

from nbml.engine.event_log import EventLog
from nbml.engine.executor import Outcome, Task
from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.engine.lease import Lease
from nbml.jobs.context import JobContext
from nbml.jobs.launch import make_spec
from nbml.jobs.search_loop import SearchLoop
from nbml.jobs.study_run import StudyRun
from nbml.jobs.training_data import TrainingData
from nbml.jobs.trial_store import FoldRecord, TrialStore
from nbml.ml.folds import plan_folds
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape
from nbml.ml.search import Search, quiet
from nbml.settings import Settings
from nbml.spec.events import StudyPlan

ROWS, FOLDS, FOLD_S = 1_000, 5, 1.0
CALL_MS = 1.5


class VirtualWorkers:
    """An executor whose workers take exactly a second of a virtual clock for a fold.

    Parameters
    ----------
    slots : int
    data : TrainingData
    store : TrialStore
    call_s : float
        Supervisor time of one call.
    """

    name = "virtual"

    def __init__(self, slots: int, data: TrainingData, store: TrialStore, call_s: float) -> None:
        self.slots = slots
        self._call_s = call_s
        self._store = store
        self._parts = [data.folds.held_out(k) for k in range(FOLDS)]
        self._truth = data.Y[:, 0]
        self._at_work: list[tuple[float, int, Task]] = []
        self._begun = time.process_time()
        self._ahead = 0.0
        self.calls = 0

    @property
    def now(self) -> float:
        """The virtual clock."""
        return time.process_time() - self._begun + self._ahead

    def free(self) -> int:
        """Workers without work."""
        return self.slots - len(self._at_work)

    def submit(self, task: Task) -> None:
        """Hand a fold to a worker."""
        self.calls += 1
        self._ahead += self._call_s
        heapq.heappush(self._at_work, (self.now + FOLD_S, self.calls, task))

    def next(self, timeout_s: float) -> list[Outcome]:
        """What is done by now, or by the time of the first one."""
        if not self._at_work:
            return []
        self._ahead += max(0.0, min(self._at_work[0][0] - self.now, timeout_s))
        outcomes = []
        while self._at_work and self._at_work[0][0] <= self.now:
            task = heapq.heappop(self._at_work)[2]
            before = time.process_time()
            outcomes.append(Outcome(task.key, self._fit(task), seconds=FOLD_S))
            self._ahead -= time.process_time() - before  # the worker's time, not the supervisor's
        return outcomes

    def tell(self, news: dict[str, Any]) -> None:
        """Write the models of the best trial, as its workers would."""
        before = time.process_time()
        for fold in range(FOLDS):
            self._store.save_model(news["study"], news["best"], fold, {"model": b"-"})
        self._ahead -= time.process_time() - before

    def has_been_heard(self) -> bool:
        """At once."""
        return True

    def notes(self) -> list[Any]:
        """Nothing happens to numbers."""
        return []

    def _fit(self, task: Task) -> FoldRecord:
        """Predictions as wrong as the parameters are far from a place in their middle."""
        fold, params = task.work["fold"], task.work["params"]
        numbers = [math.log1p(abs(v)) for v in params.values() if isinstance(v, int | float)]
        noise = np.random.default_rng([task.work["trial"], fold]).normal(size=len(self._parts[fold]))
        predicted = self._truth[self._parts[fold]] + noise * (0.1 + np.std(numbers))
        return FoldRecord(predicted.astype(np.float32), FOLD_S, params)


def feed(slots: int, *, trials: int, sampler: str, searches: int, call_s: float) -> dict[str, Any]:
    """Search so many trials in all on so many slots."""
    with tempfile.TemporaryDirectory(prefix="nbml-bench-") as made:
        folder = JobFolder(Path(made) / new_job_id()).make()
        lease = Lease(folder.lease)
        log = EventLog(folder.events, folder.job_id, lease)
        each = math.ceil(trials / searches)
        open_trials = min(1024, math.ceil(slots * 1.25 / FOLDS / searches))
        spec = make_spec(targets="y", model="lightgbm", trials=each, sampler=sampler, open_trials=open_trials)
        store = TrialStore(folder.trials)
        rng = np.random.default_rng(0)
        data = TrainingData(
            np.zeros((ROWS, 1)), rng.normal(size=(ROWS, 1)), Layout((0,)), plan_folds(ROWS, FOLDS)
        )
        workers = VirtualWorkers(slots, data, store, call_s)
        context = JobContext(folder, spec, Settings(), log, lambda _slots: workers, lease.beat)
        learner, shape = family("lightgbm"), Shape(ROWS, 1, ROWS)
        studies = [
            StudyRun(
                StudyPlan(id=f"t{k}-lightgbm", target="y", family="lightgbm", trials=each),
                0,
                Search(learner.space(shape), learner.start(shape), sampler=sampler, seed=k),
                data,
                store,
                open_trials=open_trials,
                emit=log.emit,
            )
            for k in range(searches)
        ]
        memory, cpu, begun = psutil.Process().memory_info().rss, time.process_time(), workers.now
        with quiet():
            SearchLoop(context, workers, studies, lambda _study: []).search()
        took, used = workers.now - begun, time.process_time() - cpu
        grown = psutil.Process().memory_info().rss - memory
        log.close()
        lease.release()
        told = sum(study.told for study in studies)
        events = sum(1 for _ in folder.events.open("rb"))
        size = sum(file.stat().st_size for file in folder.root.rglob("*") if file.is_file())
    own = used + workers.calls * call_s
    return {
        "slots": slots,
        "sampler": sampler,
        "searches": searches,
        "trials": told,
        "open_trials": open_trials,
        "virtual_s": round(took, 1),
        "busy_share": round(told * FOLDS * FOLD_S / (slots * took), 3),
        "trials_per_s": round(told / took, 1),
        "events_per_s": round(events / took, 1),
        "supervisor_s_per_10000_trials": round(own / told * 10_000, 1),
        "supervisor_share": round(own / took, 3),
        "memory_mb_per_10000_trials": round(grown / told * 10_000 / 2**20, 1),
        "disk_mb_per_10000_trials": round(size / told * 10_000 / 2**20, 1),
    }


def measure(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Each number of slots with TPE in one search and in several, and with random draws."""
    feed(8, trials=16, sampler="tpe", searches=1, call_s=0.0)  # imports are nobody's memory
    rows = []
    for slots in chosen.slots:
        trials = int(slots * (5 if chosen.quick else chosen.seconds)) // FOLDS  # whole seconds
        for sampler, searches in (("tpe", 1), ("tpe", 8), ("random", 1)):
            row = feed(slots, trials=trials, sampler=sampler, searches=searches, call_s=chosen.call_ms / 1e3)
            say(f"{slots} slots, {searches} x {sampler}: {row['busy_share']:.0%} busy")
            rows.append(row)
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--slots", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--seconds", type=float, default=15, help="folds that each slot is given")
    parser.add_argument("--call-ms", type=float, default=CALL_MS, help="supervisor time of one call")
    run("cluster_scale", parser.parse_args(), measure)


if __name__ == "__main__":
    main()

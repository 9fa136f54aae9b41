"""A search without models: scores are a plain function of the parameters, faults come on demand."""

import math
from typing import NamedTuple

import numpy as np

from nbml.engine.executor import Outcome
from nbml.jobs.held_models import HeldModels
from nbml.jobs.study_run import StudyRun
from nbml.jobs.training_data import TrainingData
from nbml.jobs.trial_store import FoldRecord, TrialStore
from nbml.ml.folds import plan_folds
from nbml.ml.models.base import Layout, Param
from nbml.ml.search import Search
from nbml.spec.events import StudyPlan

ROWS = 13
TRIALS = 15
"""More than TPE's random start of ten."""

SPACE = {"a": Param("float", 0.0, 1.0), "b": Param("int", 1, 50, log=True)}


class FakeModel(NamedTuple):
    """A fitted model that is nothing but its files."""

    named: dict

    def files(self):
        return self.named


class Play:
    """One search and the events it tells."""

    def __init__(
        self,
        folder,
        *,
        trials=TRIALS,
        n_folds=3,
        open_trials=4,
        sampler="tpe",
        seed=3,
        space=SPACE,
        fails=(),
        blank=(),
    ):
        self.data = TrainingData(
            np.zeros((ROWS, 1)),
            np.arange(ROWS, dtype=float)[:, None],
            Layout((0,)),
            plan_folds(ROWS, n_folds),
        )
        self.store = TrialStore(folder)
        self.events = []
        self.fitted, self.again = [], []
        self.held = HeldModels(self.store)
        self.fails, self.blank = dict(fails), set(blank)
        self.run = StudyRun(
            StudyPlan(id="t0-x", target="y", family="x", trials=trials),
            0,
            Search(space, {"a": 0.5, "b": 7}, sampler, seed=seed),
            self.data,
            self.store,
            open_trials=open_trials,
            emit=self.events.append,
        )

    def outcome(self, task):
        """What a worker would answer; the fold's result is on disk then, unless it failed."""
        work = task.work
        place = work["trial"], work["fold"]
        self.fitted.append(place)
        self.held.forget("t0-x", before=work["beaten"])
        if place in self.fails:
            return Outcome(task.key, error=self.fails[place])
        rows = self.data.folds.held_out(work["fold"])
        miss = (work["params"]["a"] - 0.3) ** 2 + abs(math.log(work["params"]["b"] / 9))
        predictions = self.data.Y[rows, 0] + miss
        if place in self.blank:
            predictions = predictions * np.nan
        record = FoldRecord(predictions.astype(np.float32), 0.25, work["params"])
        self.store.save_fold("t0-x", *place, record)
        self.held.hold(("t0-x", *place), FakeModel({"model.txt": f"{place}".encode()}))
        return Outcome(task.key, record)

    def keep(self):
        """What the loop does with a new best: the worker writes its models, lost ones are fitted."""
        if self.run.best is None or self.run.best is self.run.kept:
            return
        self.held.keep("t0-x", self.run.best.number)
        for fold in self.run.lost_models():
            work = self.run.keep_task(fold).work
            self.again.append((work["trial"], fold))
            self.store.save_model(
                "t0-x", work["trial"], fold, {"model.txt": f"{work['trial'], fold}".encode()}
            )
        assert self.run.lost_models() == []

    def play(self, slots=2, pick=lambda n: 0, until=None):
        """Run to the end with so many workers; `pick` says which of the n running folds answers next."""
        self.run.start()
        self.keep()
        running = []
        while not self.run.is_done:
            while len(running) < slots and (task := self.run.next_task()) is not None:
                running.append(task)
            if until is not None and len(self.fitted) >= until:
                return self
            task = running.pop(pick(len(running)))
            self.run.take(task.work["trial"], task.work["fold"], self.outcome(task))
            self.keep()
        return self

    def told(self):
        """(number, parameters, value) of all trials in the order told."""
        asked = {e.trial: e.params for e in self.of("trial.started")}
        return [(e.trial, asked[e.trial], e.value) for e in self.of("trial.finished")]

    def of(self, kind):
        """Events of a type."""
        return [event for event in self.events if event.type == kind]

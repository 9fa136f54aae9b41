"""One search of a job, a target and a family, as a state machine between the study and the workers.

Trials are told by number, and telling one asks the next: ``open_trials`` are open at any time, however
many workers there are. The sequence is a function of seed and scores alone, so a resumed job asks the same
trials again and finds their results on disk instead of computing them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbml.engine.executor import Outcome, Task
from nbml.errors import JobError, NbmlError
from nbml.jobs.training_data import TrainingData
from nbml.jobs.trial_store import FoldRecord, TrialRecord, TrialStore
from nbml.ml.metrics import REGRESSION, compute_score
from nbml.ml.search import Search
from nbml.spec.events import (
    AnyEvent,
    BestChanged,
    Fault,
    FoldFinished,
    Notice,
    StudyPlan,
    TrialFinished,
    TrialStarted,
)

Emit = Callable[[AnyEvent], object]
RMSE = REGRESSION["rmse"]


@dataclass
class OpenTrial:
    """A trial between ask and tell."""

    number: int
    params: dict[str, Any]
    unsent: list[int]
    done: dict[int, FoldRecord] = field(default_factory=dict)
    values: dict[int, float | None] = field(default_factory=dict)
    error: NbmlError | None = None
    finished: TrialRecord | None = None


@dataclass(frozen=True)
class Best:
    """The best trial told so far."""

    number: int
    params: dict[str, Any]
    value: float


class StudyRun:
    """Drives one search.

    Models stay with the workers that fitted them until their trial is the best. `best` may therefore be ahead
    of `kept`, the last best trial whose models are all on disk; `lost_models` says what is missing.

    Parameters
    ----------
    plan : StudyPlan
        Which target and family.
    target_index : int
        Column of the target.
    search : Search
        The study.
    data : TrainingData
        The arrays.
    store : TrialStore
        Where results lie, also those of an earlier attempt of the job.
    open_trials : int
        How many trials may be open at once.
    emit : callable
        Takes events.
    """

    def __init__(
        self,
        plan: StudyPlan,
        target_index: int,
        search: Search,
        data: TrainingData,
        store: TrialStore,
        *,
        open_trials: int,
        emit: Emit,
    ) -> None:
        self.plan = plan
        self.target_index = target_index
        self.best: Best | None = None
        self.kept: Best | None = None
        self.seconds = 0.0
        self.told = self.failed = self.submitted = 0
        self.first_error: NbmlError | None = None
        self._search = search
        self._data = data
        self._store = store
        self._limit = open_trials
        self._emit = emit
        self._open: dict[int, OpenTrial] = {}
        self._asked = 0
        self._closed = False
        self._has_fallen_back = False
        self._parts = [data.folds.held_out(fold) for fold in range(data.folds.n_folds)]
        self._truth = [data.Y[rows, target_index] for rows in self._parts]

    @property
    def is_done(self) -> bool:
        """Whether every trial that will be asked has been told."""
        return not self._open and (self._closed or self._asked == self.plan.trials)

    def lost_models(self) -> list[int]:
        """Folds of the best trial whose models are not on disk; once there are none, it is `kept`."""
        if self.best is None or self.best is self.kept:
            return []
        n_folds, plan, number = len(self._parts), self.plan.id, self.best.number
        lost = [fold for fold in range(n_folds) if not self._store.has_model(plan, number, fold)]
        if not lost:
            if self.kept is not None:
                self._store.drop_folds(plan, self.kept.number, n_folds)
            self.kept = self.best
        return lost

    def settle(self) -> None:
        """Be content with the last best trial whose models are on disk: nothing is fitted any more."""
        if self.lost_models():
            self.best = self.kept

    def start(self) -> None:
        """Ask the first trials, and tell those that an earlier attempt of the job has finished.

        Raises
        ------
        JobError
            NBML-J21 when such a trial is not the one asked now.
        """
        self._ask_ahead()
        self._tell()

    def close(self) -> None:
        """Ask no more and forget the open trials: the time is over."""
        self._closed = True
        self._open.clear()

    def next_task(self) -> Task | None:
        """The next fold to fit; None when workers must answer first."""
        for trial in self._open.values():
            if trial.unsent and trial.error is None:
                self.submitted += 1
                return self._task(trial, trial.unsent.pop(0))
        return None

    def take(self, trial_number: int, fold: int, outcome: Outcome) -> None:
        """Take in the outcome of a fold and tell the study what can be told."""
        trial = self._open.get(trial_number)
        if trial is None or fold in trial.done:
            return
        if outcome.error is not None:
            trial.error = trial.error or outcome.error
            self._tell_fold(trial, fold, None, attempts=outcome.attempts, error=outcome.error)
        else:
            self._take_fold(trial, fold, outcome.value, attempts=outcome.attempts)
        self._tell()

    def _ask_ahead(self) -> None:
        """Keep as many trials open as may be: with fewer the sampler would know more than it should."""
        while not self._closed and self._asked != self.plan.trials and len(self._open) < self._limit:
            self._ask()

    def _ask(self) -> None:
        number, params = self._search.ask()
        self._asked += 1
        if self._search.fallback and not self._has_fallen_back:
            self._has_fallen_back = True
            reason = self._search.fallback
            error = JobError("NBML-J20", study=self.plan.id, reason=reason)
            self._emit(Notice(level="warning", code=error.code, message=error.message, fields=error.fields))
        self._emit(TrialStarted(study=self.plan.id, trial=number, params=params))
        trial = OpenTrial(number, params, list(range(len(self._parts))))
        self._open[number] = trial
        finished = self._store.load_trial(self.plan.id, number)
        if finished is not None:
            self._check_same(trial, finished.params)
            trial.finished = finished
            trial.unsent.clear()
            for fold, value in enumerate(finished.folds):
                if value is not None or finished.error is None:
                    self._tell_fold(trial, fold, value, finished.seconds[fold])
            return
        for fold in list(trial.unsent):
            record = self._store.load_fold(self.plan.id, number, fold)
            if record is not None:
                self._check_same(trial, record.params)
                trial.unsent.remove(fold)
                self._take_fold(trial, fold, record)

    def _check_same(self, trial: OpenTrial, params: dict[str, Any]) -> None:
        """Take no result of an earlier attempt that other parameters gave."""
        if params != trial.params:
            raise JobError("NBML-J21", study=self.plan.id, trial=trial.number)

    def keep_task(self, fold: int) -> Task:
        """The task that fits a fold of the best trial again, whose model died with its worker."""
        assert self.best is not None
        work = self._work(self.best.number, fold, self.best.params)
        return Task(f"{self.plan.id}/{self.best.number}/{fold}/keep", {**work, "do": "keep"})

    def _task(self, trial: OpenTrial, fold: int) -> Task:
        is_open = self.best is not None and self.best is not self.kept
        beaten = self.best.number if self.best is not None and is_open else self.told
        work = self._work(trial.number, fold, trial.params)
        return Task(f"{self.plan.id}/{trial.number}/{fold}", {**work, "do": "fold", "beaten": beaten})

    def _work(self, number: int, fold: int, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "study": self.plan.id,
            "family": self.plan.family,
            "target": self.target_index,
            "trial": number,
            "fold": fold,
            "params": params,
        }

    def _tell(self) -> None:
        """Tell finished trials in the order asked."""
        while self._open:
            trial = next(iter(self._open.values()))
            record = trial.finished
            if record is None:
                if trial.error is None and len(trial.done) < len(self._parts):
                    return
                record = self._record(trial)
                self._store.save_trial(self.plan.id, trial.number, record)
            self._finish(trial, record)
            self._ask_ahead()

    def _record(self, trial: OpenTrial) -> TrialRecord:
        folds = range(len(self._parts))
        predictions = np.full(len(self._data.Y), np.nan, dtype=np.float32)
        for fold, record in trial.done.items():
            predictions[self._parts[fold]] = record.predictions
        error = trial.error
        value = None
        if error is None:
            value = compute_score(RMSE, self._data.Y[:, self.target_index], predictions).value
        return TrialRecord(
            trial.params,
            predictions,
            value,
            [trial.values.get(k) for k in folds],
            [trial.done[k].seconds if k in trial.done else 0.0 for k in folds],
            None if error is None else error.to_dict(),
        )

    def _finish(self, trial: OpenTrial, record: TrialRecord) -> None:
        """Tell the study of a trial and make it the best where it is."""
        del self._open[trial.number]
        self._search.tell(trial.number, record.value)
        self.told += 1
        self.seconds += sum(record.seconds)
        error = None if record.error is None else Fault(**record.error)
        if record.value is None:
            self.failed += 1
            self.first_error = self.first_error or trial.error or _as_error(record)
        self._emit(
            TrialFinished(
                study=self.plan.id,
                trial=trial.number,
                value=record.value,
                error=error,
                state="failed" if record.value is None else "complete",
                folds=tuple(record.folds),
            )
        )
        if record.value is not None and (self.best is None or record.value < self.best.value):
            beaten, self.best = self.best, Best(trial.number, trial.params, record.value)
            if beaten is not None and beaten is not self.kept:
                self._store.drop_folds(self.plan.id, beaten.number, len(self._parts))
            self._emit(
                BestChanged(
                    study=self.plan.id,
                    trial=trial.number,
                    value=record.value,
                    folds=tuple(record.folds),
                    params=trial.params,
                )
            )
        else:
            self._store.drop_folds(self.plan.id, trial.number, len(self._parts))

    def _take_fold(self, trial: OpenTrial, fold: int, record: FoldRecord, *, attempts: int = 1) -> None:
        trial.done[fold] = record
        trial.values[fold] = value = compute_score(RMSE, self._truth[fold], record.predictions).value
        self._tell_fold(trial, fold, value, record.seconds, attempts=attempts)

    def _tell_fold(
        self,
        trial: OpenTrial,
        fold: int,
        value: float | None,
        seconds: float = 0.0,
        *,
        attempts: int = 1,
        error: NbmlError | None = None,
    ) -> None:
        self._emit(
            FoldFinished(
                study=self.plan.id,
                trial=trial.number,
                fold=fold,
                value=value,
                seconds=round(seconds, 6),
                attempts=attempts,
                error=None if error is None else Fault(**error.to_dict()),
            )
        )


def _as_error(record: TrialRecord) -> NbmlError | None:
    return None if record.error is None else NbmlError(record.error["code"], **record.error["fields"])

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

    @property
    def is_done(self) -> bool:
        """Whether every trial that will be asked has been told."""
        return not self._open and (self._closed or self._asked == self.plan.trials)

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
            trial.done[fold] = record = outcome.value
            value = self._fold_value(fold, record)
            self._tell_fold(trial, fold, value, record.seconds, attempts=outcome.attempts)
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
        trial = OpenTrial(number, params, list(range(self._data.folds.n_folds)))
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
                trial.done[fold] = record
                self._tell_fold(trial, fold, self._fold_value(fold, record), record.seconds)

    def _check_same(self, trial: OpenTrial, params: dict[str, Any]) -> None:
        """Take no result of an earlier attempt that other parameters gave."""
        if params != trial.params:
            raise JobError("NBML-J21", study=self.plan.id, trial=trial.number)

    def _task(self, trial: OpenTrial, fold: int) -> Task:
        return Task(
            f"{self.plan.id}/{trial.number}/{fold}",
            {
                "do": "fold",
                "study": self.plan.id,
                "family": self.plan.family,
                "target": self.target_index,
                "trial": trial.number,
                "fold": fold,
                "params": trial.params,
            },
        )

    def _tell(self) -> None:
        """Tell finished trials in the order asked."""
        n_folds = self._data.folds.n_folds
        while self._open:
            trial = next(iter(self._open.values()))
            record = trial.finished
            if record is None:
                if trial.error is None and len(trial.done) < n_folds:
                    return
                record = self._record(trial)
                self._store.save_trial(self.plan.id, trial.number, record)
            self._finish(trial, record)
            self._ask_ahead()

    def _record(self, trial: OpenTrial) -> TrialRecord:
        folds = self._data.folds
        predictions = np.full(len(folds.assignment), np.nan, dtype=np.float32)
        values: list[float | None] = []
        for fold in range(folds.n_folds):
            record = trial.done.get(fold)
            if record is not None:
                predictions[folds.held_out(fold)] = record.predictions
            values.append(None if record is None else self._fold_value(fold, record))
        error = trial.error
        value = None
        if error is None:
            value = compute_score(RMSE, self._data.Y[:, self.target_index], predictions).value
        return TrialRecord(
            trial.params,
            predictions,
            value,
            values,
            [trial.done[k].seconds if k in trial.done else 0.0 for k in range(folds.n_folds)],
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
            if beaten is not None:
                self._store.drop_models(self.plan.id, beaten.number, self._data.folds.n_folds)
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
            self._store.drop_models(self.plan.id, trial.number, self._data.folds.n_folds)

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

    def _fold_value(self, fold: int, record: FoldRecord) -> float | None:
        rows = self._data.folds.held_out(fold)
        return compute_score(RMSE, self._data.Y[rows, self.target_index], record.predictions).value


def _as_error(record: TrialRecord) -> NbmlError | None:
    return None if record.error is None else NbmlError(record.error["code"], **record.error["fields"])

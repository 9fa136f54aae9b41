"""Every trial of a job with its parameters and fold scores, from the log; a snapshot keeps the latest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nbml.spec.events import AnyEvent, Fault, FoldFinished, JobPlanned, StudyPlan, TrialFinished, TrialStarted


@dataclass
class LoggedTrial:
    """One trial as the log has it."""

    number: int
    state: str = "running"
    value: float | None = None
    folds: tuple[float | None, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    error: Fault | None = None


@dataclass
class LoggedStudy:
    """One search; `told` has the numbers of its trials in the order they ended."""

    plan: StudyPlan
    trials: dict[int, LoggedTrial] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)

    @property
    def ended(self) -> list[LoggedTrial]:
        """The trials that ended, in that order."""
        return [self.trials[number] for number in self.told]


def read_trials(events: Iterable[AnyEvent]) -> tuple[JobPlanned | None, dict[str, LoggedStudy]]:
    """The plan of a job and its searches by id, in the order planned.

    Parameters
    ----------
    events : iterable of AnyEvent
        In order; a job that was resumed plans again, which changes nothing.
    """
    plan: JobPlanned | None = None
    studies: dict[str, LoggedStudy] = {}
    for event in events:
        if isinstance(event, JobPlanned):
            plan = event
            for study in event.studies:
                studies.setdefault(study.id, LoggedStudy(study))
        elif isinstance(event, TrialStarted | FoldFinished | TrialFinished) and event.study in studies:
            study_log = studies[event.study]
            trial = study_log.trials.setdefault(event.trial, LoggedTrial(event.trial))
            if isinstance(event, TrialStarted):
                trial.params = event.params
            elif isinstance(event, FoldFinished):
                folds = list(trial.folds) + [None] * (event.fold + 1 - len(trial.folds))
                folds[event.fold] = event.value
                trial.folds = tuple(folds)
            else:
                trial.state, trial.value, trial.error = event.state, event.value, event.error
                trial.folds = event.folds or trial.folds
                study_log.told.append(event.trial)
    return plan, studies

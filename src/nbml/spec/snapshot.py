"""The state of a job as its viewers know it: one pure reducer over events.

The same reducer stands in the panels; both are tested on the same logs. Replaying an event that was
already seen changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from pydantic import Field

from nbml.spec.base import Strict
from nbml.spec.events import (
    AnyEvent,
    ArtifactReady,
    BestChanged,
    Fault,
    FoldFinished,
    FrontChanged,
    JobFinished,
    JobPlanned,
    JobQueued,
    JobStarted,
    JobState,
    Notice,
    Resources,
    Stage,
    StageFinished,
    StageStarted,
    TrialFinished,
    TrialStarted,
    TrialState,
)

RECENT_TRIALS = 1_000
"""Trials kept over all searches, the latest of each."""
WHOLE_TRIALS = 100
"""Of those, trials with parameters, fold scores and the words of an error; older ones keep what is drawn."""
LEAST = 5
"""Whole trials kept of each search at least, and ten times as many in all; bounded up to 20 searches."""
RECENT_NOTICES = 100
SHOWN = 200
"""Characters (code points) kept of a sentence; the log has all of it."""


class TrialView(Strict):
    """One trial as seen so far."""

    number: int
    state: TrialState = "running"
    value: float | None = None
    folds: tuple[float | None, ...] = ()
    folds_done: int = 0
    params: dict[str, Any] = Field(default_factory=dict)
    error: Fault | None = None


class StudyView(Strict):
    """One search as seen so far; the latest trials only, counts over all."""

    id: str
    target: str
    family: str
    planned: int | None = None
    complete: int = 0
    failed: int = 0
    trials: tuple[TrialView, ...] = ()
    best: TrialView | None = None


class FrontView(Strict):
    """The front of an inverse search as seen last."""

    evaluations: int = 0
    planned: int = 0
    size: int = 0
    is_feasible: bool = True
    hypervolume: float | None = None
    names: tuple[str, ...] = ()
    points: tuple[tuple[float | None, ...], ...] = ()


class Snapshot(Strict):
    """A job as seen so far. Bounded, so that it can be sent whole."""

    job_id: str = ""
    seq: int = 0
    state: JobState = "queued"
    title: str = ""
    executor: str = ""
    attempt: int = 0
    elapsed_s: float = 0.0
    timeout_s: float | None = None
    stage: Stage | None = None
    waiting_for: str = ""
    n_rows: int = 0
    n_features: int = 0
    fold_names: tuple[str, ...] = ()
    fold_rows: tuple[int, ...] = ()
    fold_scheme: str = ""
    studies: tuple[StudyView, ...] = ()
    front: FrontView | None = None
    folds_done: int = 0
    workers: int = 0
    busy: int = 0
    busy_share: float = 0.0
    recent_share: float | None = None
    notices: tuple[Notice, ...] = ()
    artifacts: tuple[str, ...] = ()
    scores: dict[str, float] = Field(default_factory=dict)
    error: Fault | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, well or not."""
        return self.state in ("succeeded", "failed", "cancelled")

    @property
    def trials_done(self) -> int:
        """Trials told, complete and failed, over all searches."""
        return sum(study.complete + study.failed for study in self.studies)

    @property
    def trials_planned(self) -> int | None:
        """Trials asked for over all searches; None when time alone ends the search."""
        planned = [study.planned for study in self.studies]
        return None if None in planned else sum(n for n in planned if n is not None)

    @property
    def seconds_left(self) -> float | None:
        """A plain estimate from the trials told so far; None before there is one and after the end."""
        if self.is_finished:
            return None
        done, planned = self.trials_done, self.trials_planned
        by_trials = self.elapsed_s / done * (planned - done) if done and planned else None
        by_time = None if self.timeout_s is None else max(self.timeout_s - self.elapsed_s, 0.0)
        known = [s for s in (by_trials, by_time) if s is not None]
        return min(known) if known else None


def fold(snapshot: Snapshot, event: AnyEvent) -> Snapshot:
    """The state after an event.

    Parameters
    ----------
    snapshot : Snapshot
        The state before.
    event : AnyEvent
        The next event; one whose ``seq`` was already seen is ignored.

    Returns
    -------
    Snapshot
        A new state; the old one is untouched.
    """
    if event.seq and event.seq <= snapshot.seq:
        return snapshot
    changes: dict[str, Any] = {"elapsed_s": max(snapshot.elapsed_s, event.elapsed_s)}
    if event.seq:
        changes |= {"seq": event.seq, "job_id": event.job_id}
    return snapshot.model_copy(update=changes | _changes(snapshot, event))


def _changes(snapshot: Snapshot, event: AnyEvent) -> dict[str, Any]:
    match event:
        case JobQueued():
            return {"title": event.title, "state": "queued"}
        case JobStarted():
            return {"state": "running", "attempt": event.attempt, "executor": event.executor, "error": None}
        case JobPlanned():
            known = {study.id: study for study in snapshot.studies}
            studies = tuple(
                known.get(p.id) or StudyView(id=p.id, target=p.target, family=p.family, planned=p.trials)
                for p in event.studies
            )
            return {
                "studies": studies,
                "fold_names": event.fold_names,
                "fold_rows": event.fold_rows,
                "fold_scheme": event.fold_scheme,
                "n_rows": event.n_rows,
                "n_features": event.n_features,
                "timeout_s": event.timeout_s,
            }
        case StageStarted():
            return {"stage": event.stage, "waiting_for": event.detail}
        case StageFinished():
            return {"waiting_for": ""}
        case Notice():
            brief = event.model_copy(update={"message": event.message[:SHOWN], "fields": {}})
            return {"notices": (*snapshot.notices, brief)[-RECENT_NOTICES:]}
        case FrontChanged():
            return {"front": FrontView(**{name: getattr(event, name) for name in FrontView.model_fields})}
        case ArtifactReady():
            return {"artifacts": tuple(dict.fromkeys((*snapshot.artifacts, event.name)))}
        case Resources():
            names = ("workers", "busy", "busy_share", "recent_share")
            return {name: getattr(event, name) for name in names}
        case JobFinished():
            return {
                "state": event.state,
                "scores": event.scores,
                "error": event.error,
                "stage": None,
                "waiting_for": "",
                "busy": 0,
            }
        case TrialStarted() | FoldFinished() | TrialFinished() | BestChanged():
            whole = max(WHOLE_TRIALS // max(len(snapshot.studies), 1), LEAST)
            studies = tuple(
                _study(study, event, whole) if study.id == event.study else study
                for study in snapshot.studies
            )
            done = snapshot.folds_done + isinstance(event, FoldFinished)
            return {"studies": studies, "folds_done": done}
        case _:
            return {}


def _study(
    study: StudyView, event: TrialStarted | FoldFinished | TrialFinished | BestChanged, whole: int
) -> StudyView:
    place = bisect_left(study.trials, event.trial, key=lambda trial: trial.number)
    is_known = place < len(study.trials) and study.trials[place].number == event.trial
    trial = study.trials[place] if is_known else TrialView(number=event.trial)
    changes: dict[str, Any] = {}
    match event:
        case TrialStarted():
            trial = trial.model_copy(update={"params": event.params})
        case FoldFinished():
            values = list(trial.folds) + [None] * (event.fold + 1 - len(trial.folds))
            values[event.fold] = event.value
            trial = trial.model_copy(update={"folds": tuple(values), "folds_done": trial.folds_done + 1})
        case TrialFinished():
            trial = trial.model_copy(
                update={
                    "state": event.state,
                    "value": event.value,
                    "error": _brief(event.error, SHOWN),
                    "folds": event.folds or trial.folds,
                }
            )
            is_complete = event.state == "complete"
            changes = {"complete": study.complete + is_complete, "failed": study.failed + (not is_complete)}
        case BestChanged():
            best = trial.model_copy(
                update={
                    "state": "complete",
                    "value": event.value,
                    "folds": event.folds,
                    "params": event.params,
                }
            )
            return study.model_copy(update={"best": best})
    trials = [*study.trials[:place], trial, *study.trials[place + is_known :]]
    for old in {place, len(trials) - whole - 1}:
        if 0 <= old < len(trials) - whole and trials[old].state != "running":
            trials[old] = _drawn(trials[old])
    return study.model_copy(
        update=changes | {"trials": tuple(trials[-whole * RECENT_TRIALS // WHOLE_TRIALS :])}
    )


def _drawn(trial: TrialView) -> TrialView:
    """An old trial: number, state and score."""
    return trial.model_copy(update={"params": {}, "folds": (), "error": _brief(trial.error, 0)})


def _brief(error: Fault | None, length: int) -> Fault | None:
    """A fault with so many characters of its words, without the values behind them."""
    if error is None:
        return None
    return Fault(code=error.code, message=error.message[:length], next_step=error.next_step[:length])

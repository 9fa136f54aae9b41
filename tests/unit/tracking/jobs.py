"""A small job as tracking sees it: spec, events, record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbml.spec.columns import Column, ColumnSheet
from nbml.spec.events import (
    AnyEvent,
    Fault,
    FoldFinished,
    JobPlanned,
    Score,
    StudyPlan,
    TrialFinished,
    TrialStarted,
)
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.train import Resolved, TrainSpec

TARGET = "強度[MPa], <b>"
FOLDS = ("cv1", "lot A, B")
STUDIES = ("t0-lightgbm", "t0-mlp")
TS = "2026-11-23T09:00:00+00:00"


def make_spec(**changes: Any) -> TrainSpec:
    resolved = Resolved(
        job_id="job-1",
        features=("温度[℃]", "kind"),
        n_rows=40,
        versions={"lightgbm": "4.7.0"},
        created=TS,
        user="a user",
        columns_sha256="b" * 64,
    )
    said: dict[str, Any] = {"targets": (TARGET,), "models": ("lightgbm", "mlp"), "resolved": resolved}
    return TrainSpec(**(said | changes))


def planned() -> JobPlanned:
    studies = tuple(StudyPlan(id=one, target=TARGET, family=one[3:], trials=6) for one in STUDIES)
    return JobPlanned(
        ts=TS,
        studies=studies,
        fold_names=FOLDS,
        fold_rows=(20, 20),
        fold_scheme="k-fold",
        n_rows=40,
        n_features=2,
    )


def trial(study: str, number: int, value: float | None = None) -> Iterator[AnyEvent]:
    """The events of one trial; it fails when there is no value."""
    error = Fault(code="NBML-M01", message="no") if value is None else None
    yield TrialStarted(ts=TS, study=study, trial=number, params={"rate": number / 10})
    for k in range(2):
        yield FoldFinished(ts=TS, study=study, trial=number, fold=k, value=value, seconds=0.25, error=error)
    yield TrialFinished(
        ts=TS,
        study=study,
        trial=number,
        state="failed" if value is None else "complete",
        value=value,
        folds=() if value is None else (value - 1, value + 1),
        error=error,
    )


def events() -> list[AnyEvent]:
    """Two searches of six trials; trial 2 fails, trial 4 is the best."""
    told: list[AnyEvent] = [planned()]
    for number in range(6):
        for study in STUDIES:
            told += trial(study, number, None if number == 2 else 5.0 + abs(number - 4))
    return told


def make_record(job_folder: Path, **changes: Any) -> TrainRecord:
    (job_folder / "cv_result.csv").write_text("row,predicted\n0,1.5\n", encoding="utf-8")
    score = Score(metric="rmse", pooled=5.0, mean=5.0, spread=1.0, folds=(4.0, 6.0))
    leaders = [Leader(target=TARGET, family="baseline", study=None, scores={"rmse": score})]
    leaders += [
        Leader(
            target=TARGET,
            family=one[3:],
            study=one,
            chosen=one == STUDIES[0],
            trial=4,
            params={"rate": 0.4},
            scores={"rmse": score},
            trials_complete=5,
            trials_failed=1,
        )
        for one in STUDIES
    ]
    columns = (
        Column(name="温度[℃]", position=0, kind="number"),
        Column(name="kind", position=1, kind="category"),
        Column(name=TARGET, position=2, kind="number", role="target"),
    )
    said: dict[str, Any] = {
        "job_id": "job-1",
        "state": "succeeded",
        "title": TARGET,
        "targets": (TARGET,),
        "features": ("温度[℃]", "kind"),
        "fold_names": FOLDS,
        "fold_scheme": "k-fold",
        "n_rows": 40,
        "data_sha256": "a" * 64,
        "leaderboard": tuple(leaders),
        "sheet": ColumnSheet(columns=columns),
    }
    return TrainRecord(**(said | changes))

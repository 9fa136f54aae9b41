"""A recorded job and the face of nbml around it: the command line is tried on them, nothing is learnt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import nbml
from nbml.cli import main
from nbml.errors import JobError
from nbml.spec import events as ev
from nbml.spec.columns import Column, ColumnSheet, Finding
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.snapshot import Snapshot, fold
from nbml.spec.train import TrainSpec

NASTY = "[bold]y[/]\x1b[31m\n‮"
PLANS = (
    ev.StudyPlan(id="t0-lightgbm", target=NASTY, family="lightgbm", trials=3),
    ev.StudyPlan(id="t0-mlp", target=NASTY, family="mlp", trials=3),
)


def tape(*body: ev.Event, state: str = "succeeded", error: ev.Fault | None = None) -> list[ev.AnyEvent]:
    """A whole log: the body between a usual beginning and an end."""
    log: list[Any] = [
        ev.JobQueued(task="train", title=NASTY),
        ev.JobStarted(attempt=1, executor="ray"),
        ev.JobPlanned(
            studies=PLANS,
            fold_names=("cv1", "cv2"),
            fold_rows=(5, 5),
            fold_scheme="shuffled",
            n_rows=10,
            n_features=2,
        ),
        ev.StageStarted(stage="search", detail="2 workers"),
        *body,
        ev.JobFinished(state=state, error=error),  # type: ignore[arg-type]
    ]
    return [
        event.model_copy(update={"seq": n, "job_id": "j1", "elapsed_s": n / 2})
        for n, event in enumerate(log, 1)
    ]


def trial(
    study: str, number: int, value: float | None, *, best: bool = False, error: ev.Fault | None = None
) -> list[ev.Event]:
    """The events of one trial."""
    folds = () if value is None else (value - 0.3, value + 0.3)
    told: list[ev.Event] = [
        ev.TrialStarted(study=study, trial=number, params={"a": 1}),
        ev.TrialFinished(
            study=study,
            trial=number,
            state="failed" if error else "complete",
            value=value,
            folds=folds,
            error=error,
        ),
    ]
    if best and value is not None:
        told.append(ev.BestChanged(study=study, trial=number, value=value, folds=folds, params={"a": 1}))
    return told


def score(metric: str, value: float, spread: float) -> ev.Score:
    return ev.Score(metric=metric, pooled=value, mean=value, spread=spread, folds=(value,))


def record(**changes: Any) -> TrainRecord:
    """A result of two families for one target with a unit."""

    def leader(family: str, rmse: float, **more: Any) -> Leader:
        return Leader(
            target=NASTY,
            family=family,
            study=None,
            scores={
                "rmse": score("rmse", rmse, 0.31),
                "mae": score("mae", rmse / 2, 0.2),
                "r2": score("r2", 0.9, 0.02),
            },
            **more,
        )

    base = TrainRecord(
        job_id="j1", state="succeeded", title=NASTY, targets=(NASTY,), features=("a", "b"),
        fold_names=("cv1", "cv2"), fold_scheme="shuffled", n_rows=10, data_sha256="0" * 64,
        leaderboard=(leader("mlp", 5.2, trials_complete=3),
                     leader("lightgbm", 3.8971, chosen=True, trial=2, trials_complete=3, trials_failed=1),
                     leader("baseline", 16.72)),
        warnings=(Finding(code="NBML-D19", severity="warning", columns=("a",), message="Twins in a.",
                          next_step="Group them."),),
        sheet=ColumnSheet(columns=(Column(name=NASTY, position=0, kind="number", unit="MPa"),)),
        run_id="r1", tracking_uri="sqlite:///x.db",
    )  # fmt: skip
    return base.model_copy(update=changes)


@dataclass
class FakeJob:
    """A job whose log is a tape; with `waits` it stops before the last event until it is cancelled."""

    log: list[ev.AnyEvent]
    folder: Path
    record: TrainRecord | None = None
    id: str = "j1"
    status: str = "succeeded"
    waits: bool = False
    waiting: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def follow(self, timeout_s: float | None = None) -> Iterator[ev.AnyEvent]:
        yield from self.log[:-1]
        if self.waits:
            self.waiting.set()
            assert self.cancelled.wait(20)
        yield self.log[-1]

    def snapshot(self) -> Snapshot:
        state = Snapshot()
        for event in self.log:
            state = fold(state, event)
        return state

    def cancel(self) -> None:
        self.cancelled.set()

    def result(self, timeout_s: float | None = None) -> Any:
        if self.record is None:
            raise JobError("NBML-J20", study="t0-lightgbm", reason="none")
        return SimpleNamespace(record=self.record)


@dataclass
class Face:
    """What the commands asked nbml for."""

    job: FakeJob
    specs: list[Any] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Face:
    """nbml with a job that has succeeded; tests change ``face.job``."""
    fault = ev.Fault(code="NBML-E12", message="ValueError: no")
    body = [
        *trial("t0-lightgbm", 0, 4.5, best=True),
        *trial("t0-mlp", 0, 5.2, best=True),
        *trial("t0-lightgbm", 1, None, error=fault),
        *trial("t0-lightgbm", 2, 3.8971, best=True),
    ]
    face = Face(FakeJob(tape(*body), tmp_path, record()))

    def make_spec(path: str, *, targets: list[str], read: Any = None, **kept: Any) -> TrainSpec:
        face.made.append({"path": path, "targets": targets, "read": read, **kept})
        return TrainSpec.model_validate(
            {"data": {"path": path, "read": read or {}}, "targets": targets, "models": ["lightgbm"]}
        )

    def run(spec: Any) -> FakeJob:
        face.specs.append(spec)
        return face.job

    def open_(job_id: str) -> FakeJob:
        if job_id != face.job.id:
            raise JobError("NBML-J01", job_id=job_id)
        return face.job

    def start(spec: Any, table: Any) -> FakeJob:
        assert table.path == spec.data.path
        return run(spec)

    said = {"make_spec": make_spec, "run": run, "start": start, "open": open_, "resume": open_}
    for name, value in said.items():
        monkeypatch.setitem(vars(nbml), name, value)
    monkeypatch.setattr("sys.stdin", None)
    return face


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small file to name on the command line."""
    file = tmp_path / "mix.csv"
    file.write_text("a,y\n1,2\n3,4\n", encoding="utf-8")
    return file


@pytest.fixture
def nbml_cli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., SimpleNamespace]:
    """Runs a command line in this process: ``.code``, ``.out``, ``.err``."""
    monkeypatch.setenv("COLUMNS", "120")

    def call(*args: str) -> SimpleNamespace:
        code = main(list(args))
        printed = capsys.readouterr()
        return SimpleNamespace(code=code, out=printed.out, err=printed.err)

    return call

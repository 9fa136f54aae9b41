"""An MLflow that stands in memory, may be away, and may be told to kill its caller at any call."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import requests
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_DOES_NOT_EXIST,
)

OURS = ("connect", "job_runs", "study_runs", "delete_experiment")
READS = ("get_run", "get_experiment", "get_experiment_by_name", "search_runs")


class Killed(BaseException):
    """What kill -9 would be: nothing catches it."""


@dataclass
class FakeRun:
    run_id: str
    experiment_id: str
    name: str
    tags: dict[str, str]
    status: str = "RUNNING"
    lifecycle_stage: str = "active"
    points: Counter[tuple[str, float, int, int]] = field(default_factory=Counter)
    params: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)

    def history(self, key: str) -> dict[int, float]:
        points = sorted(self.points, key=lambda point: point[3])
        return {step: value for name, value, _, step in points if name == key}

    @property
    def entity(self) -> SimpleNamespace:
        info = SimpleNamespace(
            run_id=self.run_id,
            status=self.status,
            lifecycle_stage=self.lifecycle_stage,
            run_name=self.name,
            experiment_id=self.experiment_id,
        )
        return SimpleNamespace(info=info, data=SimpleNamespace(tags=self.tags))


class FakeMlflow:
    """Answers as the client does; keeps what it was told."""

    def __init__(self) -> None:
        self.runs: dict[str, FakeRun] = {}
        self.experiments: dict[str, SimpleNamespace] = {}
        self.models: dict[str, SimpleNamespace] = {}
        self.versions: dict[tuple[str, str], SimpleNamespace] = {}
        self.aliases: dict[tuple[str, str], str] = {}
        self.calls: list[str] = []
        self.is_away = False
        self.refuses: set[str] = set()
        self.kill_at: tuple[int, str] | None = None
        self.clients = 0

    def connect(self, _store: Any) -> FakeMlflow:
        self.clients += 1
        return self

    def __getattribute__(self, name: str) -> Any:
        found = object.__getattribute__(self, name)
        if name.startswith("_") or name in OURS or not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.is_away:
                raise requests.ConnectionError("refused: http://me:secret@mlflow.example/api?token=abc")
            if name in self.refuses:
                raise MlflowException(f"{name} is not for you", INVALID_PARAMETER_VALUE)
            if name not in READS:
                self.calls.append(name)
                if self.kill_at == (len(self.calls), "before"):
                    raise Killed
            answer = found(*args, **kwargs)
            if name not in READS and self.kill_at == (len(self.calls), "after"):
                raise Killed
            return answer

        return call

    def job_runs(self) -> list[FakeRun]:
        return [run for run in self._runs() if "mlflow.parentRunId" not in run.tags]

    def study_runs(self) -> list[FakeRun]:
        return [run for run in self._runs() if "mlflow.parentRunId" in run.tags]

    def _runs(self) -> list[FakeRun]:
        return [run for run in self.runs.values() if run.lifecycle_stage == "active"]

    def get_experiment_by_name(self, name: str) -> Any:
        return next((one for one in self.experiments.values() if one.name == name), None)

    def get_experiment(self, experiment_id: str) -> Any:
        return self.experiments[experiment_id]

    def create_experiment(self, name: str, artifact_location: str | None = None) -> str:
        if self.get_experiment_by_name(name) is not None:
            raise MlflowException("taken", RESOURCE_ALREADY_EXISTS)
        number = str(len(self.experiments) + 1)
        self.experiments[number] = SimpleNamespace(
            experiment_id=number, name=name, lifecycle_stage="active", artifact_location=artifact_location
        )
        return number

    def delete_experiment(self, experiment_id: str) -> None:
        self.experiments[experiment_id].lifecycle_stage = "deleted"
        for run in self.runs.values():
            run.lifecycle_stage = "deleted"

    def create_run(self, experiment_id: str, tags: dict[str, str], run_name: str) -> Any:
        if self.experiments[experiment_id].lifecycle_stage != "active":
            raise MlflowException("must be active", INVALID_PARAMETER_VALUE)
        run = FakeRun(uuid.uuid4().hex, experiment_id, run_name, dict(tags))
        self.runs[run.run_id] = run
        return run.entity

    def get_run(self, run_id: str) -> Any:
        if run_id not in self.runs:
            raise MlflowException("no such run", RESOURCE_DOES_NOT_EXIST)
        return self.runs[run_id].entity

    def search_runs(self, _experiment_ids: list[str], filter_string: str) -> list[Any]:
        key = filter_string.split("'")[1]
        return [run.entity for run in self._runs() if run.tags.get("nbml.key") == key]

    def _live(self, run_id: str) -> FakeRun:
        run = self.runs.get(run_id)
        if run is None:
            raise MlflowException("no such run", RESOURCE_DOES_NOT_EXIST)
        if run.lifecycle_stage != "active":
            raise MlflowException("must be in the 'active' state", INVALID_PARAMETER_VALUE)
        return run

    def update_run(self, run_id: str, status: str) -> None:
        self._live(run_id).status = status

    def set_terminated(self, run_id: str, status: str) -> None:
        self._live(run_id).status = status

    def set_tag(self, run_id: str, key: str, value: str) -> None:
        self._live(run_id).tags[key] = value

    def log_batch(self, run_id: str, metrics: Any = (), params: Any = (), tags: Any = ()) -> None:
        run = self._live(run_id)
        assert len(metrics) + len(params) + len(tags) <= 1000
        assert len(params) <= 100
        assert len(tags) <= 100
        run.points.update((m.key, m.value, m.timestamp, m.step) for m in metrics)
        run.params |= {p.key: p.value for p in params}
        run.tags |= {t.key: t.value for t in tags}

    def log_artifacts(self, run_id: str, local_dir: str) -> None:
        from pathlib import Path

        run = self._live(run_id)
        run.files |= {one.name: one.read_bytes() for one in Path(local_dir).iterdir()}

    def log_inputs(
        self, run_id: str, datasets: list[Any] | None = None, models: list[Any] | None = None
    ) -> None:
        run = self._live(run_id)
        run.inputs |= {one.dataset.digest: one for one in datasets or ()}
        run.inputs |= {one.model_id: one for one in models or ()}

    def get_logged_model(self, model_id: str) -> Any:
        return self.models[model_id]

    def get_model_version(self, name: str, version: str) -> Any:
        return self.versions[name, version]

    def get_model_version_by_alias(self, name: str, alias: str) -> Any:
        return self.versions[name, self.aliases[name, alias]]

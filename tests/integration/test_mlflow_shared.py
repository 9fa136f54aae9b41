"""One MLflow for several users: basic authentication, who may write where, promotion, the model served."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbml.errors import TrackingError
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.predictor import Predictor
from nbml.settings import Settings
from nbml.spec.result import TrainRecord
from nbml.tracking import writer as writer_module
from nbml.tracking.promotion import compare, promote
from nbml.tracking.store import connect, resolve
from nbml.tracking.writer import TrackingWriter
from tests.integration.test_mlflow import (
    WITHIN_S,
    answer_within,
    frame,
    free_port,
    job_folder,
    keep,
    until,
    write_models,
)
from tests.unit.tracking.jobs import TARGET, events, make_record, make_spec

pytestmark = [pytest.mark.mlflow, pytest.mark.slow, pytest.mark.timeout(600)]
PASSWORDS = {"admin": "admin-tell-nobody", "ana": "ana-tell-nobody-1", "ben": "ben-tell-nobody-2"}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "models"
    write_models(folder)
    return folder


@contextmanager
def guarded_server(folder: Path, port: int) -> Iterator[None]:
    """A tracking server with basic authentication on loopback."""
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{folder}/auth.db\n"
        "admin_username = admin\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    environment = os.environ | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORDS["admin"],
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "of this test",
    }
    command = [sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "a")]
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=environment) as process,
    ):
        try:
            answer_within(f"http://127.0.0.1:{port}/health", process)
            yield
        finally:
            end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """End a process group, if it is still there."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait(WITHIN_S)


def ask(port: int, path: str, **body: Any) -> Any:
    """A request of the administrator's."""
    word = base64.b64encode(f"admin:{PASSWORDS['admin']}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Basic {word}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def writer_of(home: Path, models: Path, settings: Settings, project: str) -> tuple[TrackingWriter, Path]:
    folder = job_folder(home, models)
    return TrackingWriter(folder, make_spec(project=project, register_as=f"m-{home.name}"), settings), folder


@pytest.mark.skipif(os.name == "nt", reason="process groups")
def test_f39_f40_two_users_of_one_server(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stops in mid-job; Ben may not write where Ana began until he is let in; nothing is lost."""
    pytest.importorskip("flask_wtf", reason="mlflow[auth] is not installed")
    monkeypatch.setattr(writer_module, "BACK_OFF_S", (0.2, 0.5))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    port, told = free_port(), events()
    address = f"127.0.0.1:{port}"
    ana = Settings(home=tmp_path / "ana", tracking_uri=f"http://ana:{PASSWORDS['ana']}@{address}")
    with guarded_server(tmp_path, port):
        for name in ("ana", "ben"):
            ask(port, "2.0/mlflow/users/create", username=name, password=PASSWORDS[name])
        first, folder = writer_of(tmp_path / "ana", models, ana, "mixes")
        for event in told[:20]:
            first.event(event)
        until(lambda: first.state == "idle")
    for event in told[20:]:
        first.event(event)
    until(lambda: first.state == "waiting")
    assert first.finish(make_record(folder), 0.1) is None
    with guarded_server(tmp_path, port):
        done = first.wait(WITHIN_S)
        first.close()
        assert done is not None, first.error
        assert [one.code for one in first.notices()] == ["NBML-T20", "NBML-T21"]
        client = connect(resolve(ana))
        for child in client.search_runs([done.experiment_id], f"tags.`mlflow.parentRunId` = '{done.run_id}'"):
            points = [one.value for one in client.get_metric_history(child.info.run_id, "trial_rmse")]
            assert points == [9.0, 8.0, 6.0, 5.0, 6.0]

        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ben")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "not his")
        ben = Settings(home=tmp_path / "ben", tracking_uri=f"http://{address}")
        second, folder = writer_of(tmp_path / "ben", models, ben, "mixes")
        for event in told:
            second.event(event)
        assert second.finish(make_record(folder), 0.1) is None
        until(lambda: second.state == "waiting")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORDS["ben"])
        until(lambda: "denied" in str(second.error).lower())
        assert second.pending > 1
        right = {"resource_type": "experiment", "resource_id": done.experiment_id, "permission": "EDIT"}
        ask(port, "3.0/mlflow/users/permissions/grant", username="ben", **right)
        kept = second.wait(WITHIN_S)
        second.close()
        assert kept is not None, second.error
        assert kept.experiment_id == done.experiment_id
        assert (kept.registered_as, kept.version) == ("m-ben", "1")
    for place in (tmp_path / "ana", tmp_path / "ben", tmp_path / "server.db", tmp_path / "a"):
        files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
        assert [one for one in files if b"tell-nobody" in one.read_bytes()] == []
    assert "tell-nobody" not in f"{done}{kept}{first.error}{second.error}"


def record_of(folder: Path, rmse: float) -> TrainRecord:
    record = make_record(folder)
    rows = tuple(
        row.model_copy(
            update={"scores": {n: s.model_copy(update={"pooled": rmse}) for n, s in row.scores.items()}}
        )
        for row in record.leaderboard
    )
    return record.model_copy(update={"leaderboard": rows})


def register(home: Path, models: Path, settings: Settings, rmse: float, **spec: Any) -> None:
    folder = job_folder(home, models)
    writer = TrackingWriter(folder, make_spec(register_as="強度", **spec), settings)
    for event in events():
        writer.event(event)
    assert writer.finish(record_of(folder, rmse), WITHIN_S) is not None, writer.error
    writer.close()


def test_a_version_is_promoted_against_what_it_was_compared_with(tmp_path: Path, models: Path) -> None:
    settings = Settings(home=tmp_path)
    register(tmp_path / "one", models, settings, 5.0)
    first = compare("強度", settings)
    assert first.champion is None
    assert first.rows()[0][0] == "rmse"
    promote(first, settings)
    client = connect(resolve(settings))
    register(tmp_path / "two", models, settings, 4.0, alias="challenger")
    register(tmp_path / "three", models, settings, 6.0)
    second = compare("強度", settings)
    assert (second.champion.version, second.challenger.version) == ("1", "2")
    assert second.is_fair
    assert ("rmse", 5.0, 4.0, True) in second.rows()
    third = compare("強度", settings, version="3")
    assert ("rmse", 5.0, 6.0, False) in third.rows()
    promote(second, settings)
    aliases = client.get_registered_model("強度").aliases
    assert {name: str(version) for name, version in aliases.items()} == {"champion": "2", "previous": "1"}
    with pytest.raises(TrackingError) as failure:
        promote(third, settings)
    assert failure.value.code == "NBML-T31"
    for arguments, code in (
        (("強度", "2"), "NBML-T33"), (("強度", "9"), "NBML-T30"), (("none", None), "NBML-T30"),
        (("x' OR name='強度", None), "NBML-T32"),
    ):  # fmt: skip
        with pytest.raises(TrackingError) as failure:
            compare(arguments[0], settings, version=arguments[1])
        assert failure.value.code == code


@pytest.mark.skipif(os.name == "nt", reason="process groups")
def test_the_model_is_served_by_mlflow_itself(tmp_path: Path, models: Path) -> None:
    """``mlflow models serve`` in the environment at hand answers what nbml predicts."""
    settings, port = Settings(home=tmp_path), free_port()
    done = keep(job_folder(tmp_path, models), settings, make_spec())
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(done.model_uri), "-p", str(port)]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--workers", "1"]
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": resolve(settings).uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    rows = frame().head(5)
    body = json.dumps({"dataframe_split": json.loads(rows.to_json(orient="split"))}).encode()
    with (
        (tmp_path / "serve.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=environment) as process,
    ):
        try:
            answer_within(f"http://127.0.0.1:{port}/ping", process)
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                found = json.load(answer)["predictions"]
            bad = json.dumps({"dataframe_split": {"columns": ["x"], "data": [[1]]}}).encode()
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(
                    urllib.request.Request(request.full_url, bad, {"Content-Type": "application/json"}),
                    timeout=60,
                )
            assert refused.value.code == 400
        finally:
            end(process)
    expected = Predictor(open_bundle(models)).predict(rows)[f"predicted_{TARGET}"]
    assert [row[f"predicted_{TARGET}"] for row in found] == pytest.approx(
        np.asarray(expected).tolist(), rel=1e-12
    )

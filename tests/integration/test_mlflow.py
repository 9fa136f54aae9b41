"""A real MLflow: the local store, a server that goes away, the model in a new process (F39, F40, S12)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbml.errors import TrackingError
from nbml.ml.bundle.manifest import ModelCard
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.writer import BundleWriter
from nbml.ml.encoder import Encoder
from nbml.ml.models import family
from nbml.ml.models.base import Shape
from nbml.ml.predictor import Predictor
from nbml.settings import Settings
from nbml.spec.train import TrainSpec
from nbml.tracking import writer as writer_module
from nbml.tracking.kept import Kept
from nbml.tracking.load import fetch_bundle, find_run
from nbml.tracking.model import signature
from nbml.tracking.store import connect, resolve
from nbml.tracking.writer import TrackingWriter
from tests.unit.ml.predicting import make, rows
from tests.unit.tracking.jobs import STUDIES, TARGET, events, make_record, make_spec

pytestmark = [pytest.mark.mlflow, pytest.mark.timeout(600)]
WITHIN_S = 200.0


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    table = pd.DataFrame({"温度[℃]": rng.normal(20, 5, 40), "kind": rng.choice(["A", "B", "日本"], 40)})
    table["n"] = rng.integers(0, 9, 40)
    table.loc[3, "温度[℃]"] = None
    return table


def write_models(folder: Path) -> None:
    """A bundle of two folds and a final model."""
    table, fit = frame(), family("lightgbm")
    encoder = Encoder.learn(table, [("温度[℃]", "number"), ("n", "integer"), ("kind", "category")])
    X = encoder.encode(table).X
    y = np.nan_to_num(X[:, 0]) * 2 + X[:, 1] - 3 * X[:, 2]
    writer, shape = BundleWriter(folder), Shape(n_rows=40, n_features=3, n_train=20)
    for k, part in enumerate(("fold-0", "fold-1", "final")):
        rows = slice(None) if part == "final" else slice(k, None, 2)
        prepared = fit.prepare(X[rows], encoder.layout, threads=1)
        model = fit.fit(prepared, y[rows], fit.start(shape), seed=1, threads=1, should_stop=lambda: False)
        writer.add(0, "lightgbm", part, model.files())
    card = ModelCard(0, "lightgbm", chosen=True)
    writer.finish(encoder=encoder, targets=[TARGET], cards=[card], golden=X[:3])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "models"
    write_models(folder)
    return folder


def job_folder(home: Path, models: Path) -> Path:
    folder = home / "jobs" / "job-1"
    folder.mkdir(parents=True)
    (folder / "models").symlink_to(models, target_is_directory=True)
    (folder / "shap").mkdir()
    np.savez(folder / "shap" / "a.npz", values=np.ones((4, 3)))
    return folder


def keep(folder: Path, settings: Settings, spec: TrainSpec) -> Kept:
    writer = TrackingWriter(folder, spec, settings)
    for event in events():
        writer.event(event)
    record = make_record(folder)
    rows = tuple(
        row.model_copy(update={"shap": "shap/a.npz" if row.chosen else None}) for row in record.leaderboard
    )
    done = writer.finish(record.model_copy(update={"leaderboard": rows}), WITHIN_S)
    writer.close()
    assert done is not None, writer.error
    assert writer.notices() == []
    return done


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, models: Path) -> tuple[Settings, Kept, Path]:
    """A job kept in a local store with blanks and Japanese in its path, from an empty directory."""
    home = tmp_path_factory.mktemp("家 of # tests")
    empty = tmp_path_factory.mktemp("cwd")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(empty)
        settings = Settings(home=home)
        done = keep(job_folder(home, models), settings, make_spec(register_as="強度 model", alias="champion"))
    assert list(empty.iterdir()) == [], "something was put into the working directory"
    return settings, done, home


def test_the_local_store_has_everything(local: tuple[Settings, Kept, Path]) -> None:
    settings, done, home = local
    client = connect(resolve(settings))
    run = client.get_run(done.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["rmse"] == 5.0
    assert run.inputs.dataset_inputs[0].dataset.digest == "a" * 36
    assert run.outputs.model_outputs[0].model_id == run.data.tags["nbml.model_id"]
    names = {one.path for one in client.list_artifacts(done.run_id)}
    assert names == {
        "spec.json",
        "notices.json",
        "leaderboard.json",
        "column_sheet.json",
        "warnings.json",
        "versions.json",
        "cv_result.csv",
    }
    found = client.search_runs([done.experiment_id], f"tags.`mlflow.parentRunId` = '{done.run_id}'")
    assert {one.data.tags["nbml.study"] for one in found} == set(STUDIES)
    child = next(one for one in found if one.data.tags["nbml.chosen"] == "true")
    history = client.get_metric_history(child.info.run_id, "trial_rmse")
    assert {one.step: one.value for one in history} == {0: 9.0, 1: 8.0, 3: 6.0, 4: 5.0, 5: 6.0}
    assert {one.path for one in client.list_artifacts(child.info.run_id)} == {"trials.json", "shap.npz"}
    assert child.info.artifact_uri.startswith((home / "mlflow" / "artifacts").as_uri())
    version = client.get_model_version_by_alias("強度 model", "champion")
    assert (version.version, version.run_id) == (1, done.run_id)
    assert (done.registered_as, done.version) == ("強度 model", "1")


PREDICT = """
import sys
import mlflow, pandas as pd
mlflow.set_tracking_uri(sys.argv[1])
for uri in sys.argv[3:]:
    model = mlflow.pyfunc.load_model(uri)
    found = model.predict(pd.read_feather(sys.argv[2]))
    said = model.metadata.signature.outputs.input_names()
    print([value.hex() for value in found.iloc[:, 0]], sorted(found.columns) == sorted(said))
"""


def test_a_fresh_process_loads_the_pyfunc_and_predicts_the_same_to_the_last_bit(
    local: tuple[Settings, Kept, Path], models: Path, tmp_path: Path
) -> None:
    settings, done, _ = local
    frame().to_feather(tmp_path / "new.feather")
    predicted = Predictor(open_bundle(models)).predict(frame())
    expected = [value.hex() for value in predicted[f"predicted_{TARGET}"]]
    uris = [f"runs:/{done.run_id}/trained_model", str(done.model_uri), "models:/強度 model@champion"]
    found = subprocess.run(
        [sys.executable, "-c", PREDICT, resolve(settings).uri, "new.feather", *uris],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    assert found.stdout.splitlines() == [f"{expected} True"] * 3


def test_the_logged_model_holds_no_pickle_and_says_what_it_needs(local: tuple[Settings, Kept, Path]) -> None:
    import mlflow
    from mlflow.models import Model

    settings, done, _ = local
    client = connect(resolve(settings))
    location = client.get_logged_model(str(done.model_uri).removeprefix("models:/")).artifact_location
    folder = Path(mlflow.artifacts.download_artifacts(location, tracking_uri=resolve(settings).uri))
    names = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert not any(name.endswith((".pkl", ".pickle", ".joblib")) for name in names)
    assert names >= {"MLmodel", "requirements.txt", "data/models/manifest.json"}
    needed = (folder / "requirements.txt").read_text().split()
    assert {one.split("==")[0] for one in needed} == {"nbml", "mlflow", "numpy", "pandas", "lightgbm"}
    said = Model.load(str(folder))
    assert said.signature.inputs.input_names() == ["温度[℃]", "n", "kind"]
    assert said.signature.outputs.input_names() == [f"predicted_{TARGET}", f"spread_{TARGET}", "flags"]
    example = said.load_input_example(str(folder))
    assert set(example["kind"]) <= {"A", "B", "日本"}
    assert example["n"].between(0, 8).all()


@pytest.mark.parametrize("reference", [True, False])
def test_the_signature_names_the_very_columns_that_come_back(tmp_path: Path, reference: bool) -> None:
    """Served predictions have no column that the signature does not know, and lack none."""
    predictor = make(tmp_path / "models", reference=reference)
    said, answered = signature(predictor), predictor.predict(rows(5))
    assert said.outputs.input_names() == list(answered.columns)
    kinds = {one.name: one.type.name for one in said.outputs.inputs}
    assert kinds == {name: "string" if name == "flags" else "double" for name in answered}
    assert any(name.startswith("lower_") for name in kinds) == reference
    assert all(one.required for one in said.outputs.inputs)


def test_the_bundle_comes_back_checked(
    local: tuple[Settings, Kept, Path], models: Path, tmp_path: Path
) -> None:
    settings, done, _ = local
    ref = find_run("models:/強度 model@champion", settings)
    assert ref == find_run(done.run_id, settings)
    folder = fetch_bundle(ref, tmp_path, settings)
    assert open_bundle(folder).digest == open_bundle(models).digest == ref.manifest_sha256
    assert fetch_bundle(ref, tmp_path, settings) == folder
    assert list(tmp_path.iterdir()) == [folder]


def test_s12_a_changed_model_is_refused_and_a_planted_file_is_not_fetched(
    local: tuple[Settings, Kept, Path], tmp_path: Path
) -> None:
    from urllib.parse import unquote, urlsplit

    settings, done, _ = local
    ref = find_run(done.run_id, settings)
    location = connect(resolve(settings)).get_logged_model(ref.model_id).artifact_location
    data = Path(unquote(urlsplit(location).path)) / "data" / "models"
    (data / "evil.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    folder = fetch_bundle(ref, tmp_path / "a", settings)
    assert not list(folder.rglob("*.pkl"))
    (data / "evil.pkl").unlink()
    file = next(data.rglob("*.txt"))
    whole = file.read_bytes()
    for name, content in ((file, whole[: len(whole) // 2]), (data / "manifest.json", b"{}")):
        before = name.read_bytes()
        name.write_bytes(content)
        with pytest.raises(TrackingError) as caught:
            fetch_bundle(ref, tmp_path / "b", settings)
        assert caught.value.code == "NBML-T09"
        assert list((tmp_path / "b").iterdir()) == []
        name.write_bytes(before)


def test_a_first_use_that_was_cut_off_is_made_good(tmp_path: Path) -> None:
    """F20: kill -9 while MLflow makes its tables leaves some, all empty; other tables are not touched."""
    whole = resolve(Settings(home=tmp_path / "whole"))
    connect(whole)
    for place, more in (
        ("half", "DROP TABLE alembic_version;"),
        ("shared", "CREATE TABLE mine (x); INSERT INTO mine VALUES (1);"),
    ):
        half = resolve(Settings(home=tmp_path / place))
        assert whole.database is not None
        assert half.database is not None
        shutil.copy(whole.database, half.database)
        with closing(sqlite3.connect(half.database)) as made:
            made.executescript("DELETE FROM experiments;" + more)
        assert [one.name for one in connect(half).search_experiments()] == ["Default"]
    with closing(sqlite3.connect(half.database)) as made:
        assert made.execute("SELECT x FROM mine").fetchall() == [(1,)]


def test_two_processes_may_use_a_new_store_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from nbml.settings import Settings\n"
        "from nbml.tracking.store import connect, resolve\n"
        "client = connect(resolve(Settings(home=Path(sys.argv[1]))))\n"
        "print(client.create_run(client.get_experiment_by_name('Default').experiment_id).info.status)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [one.communicate(timeout=WITHIN_S) for one in both]
    assert [out for out, _ in answers] == ["RUNNING\n"] * 2, answers
    assert [err for _, err in answers] == [""] * 2


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server(folder: Path, port: int) -> Iterator[None]:
    """A tracking server on loopback, ended with all it started."""
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--backend-store-uri",
        f"sqlite:///{folder}/server.db",
        "--artifacts-destination",
        str(folder / "a"),
    ]
    with (
        (folder / "server.log").open("ab") as log,
        subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ
            | {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        ) as process,
    ):
        try:
            answer_within(f"http://127.0.0.1:{port}/health", process)
            yield
        finally:
            os.killpg(process.pid, 9)
            process.wait(WITHIN_S)


def answer_within(url: str, process: subprocess.Popen[Any]) -> None:
    tick = threading.Event()
    for _ in range(int(WITHIN_S / 0.2)):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            tick.wait(0.2)
    pytest.fail("the server never answered")


def until(holds: Any) -> None:
    tick = threading.Event()
    for _ in range(int(WITHIN_S / 0.05)):
        if holds():
            return
        tick.wait(0.05)
    pytest.fail("never came about")


@pytest.mark.skipif(os.name == "nt", reason="process groups")
@pytest.mark.slow
def test_f39_f40_a_server_that_goes_away_and_a_run_that_is_deleted(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "BACK_OFF_S", (0.2, 0.5))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    port = free_port()
    settings = Settings(home=tmp_path, tracking_uri=f"http://127.0.0.1:{port}")
    folder, told = job_folder(tmp_path, models), events()
    with server(tmp_path, port):
        writer = TrackingWriter(folder, make_spec(register_as="m", alias="champion"), settings)
        for event in told[:20]:
            writer.event(event)
        until(lambda: writer.state == "idle")
        client = connect(resolve(settings))
        runs = client.search_runs(["1"])
        assert len(runs) == 3
        ids = {one.data.tags.get("nbml.study"): one.info.run_id for one in runs}
        client.delete_run(ids[STUDIES[0]])
    for event in told[20:]:
        writer.event(event)
    until(lambda: writer.state == "waiting")
    assert writer.finish(make_record(folder), 0.1) is None
    assert writer.pending > 1
    with server(tmp_path, port):
        done = writer.wait(WITHIN_S)
        writer.close()
        assert done is not None, writer.error
        assert [one.code for one in writer.notices()] == ["NBML-T20", "NBML-T21", "NBML-T22"]
        found = client.search_runs([done.experiment_id], f"tags.`mlflow.parentRunId` = '{done.run_id}'")
        assert {one.info.status for one in found} == {"FINISHED"}
        for child in found:
            history = client.get_metric_history(child.info.run_id, "trial_rmse")
            points = [(one.step, one.value) for one in history]
            assert points == [(0, 9.0), (1, 8.0), (3, 6.0), (4, 5.0), (5, 6.0)]
        assert client.get_model_version_by_alias("m", "champion").run_id == done.run_id
        ref = find_run("models:/m@champion", settings)
        fetched = fetch_bundle(ref, tmp_path / "cache", settings)
        assert open_bundle(fetched).digest == open_bundle(models).digest
        dataset = client.get_run(done.run_id).inputs.dataset_inputs[0].dataset
        assert json.loads(dataset.profile)["num_rows"] == 40


def test_a_kill_between_making_and_noting_a_model_makes_no_second_one(tmp_path: Path, models: Path) -> None:
    """The note that a model, or its registered version, is about to be made is what finds it again."""
    settings, folder = Settings(home=tmp_path), job_folder(tmp_path, models)
    spec = make_spec(register_as="m", alias="champion")
    first = keep(folder, settings, spec)
    path = folder / "tracking" / "state.json"
    state = json.loads(path.read_text())
    state |= {
        "done": [one for one in state["done"] if one not in ("model", "register", "end")],
        "kept": None,
        "notes": {"model": "", "version": ""},
    }
    path.write_text(json.dumps(state))
    assert keep_again(folder, settings, spec) == first
    client = connect(resolve(settings))
    assert len(client.search_logged_models([first.experiment_id])) == 1
    assert len(client.search_model_versions("name = 'm'")) == 1


def keep_again(folder: Path, settings: Settings, spec: TrainSpec) -> Kept | None:
    writer = TrackingWriter(folder, spec, settings)
    done = writer.wait(WITHIN_S)
    writer.close()
    return done

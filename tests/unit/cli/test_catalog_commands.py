"""``nbml doctor``, ``catalog`` and ``promote`` as people type them."""

from __future__ import annotations

import json

import pytest
from tests.fixtures.databricks.stand_in import stand_in as stand_in
from tests.fixtures.databricks.workspace import TOKEN

from nbml.catalog import queries
from nbml.catalog.store import Catalog
from nbml.catalog.tables import EDGES, RUNS
from nbml.cli import main


@pytest.fixture
def home(nbml_home, monkeypatch):
    monkeypatch.setenv("NBML_EXECUTOR", "inline")
    monkeypatch.setenv("LOGNAME", "ana")
    return nbml_home


def said(capsys) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_doctor_says_what_holds_and_where_from(home, capsys, monkeypatch):
    monkeypatch.setenv("NBML_RAY_TOKEN", "tell-nobody")
    monkeypatch.setenv("NBML_TRACKING_URI", f"sqlite:///{home}/m.db")
    assert main(["doctor", "--json"]) == 0
    checks = {line["name"]: line for line in map(json.loads, said(capsys)[0].splitlines())}
    assert list(checks) == [
        "nbml", "python", "libraries", "settings", "storage", "budget", "identity", "files", "catalog", "ray",
        "mlflow", "front end",
    ]  # fmt: skip
    assert {line["verdict"] for line in checks.values()} == {"ok"}
    assert f"NBML_HOME={home} (environment)" in checks["settings"]["found"]
    assert "NBML_RAY_TOKEN=********** (environment)" in checks["settings"]["found"]
    assert "tell-nobody" not in json.dumps(checks)
    assert checks["identity"]["found"].startswith("ana")


def test_doctor_goes_on_after_what_fails(stand_in, capsys, monkeypatch):
    """Each failure has its own next step; the token is nowhere."""
    monkeypatch.setenv("NBML_EXECUTOR", "inline")
    monkeypatch.setenv("NBML_TRACKING_URI", f"sqlite:///{stand_in.home}/m.db")
    stand_in.workspace.denied.add("WRITE VOLUME")
    assert main(["doctor", "--json"]) == 4
    out, err = said(capsys)
    checks = {line["name"]: line for line in map(json.loads, out.splitlines())}
    assert checks["identity"]["found"] == "ana@example.com (lab, users)"
    assert checks["files"]["verdict"] == "failed"
    assert "WRITE VOLUME" in checks["files"]["next_step"]
    assert checks["catalog"]["verdict"] == "failed"
    assert "nbml catalog install" in checks["catalog"]["next_step"]
    assert checks["mlflow"]["verdict"] == "ok"
    assert TOKEN not in out + err


def test_doctor_says_what_does_not_answer(home, capsys, monkeypatch):
    """A cluster and a server that are away, a catalog that is no database: each with its next step."""
    from functools import partial

    from nbml.engine import cluster

    monkeypatch.setattr(cluster, "knock", partial(cluster.knock, within_s=0.0))
    monkeypatch.setenv("NBML_EXECUTOR", "ray")
    monkeypatch.setenv("NBML_RAY_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("NBML_TRACKING_URI", "http://me:tell-nobody@127.0.0.1:9")
    (home / "catalog").mkdir(parents=True)
    (home / "catalog" / "nbml.db").write_text(
        "no database, and long enough to be read as one's beginning" * 9
    )
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    assert main(["doctor", "--json"]) == 4
    out, err = said(capsys)
    checks = {line["name"]: line for line in map(json.loads, out.splitlines())}
    failed = {name for name, one in checks.items() if one["verdict"] == "failed"}
    assert failed == {"catalog", "ray", "mlflow"}
    assert all(checks[name]["next_step"] for name in failed)
    assert "NBML_RAY_TOKEN" in checks["ray"]["next_step"]
    assert ".corrupt" in checks["catalog"]["found"]
    assert "tell-nobody" not in out + err


def test_installing_prints_before_it_runs(stand_in, capsys):
    assert main(["catalog", "install", "--dry-run"]) == 0
    dry, words = said(capsys)
    assert "CREATE TABLE IF NOT EXISTS nbml_runs" in dry
    assert "lab.nbml" in words
    assert stand_in.workspace.statements == []
    assert main(["catalog", "runs"]) == 4
    assert "NBML-K05" in said(capsys)[1]
    assert main(["catalog", "install"]) == 0
    assert said(capsys)[0] == dry
    assert main(["catalog", "install"]) == 0
    assert said(capsys)[0] == ""
    assert main(["catalog", "runs"]) == 0


def test_installing_without_the_right(stand_in, capsys):
    stand_in.workspace.denied.add("CREATE TABLE")
    assert main(["catalog", "install", "--dry-run"]) == 0
    assert main(["catalog", "install"]) == 4
    assert "NBML-U11" in said(capsys)[1]


def test_looking_into_the_catalog(home, capsys):
    catalog = Catalog.open(user="ana")
    run = {"task": "train", "step": 2, "state": "succeeded", "title": "強度", "targets_json": "[]"}
    catalog.append(
        *queries.begin_project(catalog, "mixes"), (RUNS, [run | {"project": "mixes", "job_id": "j1"}])
    )
    edge = {"from_kind": "run", "from_id": "j1", "relation": "made", "to_kind": "model", "to_id": "m1"}
    catalog.append((EDGES, [edge | {"project": "mixes"}]))
    assert main(["catalog", "runs", "--json"]) == 0
    assert json.loads(said(capsys)[0])["job_id"] == "j1"
    assert main(["catalog", "projects"]) == 0
    assert "mixes" in said(capsys)[0]
    assert main(["catalog", "share", "mixes", "ben"]) == 0
    assert queries.members(Catalog.open(user="ben"), "mixes") == ["ana", "ben"]
    assert main(["catalog", "unshare", "mixes", "ben"]) == 0
    assert main(["catalog", "share", "none", "ben"]) == 4
    assert main(["catalog", "lineage", "run", "j1"]) == 0
    assert "run j1 -> model m1" in said(capsys)[0]
    assert main(["catalog", "datasets"]) == 0
    assert main(["catalog", "models"]) == 0
    assert main(["catalog", "sync", "--json"]) == 0


def test_a_table_of_unity_catalog_may_be_named_where_a_file_is(home, capsys, tmp_path):
    spec = tmp_path / "job.yaml"
    train = ["train", "lab.mixes.t@v3", "-y", "y", "--write-spec", str(spec), "--dry-run"]
    assert main(train) == 0
    assert "lab.mixes.t@v3" in spec.read_text()
    assert main(["train", "nowhere.csv", "-y", "y"]) == 2
    assert "nowhere.csv" in said(capsys)[1]

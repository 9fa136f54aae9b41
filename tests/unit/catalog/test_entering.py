"""Jobs in the catalog: made, ended, missed and caught up with; a catalog that fails fails no job."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest
from tests.unit.tracking.searches import make_record

import nbml
from nbml.catalog import queries, recording
from nbml.catalog.store import Catalog
from nbml.catalog.ulid import new_ulid, now
from nbml.jobs.entering import sync_catalog
from nbml.jobs.writing import write_job
from nbml.settings import Settings
from nbml.spec.parse import parse_job


@pytest.fixture
def settings(nbml_home, monkeypatch) -> Settings:
    monkeypatch.setenv("LOGNAME", "ana")
    return Settings()


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"温度[℃]": rng.normal(size=60), "b": rng.normal(size=60)})
    frame["y"] = frame["温度[℃]"] * 2 + frame["b"]
    return frame


def written(settings: Settings, project: str = "mixes"):
    return write_job(nbml.make_spec(None, "y", project=project, trials=2), nbml.read(table()), settings)


def catalog() -> Catalog:
    return Catalog.open()


def test_keys_grow_even_when_the_clock_jumps_back(monkeypatch):
    """F34"""
    first = new_ulid()
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000)
    later = [new_ulid() for _ in range(200)]
    assert [first, *later] == sorted({first, *later})
    assert len(now()) == len("2026-11-23T08:50:03.163048Z")


def test_a_job_is_entered_when_it_is_made(settings):
    job = written(settings)
    assert recording.made(job.spec, settings) is None
    (row,) = queries.runs(catalog())
    assert (row["job_id"], row["state"], row["project"], row["user_name"]) == (
        job.folder.job_id,
        "queued",
        "mixes",
        "ana",
    )
    (data,) = queries.datasets(catalog())
    assert data["sha256"] == job.spec.data.sha256 == row["dataset_sha256"]
    assert queries.projects(catalog())[0]["project"] == "mixes"


def test_a_job_is_entered_whole_at_its_end_where_writing_is_slow(settings, monkeypatch):
    monkeypatch.setattr(recording, "is_slow", lambda _: True)
    job = written(settings)
    assert recording.made(job.spec, settings) is None
    assert not (settings.home / "catalog").exists()
    assert recording.finished(job.spec, job.folder.root, settings, "failed", error_code="NBML-J11") is None
    (row,) = queries.runs(catalog())
    assert (row["state"], row["error_code"]) == ("failed", "NBML-J11")


def test_a_catalog_that_cannot_be_had_is_told(settings):
    (settings.home / "catalog").mkdir(parents=True)
    (settings.home / "catalog" / "nbml.db").write_bytes(b"not a database at all, not at all" * 99)
    trouble = recording.made(written(settings).spec, settings)
    assert trouble is not None
    assert trouble.code == "NBML-K10"
    assert "NBML-K01" in trouble.message


def test_whatever_goes_wrong_in_recording_is_told(settings, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("with Bearer tell-nobody")

    job = written(settings)
    monkeypatch.setattr(recording, "enter", broken)
    trouble = recording.finished(job.spec, job.folder.root, settings, "failed")
    assert "ZeroDivisionError" in trouble.message
    assert "tell-nobody" not in str(trouble)


def test_what_was_missed_is_entered_later(settings):
    """F23: a folder without a row, and a row without a folder."""
    lost, kept = written(settings), written(settings)
    recording.made(lost.spec, settings)
    for path in sorted(lost.folder.root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    lost.folder.root.rmdir()
    common = {"v": 1, "job_id": kept.folder.job_id, "ts": "2026-01-01T00:00:00Z", "elapsed_s": 0.0}
    queued = common | {"seq": 1, "type": "job.queued", "task": "train", "title": "y"}
    ended = common | {"seq": 2, "type": "job.finished", "state": "cancelled", "scores": {}, "error": None}
    kept.folder.events.write_text("".join(json.dumps(event) + "\n" for event in (queued, ended)))
    done = sync_catalog()
    assert (done.entered, done.missing, done.unreadable) == (1, 1, ())
    states = {row["job_id"]: row["state"] for row in queries.runs(catalog())}
    assert states == {lost.folder.job_id: "missing", kept.folder.job_id: "cancelled"}
    again = sync_catalog()
    assert (again.entered, again.missing) == (0, 0)


def test_a_search_is_entered_with_the_models_that_it_searched(settings):
    spec = parse_job(
        {
            "schema": "nbml.job/1", "task": "optimize", "project": "mixes", "runs": [{"run": "j1"}],
            "goals": [{"target": "y", "goal": "maximize"}],
            "resolved": {
                "job_id": "j2", "versions": {}, "created": "2026-11-23T09:00:00+00:00", "user": "ana",
                "used": [{"run": "j1", "bundle_sha256": "a" * 64, "targets": ["y"], "families": {}}],
            },
        }
    )  # fmt: skip
    folder = settings.jobs / "j2"
    folder.mkdir(parents=True)
    record = make_record(folder, run_id="r1", tracking_uri="https://me:secret@mlflow.example")
    (folder / "result.json").write_text(record.model_dump_json())
    assert recording.made(spec, settings) is None
    assert recording.finished(spec, folder, settings, "succeeded") is None
    (row,) = queries.runs(catalog())
    assert (row["task"], row["state"], row["dataset_sha256"]) == ("optimize", "succeeded", None)
    assert (row["run_id"], row["seconds"]) == ("r1", 1.5)
    assert "secret" not in row["tracking_uri"]
    assert queries.datasets(catalog()) == []
    found = queries.lineage(catalog(), "run", "j2")
    assert [(edge["from_kind"], edge["from_id"]) for edge in found.upstream] == [("model", "a" * 64)]


def test_no_secret_and_no_row_of_data_is_in_the_catalog(settings, monkeypatch):
    """S17, S18"""
    monkeypatch.setenv("NBML_RAY_TOKEN", "tell-nobody")
    frame = table()
    frame["code"] = [f"row-of-{k}-data" for k in range(60)]
    job = write_job(nbml.make_spec(None, "y"), nbml.read(frame), Settings())
    recording.made(job.spec, Settings())
    recording.finished(job.spec, job.folder.root, Settings(), "failed")
    with sqlite3.connect(settings.home / "catalog" / "nbml.db") as connection:
        said = "\n".join(connection.iterdump())
    assert "tell-nobody" not in said
    assert "row-of-7-data" not in said

"""Finding runs again: strange ids never reach MLflow (S7), strangers' models never load (S12)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.tracking.fake_mlflow import FakeMlflow

from nbml.errors import TrackingError
from nbml.settings import Settings
from nbml.tracking.load import find_run

TAGS = {
    "nbml.version": "0.1.0",
    "nbml.models.sha256": "c" * 64,
    "nbml.model_id": "m-" + "d" * 32,
    "nbml.job": "job-1",
}
HOSTILE = [
    "",
    ".",
    "abc.",
    "abc ",
    "abc\n",
    "a\0b",
    "日本",
    "x" * 300,
    "../../x",
    "..\\x",
    "%2e%2e/",
    "%252e%252e/",
    "/etc/passwd",
    "C:\\x",
    "\\\\host\\x",
    "a/../../b",
    "file:///etc/passwd",
    "https://x/y",
    "runs:/../x",
    "runs:/abc/../../x",
    "runs:/abc/other_model",
    "runs:/a/trained_model/x",
    "models:/..@a",
    "models:/../1",
    "models:/a",
    "models:/a/b/c",
    "models:/a@b/c",
    "models:/a/latest",
    "models:/a%2e/1",
    "models:/m-xyz/1/2",
    "models://x@databricks/a/1",
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, tracking_uri="https://me:secret@mlflow.example")


def server_with_run(**tags: Any) -> tuple[FakeMlflow, str]:
    server = FakeMlflow()
    server.create_experiment("x")
    run_id = server.create_run("1", {**TAGS, **tags}, "a run").info.run_id
    server.models[TAGS["nbml.model_id"]] = SimpleNamespace(source_run_id=run_id)
    server.versions["name 日本", "3"] = SimpleNamespace(run_id=run_id)
    server.aliases["name 日本", "champion"] = "3"
    return server, run_id


@pytest.mark.parametrize("identifier", HOSTILE)
def test_s7_a_strange_id_is_refused_before_anything_is_asked(settings: Settings, identifier: str) -> None:
    server = FakeMlflow()
    with pytest.raises(TrackingError) as caught:
        find_run(identifier, settings, connect=server.connect)
    assert caught.value.code == "NBML-T04"
    assert server.clients == 0


@pytest.mark.parametrize(
    "form",
    [
        "{0}",
        "runs:/{0}",
        "runs:/{0}/trained_model",
        "models:/" + TAGS["nbml.model_id"],
        "models:/name 日本@champion",
        "models:/name 日本/3",
    ],
)
def test_a_run_is_found_by_all_its_addresses(settings: Settings, form: str) -> None:
    server, run_id = server_with_run()
    found = find_run(form.format(run_id), settings, connect=server.connect)
    assert (found.run_id, found.model_id) == (run_id, TAGS["nbml.model_id"])
    assert (found.job_id, found.title) == ("job-1", "a run")
    assert found.tracking_uri == "https://mlflow.example"


@pytest.mark.parametrize("missing", ["nbml.version", "nbml.models.sha256", "nbml.model_id"])
def test_s12_a_strangers_run_is_refused(settings: Settings, missing: str) -> None:
    server, run_id = server_with_run()
    del server.runs[run_id].tags[missing]
    with pytest.raises(TrackingError) as caught:
        find_run(run_id, settings, connect=server.connect)
    assert caught.value.code == "NBML-T07"


def test_s12_another_model_of_a_run_of_nbml_is_refused(settings: Settings) -> None:
    server, run_id = server_with_run()
    server.models["m-" + "e" * 32] = SimpleNamespace(source_run_id=run_id)
    with pytest.raises(TrackingError) as caught:
        find_run("models:/m-" + "e" * 32, settings, connect=server.connect)
    assert caught.value.code == "NBML-T07"


def test_a_run_that_is_not_there_or_deleted_is_not_found(settings: Settings) -> None:
    server, run_id = server_with_run()
    server.runs[run_id].lifecycle_stage = "deleted"
    for identifier in (run_id, "0" * 32):
        with pytest.raises(TrackingError) as caught:
            find_run(identifier, settings, connect=server.connect)
        assert caught.value.code == "NBML-T06"


def test_s17_a_server_that_is_away_is_named_without_its_password(settings: Settings) -> None:
    server, run_id = server_with_run()
    server.is_away = True
    with pytest.raises(TrackingError) as caught:
        find_run(run_id, settings, connect=server.connect)
    assert caught.value.code == "NBML-T08"
    assert "secret" not in str(caught.value)
    assert "abc" not in str(caught.value)

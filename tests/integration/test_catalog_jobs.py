"""Whole jobs and the catalog: entered with models and lineage; ended well where there is no catalog."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.catalog import queries
from nbml.catalog.store import Catalog
from nbml.jobs.entering import sync_catalog
from nbml.settings import Settings


@pytest.fixture
def settings(nbml_home, monkeypatch) -> Settings:
    monkeypatch.setenv("LOGNAME", "ana")
    return Settings()


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"温度[℃]": rng.normal(size=60), "b": rng.normal(size=60)})
    frame["y"] = frame["温度[℃]"] * 2 + frame["b"]
    return frame


def catalog() -> Catalog:
    return Catalog.open()


def test_a_job_runs_to_its_end_and_everything_is_there(settings):
    job = nbml.train(table(), "y", trials=2, folds=2, project="mixes", executor="inline", shap=False)
    record = job.result(timeout_s=120).record
    (row,) = queries.runs(catalog())
    assert (row["state"], row["run_id"]) == ("succeeded", record.run_id)
    assert json.loads(row["scores_json"]) == {"y": pytest.approx(record.chosen("y").scores["rmse"].pooled)}
    (model,) = queries.models(catalog(), job_id=job.id)
    assert (model["family"], model["chosen"]) == ("lightgbm", 1)
    (data,) = queries.datasets(catalog())
    names = [column["name"] for column in json.loads(data["sheet_json"])["columns"]]
    assert "温度[℃]" in names
    found = queries.lineage(catalog(), "model", model["manifest_sha256"])
    assert [edge["from_id"] for edge in found.upstream] == [job.id, data["sha256"]]
    assert not [event for event in job.events() if event.type == "notice" and event.code.startswith("NBML-K")]


def test_a_job_ends_well_without_its_catalog(settings):
    """The failure is a notice, and the job is entered later."""
    (settings.home / "catalog").mkdir(parents=True)
    (settings.home / "catalog" / "nbml.db").mkdir()
    job = nbml.train(table(), "y", trials=1, folds=2, executor="inline", shap=False)
    assert job.result(timeout_s=120).record.state == "succeeded"
    assert [event.code for event in job.events() if event.type == "notice"].count("NBML-K10") == 2
    (settings.home / "catalog" / "nbml.db").rmdir()
    assert sync_catalog().entered == 1
    assert queries.runs(catalog())[0]["state"] == "succeeded"

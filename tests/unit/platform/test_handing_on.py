"""Credentials reach a job's supervisor in memory only, for that job only."""

from __future__ import annotations

import os
import threading

from nbml.engine.dispatch import HANDED_ON
from nbml.settings import Settings


def test_a_supervisor_has_them_while_its_job_runs_and_never_on_disk(tmp_path, monkeypatch):
    """S17"""
    from nbml.engine import ray_executor
    from nbml.engine.standing import OWN
    from nbml.engine.supervisor import Order, Supervisor
    from nbml.jobs import supervise

    seen, begun, may_end, ended = {}, threading.Event(), threading.Event(), threading.Event()

    def run(job_id, settings):
        seen.update(token=os.environ.get("DATABRICKS_TOKEN"), user=os.environ.get("MLFLOW_TRACKING_USERNAME"))
        seen["environment"], seen["catalog"] = settings.environment, settings.catalog
        begun.set()
        may_end.wait(30)

    monkeypatch.setattr(supervise, "supervise_on_ray", run)
    monkeypatch.setattr(ray_executor, "release_supervisor", lambda _: ended.set())
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "before")
    monkeypatch.delenv("DATABRICKS_TOKEN", raising=False)
    settings = Settings(environment="databricks", catalog="lab", tracking_uri="http://u:tell-nobody@h")
    said = settings.model_dump(mode="json", include=HANDED_ON, exclude_none=True)
    handed = {"DATABRICKS_TOKEN": "tell-nobody", "MLFLOW_TRACKING_USERNAME": "ana"}
    order = Order("job-1", "nbml.jobs.supervise:supervise_on_ray", said, handed)
    assert "ana" not in repr(order)
    supervisor = Supervisor(str(tmp_path), OWN)
    supervisor.assign(order)
    assert begun.wait(30)
    assert supervisor.order() == order
    assert seen == {"token": "tell-nobody", "user": "ana", "environment": "databricks", "catalog": "lab"}
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and b"tell-nobody" in path.read_bytes()
    ] == []
    may_end.set()
    assert ended.wait(30)
    assert supervisor.order() is None
    assert "DATABRICKS_TOKEN" not in os.environ
    assert os.environ["MLFLOW_TRACKING_USERNAME"] == "before"


def test_no_setting_that_is_handed_on_is_a_secret():
    secrets = {name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)}
    assert secrets == {"ray_token", "catalog_url"}
    assert not secrets & HANDED_ON
    assert set(Settings.model_fields) >= HANDED_ON

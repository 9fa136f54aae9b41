"""The notebook for a real workspace runs from top to bottom against the stand-in, and keeps what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.databricks.stand_in import stand_in as stand_in
from tests.fixtures.databricks.workspace import TOKEN

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "databricks_check.ipynb"


@pytest.mark.mlflow
def test_every_cell_runs_and_findings_are_written(stand_in, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBML_CHECK_WAIT_S", "0")
    monkeypatch.setenv("NBML_CHECK_JOB", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    space: dict[str, object] = {"__name__": "notebook"}
    for cell in cells:
        assert cell.get("outputs", []) == []
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), space)
    found = json.loads((tmp_path / "nbml-databricks-findings.json").read_text(encoding="utf-8"))
    held = {name for name, one in found.items() if one["held"]}
    assert held >= {
        "versions", "identity", "worker_token", "files", "warehouse", "append_only", "catalog_statements",
        "history", "view", "absent_table", "experiment", "aliases", "compute", "job", "widget_messages",
    }, capsys.readouterr().out  # fmt: skip
    assert found["append_only"]["answer"]["update_refused"] is True
    assert found["history"]["answer"]["version"] == 1
    assert found["view"]["answer"] == {"pinned": None}
    assert found["experiment"]["answer"]["folder_must_be_made"].startswith("yes")
    assert found["worker_token"]["answer"]["works"] is True
    assert set(found["catalog_statements"]["answer"].values()) == {"ok"}
    assert found["absent_table"]["answer"]["code"] == "NBML-U25"
    assert found["compute"]["answer"]["code"] == "NBML-U30"
    assert TOKEN not in json.dumps(found)
    assert "ana@example.com" not in json.dumps(found)

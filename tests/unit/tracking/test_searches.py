"""An inverse search as one run: history of its front, what was asked, tables, whence it comes (F39, F40)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.unit.tracking.fake_mlflow import FakeMlflow, FakeRun, Killed
from tests.unit.tracking.searches import INPUT, MODEL_ID, TARGET, TS, events, make_record, make_spec

from nbml.settings import Settings
from nbml.spec.events import Fault, JobFinished
from nbml.tracking import writer as writer_module
from nbml.tracking.find import job_of_run
from nbml.tracking.kept import kept
from nbml.tracking.names import key
from nbml.tracking.operations import Recorder, finish
from nbml.tracking.store import resolve
from nbml.tracking.upload import RECORD, Upload
from nbml.tracking.writer import TrackingWriter, flush

WITHIN_S = 30.0


@pytest.fixture
def job(tmp_path: Path) -> Path:
    folder = tmp_path / "jobs" / "job-1"
    folder.mkdir(parents=True)
    return folder


def make(job: Path, server: FakeMlflow, **changes: Any) -> Upload:
    settings = Settings(home=job.parent.parent, tracking_uri="https://mlflow.example")
    upload = Upload(job, make_spec(**changes), resolve(settings), server.connect)
    upload.open()
    return upload


def tell(upload: Upload, *told: Any) -> None:
    recorder = Recorder()
    for operation in (recorder.record(event) for event in told):
        if operation is not None and recorder.is_new(operation):
            upload.spool.append(operation)
            recorder.admit(operation)


def run_out(upload: Upload) -> None:
    while upload.round():
        pass
    upload.close()


def upload_all(job: Path, server: FakeMlflow, **changes: Any) -> FakeRun:
    upload = make(job, server, **changes)
    (job / "tracking" / RECORD).write_text(make_record(job).model_dump_json(), encoding="utf-8")
    tell(upload, *events(), *events())
    upload.spool.append({**finish(), "ts": 1795424500000})
    run_out(upload)
    assert upload.kept is not None
    return server.runs[upload.kept.run_id]


def test_one_run_with_the_history_of_its_front(job: Path) -> None:
    server = FakeMlflow()
    run = upload_all(job, server)
    assert len(server.runs) == 1
    assert (run.status, run.name) == ("FINISHED", make_spec().title)
    assert run.history("front_size") == {50: 3, 150: 7, 300: 9, 312: 2}
    assert run.history("hypervolume") == {150: 0.25, 300: 0.5, 312: 0.53}
    assert run.history("best_desirability") == {312: 0.75}
    assert run.history("exact_bound") == {312: 2.7}
    assert set(run.points.values()) == {1}


def test_what_was_asked_are_parameters(job: Path) -> None:
    run = upload_all(job, FakeMlflow())
    assert run.params["engine"] == "nsga2"
    assert (run.params["evaluations"], run.params["seed"], run.params["exact_s"]) == ("300", "42", "30.0")
    assert json.loads(run.params["goal_1"]) == {"target": TARGET, "goal": "maximize"}
    assert json.loads(run.params[key("input", INPUT)])["high"] == 9
    assert "8" in run.params["constraint_1"]
    assert run.tags[key("nbml.name", INPUT)] == INPUT


def test_tags_and_inputs_say_whence_it_comes(job: Path) -> None:
    """Lineage: the job, run, models and data of what it searched with; the search it goes on from."""
    run = upload_all(job, FakeMlflow(), after="job-00")
    assert run.tags["nbml.role"] == "optimisation"
    assert (run.tags["nbml.job"], run.tags["nbml.after"]) == ("job-1", "job-00")
    assert (run.tags["nbml.searched"], run.tags["nbml.searched.run_ids"]) == ("job-0", "run-0")
    assert run.tags["nbml.searched.sha256"] == "c" * 64
    assert run.tags["nbml.data.sha256"] == "a" * 64
    assert set(run.inputs) == {"a" * 36, MODEL_ID}
    assert json.loads(run.inputs["a" * 36].dataset.profile) == {"num_rows": 40}


def test_the_front_is_kept_as_tables_and_figures(job: Path, tmp_path: Path) -> None:
    run = upload_all(job, FakeMlflow())
    assert set(run.files) == {
        "spec.json",
        "notices.json",
        "versions.json",
        "result.json",
        "front.json",
        "front.parquet",
        "pareto.csv",
        "figure_front.json",
        "figure_parallel_coordinates.json",
    }
    table = json.loads(run.files["front.json"])
    assert table["columns"][:2] == [INPUT, f"predicted_{TARGET}"]
    assert table["data"][1][:3] == [5.0, 2.5, 0.75]
    (tmp_path / "front.parquet").write_bytes(run.files["front.parquet"])
    assert pd.read_parquet(tmp_path / "front.parquet")[INPUT].tolist() == [2.0, 5.0]
    figure = json.loads(run.files["figure_front.json"])
    assert "Pareto front" in [trace.get("name") for trace in figure["data"]]
    assert json.loads(run.tags["mlflow.loggedArtifacts"]) == [{"path": "front.json", "type": "table"}]
    spec = json.loads(run.files["spec.json"])
    assert spec["goals"][0]["target"] == TARGET


@pytest.mark.parametrize(("state", "status"), [("failed", "FAILED"), ("cancelled", "KILLED")])
def test_a_search_without_a_result_ends_as_what_it_is(job: Path, state: Any, status: str) -> None:
    server = FakeMlflow()
    upload = make(job, server)
    error = Fault(code="NBML-O13", message="nothing") if state == "failed" else None
    tell(upload, *events(), JobFinished(state=state, ts=TS, error=error))
    run_out(upload)
    run = server.job_runs()[0]
    assert (run.status, run.tags["nbml.state"]) == (status, state)
    assert run.tags.get("nbml.error") == ("NBML-O13: nothing" if error else None)


def test_f40_a_deleted_run_is_begun_anew_with_all_of_it(job: Path) -> None:
    server = FakeMlflow()
    upload = make(job, server)
    tell(upload, *events()[:4])
    upload.round()
    first = server.job_runs()[0]
    first.lifecycle_stage = "deleted"
    (job / "tracking" / RECORD).write_text(make_record(job).model_dump_json(), encoding="utf-8")
    tell(upload, *events()[4:])
    upload.spool.append(finish())
    run_out(upload)
    run = server.job_runs()[0]
    assert run.run_id != first.run_id
    assert set(run.history("front_size")) == {50, 150, 300, 312}
    assert [one.code for one in upload.take_notices()] == ["NBML-T22"]


def test_a_model_that_is_gone_leaves_the_tags(job: Path) -> None:
    """F40: the link is refused, the search is kept all the same."""
    server = FakeMlflow()
    server.refuses = {"log_inputs"}
    run = upload_all(job, server)
    assert run.tags["nbml.searched.run_ids"] == "run-0"
    assert run.status == "FINISHED"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_call_changes_nothing(tmp_path: Path, when: str) -> None:
    reference = tmp_path / "reference" / "jobs" / "job-1"
    reference.mkdir(parents=True)
    server = FakeMlflow()
    expected = upload_all(reference, server)
    calls = len(server.calls)
    assert calls > 5
    for number in range(1, calls + 1):
        folder = tmp_path / f"{number}" / "jobs" / "job-1"
        folder.mkdir(parents=True)
        server = FakeMlflow()
        server.kill_at = (number, when)
        upload = make(folder, server)
        (folder / "tracking" / RECORD).write_text(make_record(folder).model_dump_json(), encoding="utf-8")
        tell(upload, *events())
        upload.spool.append({**finish(), "ts": 1795424500000})
        with pytest.raises(Killed):
            run_out(upload)
        upload.close()
        server.kill_at = None
        run_out(make(folder, server))
        (run,) = server.job_runs()
        assert set(run.points) == set(expected.points)
        assert (run.params, run.files.keys(), run.status) == (
            expected.params,
            expected.files.keys(),
            "FINISHED",
        )


def test_f39_a_server_that_is_away_loses_nothing(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BETWEEN_S", (0.01, 0.01))
    monkeypatch.setattr(writer_module, "BACK_OFF_S", (0.01, 0.02))
    server = FakeMlflow()
    server.is_away = True
    settings = Settings(home=job.parent.parent, tracking_uri="https://me:secret@mlflow.example")
    writer = TrackingWriter(job, make_spec(), settings, connect=server.connect)
    for event in events():
        writer.event(event)
    assert writer.finish(make_record(job), 0.0) is None
    assert writer.wait_while_it_answers(WITHIN_S) is None
    assert "secret" not in str(writer.error)
    writer.event(JobFinished(state="succeeded", ts=TS))
    writer.close(timeout_s=0.5)
    assert kept(job) is None
    server.is_away = False
    done = flush(job, settings, timeout_s=WITHIN_S, connect=server.connect)
    assert done is not None
    assert server.runs[done.run_id].history("hypervolume")[312] == 0.53


def test_a_run_leads_to_its_job(job: Path) -> None:
    server = FakeMlflow()
    run = upload_all(job, server)
    settings = Settings(home=job.parent.parent, tracking_uri="https://mlflow.example")
    assert job_of_run(run.run_id, settings, connect=server.connect) == "job-1"
    assert job_of_run(f"runs:/{run.run_id}", settings, connect=server.connect) == "job-1"
    for other in ("no-such-run", "models:/name@alias", "../x"):
        assert job_of_run(other, settings, connect=server.connect) is None
    run.tags.pop("nbml.version")
    assert job_of_run(run.run_id, settings, connect=server.connect) is None

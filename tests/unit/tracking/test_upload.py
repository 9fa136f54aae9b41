"""From the spool to MLflow: in order and once, whatever is killed or deleted meanwhile (F40)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.tracking.fake_mlflow import FakeMlflow, FakeRun, Killed
from tests.unit.tracking.jobs import FOLDS, STUDIES, TARGET, TS, events, make_record, make_spec

from nbml.errors import TrackingError
from nbml.settings import Settings
from nbml.spec.events import Fault, JobFinished, Notice
from nbml.tracking.names import key
from nbml.tracking.operations import Recorder, finish
from nbml.tracking.store import resolve
from nbml.tracking.upload import RECORD, Upload


@pytest.fixture
def job(tmp_path: Path) -> Path:
    folder = tmp_path / "jobs" / "job-1"
    folder.mkdir(parents=True)
    return folder


def spool_all(upload: Upload, *, closed: bool = True, end: JobFinished | None = None) -> None:
    recorder = Recorder()
    told = [*events(), *([end] if end else [])]
    for operation in (recorder.record(event) for event in told):
        if operation is not None:
            upload.spool.append(operation)
    if closed:
        upload.spool.append({**finish(), "ts": 1795424500000})


def make(job: Path, server: FakeMlflow, **changes: Any) -> Upload:
    settings = Settings(home=job.parent.parent, tracking_uri="https://mlflow.example")
    return Upload(job, make_spec(**changes), resolve(settings), server.connect)


def run_out(upload: Upload) -> None:
    while upload.round():
        pass
    upload.close()


def upload_all(job: Path, server: FakeMlflow, **changes: Any) -> Upload:
    (job / "tracking").mkdir(exist_ok=True)
    (job / "tracking" / RECORD).write_text(make_record(job).model_dump_json(), encoding="utf-8")
    upload = make(job, server, **changes)
    upload.open()
    spool_all(upload)
    run_out(upload)
    return upload


def told(server: FakeMlflow) -> dict[str, Any]:
    """All that a reader of MLflow sees, without ids."""

    def look(run: FakeRun) -> dict[str, Any]:
        hidden = {"nbml.key", "mlflow.parentRunId"}
        return {
            "name": run.name,
            "status": run.status,
            "params": run.params,
            "points": set(run.points),
            "tags": {k: v for k, v in run.tags.items() if k not in hidden},
            "files": run.files,
            "inputs": set(run.inputs),
        }

    assert len(server.job_runs()) == 1
    parent = server.job_runs()[0].run_id
    assert {run.tags["mlflow.parentRunId"] for run in server.study_runs()} == {parent}
    runs = [*server.job_runs(), *server.study_runs()]
    return {run.tags.get("nbml.study", "job"): look(run) for run in runs}


def test_one_run_a_job_and_a_child_for_each_search(job: Path) -> None:
    server = FakeMlflow()
    upload = upload_all(job, server)
    assert upload.kept is not None
    assert [run.run_id for run in server.job_runs()] == [upload.kept.run_id]
    assert {run.tags["nbml.study"] for run in server.study_runs()} == set(STUDIES)
    assert {run.status for run in server.runs.values()} == {"FINISHED"}
    assert {run.tags["nbml.target"] for run in server.study_runs()} == {TARGET}


def test_history_has_every_complete_trial_at_its_number(job: Path) -> None:
    server = FakeMlflow()
    upload_all(job, server)
    run = server.study_runs()[0]
    assert run.history("trial_rmse") == {0: 9.0, 1: 8.0, 3: 6.0, 4: 5.0, 5: 6.0}
    assert run.history("best_rmse") == {0: 9.0, 1: 8.0, 3: 6.0, 4: 5.0, 5: 5.0}
    assert run.history("rmse") == {0: 5.0}
    assert run.params == {"rate": "0.4"}
    assert run.tags[key("nbml.name", FOLDS[1])] == FOLDS[1]
    assert set(run.points.values()) == {1}


def test_trials_are_a_table_with_the_failed_ones(job: Path) -> None:
    server = FakeMlflow()
    upload_all(job, server)
    table = json.loads(server.study_runs()[0].files["trials.json"])
    folds = [f"rmse {fold}" for fold in FOLDS]
    assert table["columns"] == ["number", "state", "rmse", *folds, "seconds", "error", "rate"]
    assert table["data"][2] == [2, "failed", None, None, None, 0.5, "NBML-M01", 0.2]
    assert table["data"][4] == [4, "complete", 5.0, 4.0, 6.0, 0.5, None, 0.4]


def test_the_job_run_has_scores_inputs_and_files(job: Path) -> None:
    server = FakeMlflow()
    upload_all(job, server)
    run = server.job_runs()[0]
    assert run.history("rmse") == run.history("baseline_rmse") == {0: 5.0}
    assert set(run.files) == {
        "spec.json",
        "notices.json",
        "leaderboard.json",
        "column_sheet.json",
        "warnings.json",
        "versions.json",
        "cv_result.csv",
    }
    dataset = run.inputs["a" * 36].dataset
    assert json.loads(dataset.profile)["num_rows"] == 40
    columns = json.loads(dataset.schema)["mlflow_colspec"]
    assert [one["name"] for one in columns] == ["温度[℃]", "kind", TARGET]


def test_s17_paths_name_no_user(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/someone"))
    server = FakeMlflow()
    upload_all(job, server, data={"path": "/home/someone/data/mix.csv"})
    run = server.job_runs()[0]
    assert json.loads(run.files["spec.json"])["data"]["path"] == str(Path("~/data/mix.csv"))
    assert not any(b"/home/someone" in content for content in run.files.values())
    assert "someone" not in str(run.inputs)
    assert "someone" not in str(run.tags)


def test_several_targets_have_metrics_of_their_own(job: Path) -> None:
    server = FakeMlflow()
    record = make_record(job)
    rows = (*record.leaderboard, *(row.model_copy(update={"target": "b"}) for row in record.leaderboard))
    record = record.model_copy(update={"targets": (TARGET, "b"), "leaderboard": rows})
    (job / "tracking").mkdir()
    (job / "tracking" / RECORD).write_text(record.model_dump_json(), encoding="utf-8")
    upload = make(job, server)
    upload.open()
    spool_all(upload)
    run_out(upload)
    run = server.job_runs()[0]
    assert run.history("rmse") == run.history(key("rmse", TARGET)) == run.history("rmse.b") == {0: 5.0}
    assert run.tags[key("nbml.name", TARGET)] == TARGET


@pytest.mark.parametrize(("state", "status"), [("failed", "FAILED"), ("cancelled", "KILLED")])
def test_a_job_without_a_result_ends_as_what_it_is(job: Path, state: Any, status: str) -> None:
    server = FakeMlflow()
    upload = make(job, server)
    upload.open()
    error = Fault(code="NBML-J12", message="broken <b>") if state == "failed" else None
    spool_all(upload, closed=False, end=JobFinished(state=state, ts=TS, error=error))
    run_out(upload)
    run = server.job_runs()[0]
    assert {one.status for one in server.runs.values()} == {status}
    assert run.tags["nbml.state"] == state
    assert run.tags.get("nbml.error") == ("NBML-J12: broken <b>" if error else None)
    assert json.loads(server.study_runs()[0].files["trials.json"])["data"][0][0] == 0


def undisturbed(tmp_path: Path) -> tuple[dict[str, Any], int]:
    folder = tmp_path / "reference" / "jobs" / "job-1"
    folder.mkdir(parents=True)
    server = FakeMlflow()
    upload_all(folder, server)
    return told(server), len(server.calls)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_call_changes_nothing(tmp_path: Path, when: str) -> None:
    expected, calls = undisturbed(tmp_path)
    assert calls > 10
    for number in range(1, calls + 1):
        folder = tmp_path / f"{number}" / "jobs" / "job-1"
        (folder / "tracking").mkdir(parents=True)
        (folder / "tracking" / RECORD).write_text(make_record(folder).model_dump_json(), encoding="utf-8")
        server = FakeMlflow()
        server.kill_at = (number, when)
        upload = make(folder, server)
        upload.open()
        spool_all(upload)
        with pytest.raises(Killed):
            run_out(upload)
        upload.close()
        server.kill_at = None
        upload = make(folder, server)
        upload.open()
        run_out(upload)
        assert upload.kept is not None
        assert told(server) == expected, f"killed {when} call {number}"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_save_of_the_state_changes_nothing(tmp_path: Path, when: str) -> None:
    expected, _ = undisturbed(tmp_path)
    for number in range(1, 100):
        folder = tmp_path / f"{number}" / "jobs" / "job-1"
        (folder / "tracking").mkdir(parents=True)
        (folder / "tracking" / RECORD).write_text(make_record(folder).model_dump_json(), encoding="utf-8")
        server = FakeMlflow()
        upload = make(folder, server)
        upload.open()
        spool_all(upload)
        save, saved = upload.spool.save_state, []

        def killed_save(state: Any, number: int = number, save: Any = save, saved: list[int] = saved) -> None:
            saved.append(1)
            if len(saved) == number and when == "before":
                raise Killed
            save(state)
            if len(saved) == number:
                raise Killed

        upload.spool.save_state = killed_save  # type: ignore[method-assign]
        try:
            run_out(upload)
        except Killed:
            upload.close()
        else:
            assert number > 8
            return
        upload = make(folder, server)
        upload.open()
        run_out(upload)
        assert told(server) == expected, f"killed {when} save {number}"
    pytest.fail("never came to the end")


@pytest.mark.parametrize("gone", ["job", "study", "both", "purged"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_f40_a_deleted_run_is_replaced_by_one_that_has_everything(tmp_path: Path, gone: str, at: int) -> None:
    expected, _ = undisturbed(tmp_path)
    folder = tmp_path / "jobs" / "job-1"
    (folder / "tracking").mkdir(parents=True)
    (folder / "tracking" / RECORD).write_text(make_record(folder).model_dump_json(), encoding="utf-8")
    server = FakeMlflow()
    upload = make(folder, server)
    upload.open()
    recorder = Recorder()
    operations = [one for event in events() if (one := recorder.record(event))]
    for operation in operations[: 1 + 4 * at]:
        upload.spool.append(operation)
    upload.round()
    parents, children = server.job_runs(), server.study_runs()[:1]
    for run in {"job": parents, "study": children}.get(gone, parents + children):
        if gone == "purged":
            del server.runs[run.run_id]
        run.lifecycle_stage = "deleted"
    for operation in operations[1 + 4 * at :]:
        upload.spool.append(operation)
    upload.spool.append({**finish(), "ts": 1795424500000})
    run_out(upload)
    assert told(server) == expected
    assert {one.code for one in upload.take_notices()} == {"NBML-T22"}


def test_f40_a_deleted_experiment_is_followed_by_another(tmp_path: Path) -> None:
    expected, _ = undisturbed(tmp_path)
    folder = tmp_path / "jobs" / "job-1"
    (folder / "tracking").mkdir(parents=True)
    (folder / "tracking" / RECORD).write_text(make_record(folder).model_dump_json(), encoding="utf-8")
    server = FakeMlflow()
    upload = make(folder, server)
    upload.open()
    spool_all(upload)
    upload.round()
    server.delete_experiment("1")
    run_out(upload)
    assert told(server) == expected
    assert [one.name for one in server.experiments.values()] == ["default", "default (2)"]
    assert {one.code for one in upload.take_notices()} == {"NBML-T22", "NBML-T25"}


def test_f40_a_run_that_someone_ended_goes_on(job: Path) -> None:
    server = FakeMlflow()
    upload = make(job, server)
    upload.open()
    spool_all(upload, closed=False)
    upload.round()
    upload.close()
    for run in server.runs.values():
        run.status = "FINISHED"
    upload = make(job, server)
    upload.open()
    upload.round()
    assert {run.status for run in server.runs.values()} == {"RUNNING"}
    assert {one.code for one in upload.take_notices()} == {"NBML-T23"}
    upload.close()


def test_what_mlflow_refuses_is_left_out_with_a_notice(job: Path) -> None:
    server = FakeMlflow()
    server.refuses = {"log_inputs"}
    upload = upload_all(job, server)
    assert upload.kept is not None
    assert server.job_runs()[0].history("rmse") == {0: 5.0}
    notices = upload.take_notices()
    assert [one.code for one in notices] == ["NBML-T24"]
    assert "log_inputs is not for you" in notices[0].message


def test_a_job_that_is_kept_is_not_written_again(job: Path) -> None:
    server = FakeMlflow()
    kept = upload_all(job, server).kept
    calls, clients = len(server.calls), server.clients
    upload = make(job, server)
    upload.open()
    assert not upload.round()
    assert upload.kept == kept
    assert (len(server.calls), server.clients) == (calls, clients)
    upload.close()


def test_many_trials_are_few_writes(job: Path) -> None:
    """One write for each search and round, within MLflow's limit of 1,000 entities (the fake asserts it)."""
    server = FakeMlflow()
    upload = make(job, server)
    upload.open()
    studies = [{"id": one, "target": TARGET, "family": "mlp"} for one in STUDIES]
    upload.spool.append({"op": "plan", "ts": 1, "folds": [f"g{k}" for k in range(30)], "studies": studies})
    for number in range(450):
        upload.spool.append(
            {
                "op": "trial",
                "ts": 1,
                "study": STUDIES[number % 2],
                "number": number,
                "value": 1.0,
                "state": "complete",
                "folds": [1.0] * 30,
                "params": {},
                "seconds": 1.0,
                "error": None,
            }
        )
    assert upload.round()
    assert server.calls.count("log_batch") == 2
    assert sum(len(run.points) for run in server.study_runs()) == 450 * 2
    upload.close()


def test_notices_of_the_job_are_kept(job: Path) -> None:
    server = FakeMlflow()
    upload = make(job, server)
    upload.open()
    said = Notice(seq=4, ts=TS, level="warning", code="NBML-J09", message="TPE <failed>")
    operation = Recorder().record(said)
    assert operation is not None
    upload.spool.append(operation)
    spool_all(upload, closed=False, end=JobFinished(state="cancelled", ts=TS))
    run_out(upload)
    assert json.loads(server.job_runs()[0].files["notices.json"]) == [
        {"level": "warning", "code": "NBML-J09", "message": "TPE <failed>"}
    ]


def test_two_processes_do_not_write_one_spool(job: Path) -> None:
    first = make(job, FakeMlflow())
    first.open()
    with pytest.raises(TrackingError) as caught:
        make(job, FakeMlflow()).open()
    assert caught.value.code == "NBML-T03"
    first.close()
    second = make(job, FakeMlflow())
    second.open()
    second.close()

"""The writer beside the training: it never waits, never raises, and loses nothing (F20, F39)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.tracking.fake_mlflow import FakeMlflow
from tests.unit.tracking.jobs import STUDIES, TS, events, make_record, make_spec

from nbml.errors import TrackingError
from nbml.settings import Settings
from nbml.spec.events import JobFinished, Log
from nbml.tracking import writer as writer_module
from nbml.tracking.kept import kept
from nbml.tracking.spool import Spool
from nbml.tracking.writer import TrackingWriter, flush

WITHIN_S = 30.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BETWEEN_S", (0.01, 0.01))
    monkeypatch.setattr(writer_module, "BACK_OFF_S", (0.01, 0.02))


@pytest.fixture
def job(tmp_path: Path) -> Path:
    folder = tmp_path / "jobs" / "job-1"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, tracking_uri="https://me:secret@mlflow.example/?token=abc")


@pytest.fixture
def make(job: Path, settings: Settings) -> Iterator[Callable[..., TrackingWriter]]:
    made: list[TrackingWriter] = []

    def start(server: FakeMlflow, connect: Any = None) -> TrackingWriter:
        made.append(TrackingWriter(job, make_spec(), settings, connect=connect or server.connect))
        return made[-1]

    yield start
    for one in made:
        one.close(timeout_s=0.1)


def until(holds: Callable[[], bool]) -> None:
    """Wait for a state of another thread; a failure after a long time is a failure of what was waited for."""
    tick = threading.Event()
    for _ in range(int(WITHIN_S / 0.01)):
        if holds():
            return
        tick.wait(0.01)
    pytest.fail("never came about")


def test_a_job_is_kept(job: Path, make: Callable[..., TrackingWriter]) -> None:
    server = FakeMlflow()
    writer = make(server)
    for event in [*events(), Log(message="x")]:
        writer.event(event)
    done = writer.finish(make_record(job), WITHIN_S)
    assert done is not None
    assert done.run_id == server.job_runs()[0].run_id
    assert done == kept(job)
    assert (writer.state, writer.pending, writer.error) == ("idle", 0, None)
    writer.event(JobFinished(state="succeeded", ts=TS))
    assert (writer.state, writer.pending) == ("idle", 0)


def test_training_goes_on_while_a_call_hangs(job: Path, make: Callable[..., TrackingWriter]) -> None:
    """F39: an event is on disk on return although the server has not answered the first call yet."""
    server, entered, answer = FakeMlflow(), threading.Event(), threading.Event()

    def connect(store: Any) -> FakeMlflow:
        entered.set()
        assert answer.wait(WITHIN_S)
        return server

    writer = make(server, connect)
    assert entered.wait(WITHIN_S)
    for event in events():
        writer.event(event)
    assert [one["op"] for one in Spool(job).read()].count("trial") == 12
    assert (writer.state, writer.pending) == ("writing", 14)
    assert not server.runs
    answer.set()
    assert writer.wait(WITHIN_S) is None
    assert writer.state == "idle"
    assert len(server.study_runs()[0].history("trial_rmse")) == 5


def test_writing_that_takes_processor_time_comes_seldom_until_the_end(
    job: Path, make: Callable[..., TrackingWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store in this process takes its time from the fits: many trials go to it at once."""
    monkeypatch.setattr(writer_module, "BETWEEN_S", (0.0, 600.0))
    monkeypatch.setattr(writer_module, "SHARE", 1e-9)
    server = FakeMlflow()
    writer = make(server)
    until(lambda: bool(server.runs) and writer.state == "idle")
    for event in events():
        writer.event(event)
    threading.Event().wait(0.3)
    assert (writer.state, len(server.study_runs())) == ("writing", 0)
    assert writer.finish(make_record(job), WITHIN_S) is not None
    assert len(server.study_runs()[0].history("trial_rmse")) == 5


def test_f39_a_server_that_is_away_is_waited_for(job: Path, make: Callable[..., TrackingWriter]) -> None:
    server = FakeMlflow()
    server.is_away = True
    writer = make(server)
    for event in events():
        writer.event(event)
    until(lambda: writer.state == "waiting")
    assert writer.pending == 14
    assert writer.finish(make_record(job), 0.05) is None
    assert kept(job) is None
    server.is_away = False
    assert writer.wait(WITHIN_S) is not None
    assert (writer.state, writer.error) == ("idle", None)
    notices = writer.notices()
    assert [one.code for one in notices] == ["NBML-T20", "NBML-T21"]
    assert writer.notices() == []
    assert server.study_runs()[0].history("best_rmse") == {0: 9.0, 1: 8.0, 3: 6.0, 4: 5.0, 5: 5.0}


def test_s17_no_credential_is_shown(make: Callable[..., TrackingWriter]) -> None:
    server = FakeMlflow()
    server.is_away = True
    writer = make(server)
    until(lambda: writer.error is not None)
    assert writer.error is not None
    shown = writer.error + str([one.model_dump_json() for one in writer.notices()])
    assert "mlflow.example" in shown
    assert not any(secret in shown for secret in ("secret", "abc", "me:"))


def test_what_waits_is_flushed_later(
    job: Path, settings: Settings, make: Callable[..., TrackingWriter]
) -> None:
    server = FakeMlflow()
    server.is_away = True
    writer = make(server)
    for event in events():
        writer.event(event)
    assert writer.finish(make_record(job), 0.05) is None
    writer.event(JobFinished(state="succeeded", ts=TS))
    writer.close(timeout_s=WITHIN_S)
    with pytest.raises(TrackingError) as caught:
        flush(job, settings, timeout_s=0.1, connect=server.connect)
    assert caught.value.code == "NBML-T08"
    assert "secret" not in str(caught.value)
    server.is_away = False
    done = flush(job, settings, timeout_s=WITHIN_S, connect=server.connect)
    assert done is not None
    assert server.job_runs()[0].status == "FINISHED"
    calls = len(server.calls)
    assert flush(job, settings, timeout_s=WITHIN_S, connect=server.connect) == done
    assert len(server.calls) == calls


def test_nothing_to_flush_is_said(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(TrackingError) as caught:
        flush(tmp_path, settings)
    assert caught.value.code == "NBML-T05"
    assert list(tmp_path.iterdir()) == []


def test_flush_waits_for_no_writer(
    job: Path, settings: Settings, make: Callable[..., TrackingWriter]
) -> None:
    server = FakeMlflow()
    writer = make(server)
    until(lambda: writer.state == "idle")
    with pytest.raises(TrackingError) as caught:
        flush(job, settings, timeout_s=0.1, connect=server.connect)
    assert caught.value.code == "NBML-T08"
    assert "Another process" in str(caught.value)


def test_f20_an_event_that_finds_the_disk_full_is_kept_in_memory(
    job: Path, make: Callable[..., TrackingWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeMlflow()
    writer = make(server)
    until(lambda: writer.state == "idle")
    append, full = Spool.append, threading.Event()
    full.set()

    def on_full_disk(self: Spool, operation: Any) -> None:
        if full.is_set():
            raise OSError(28, "No space left on device")
        append(self, operation)

    monkeypatch.setattr(Spool, "append", on_full_disk)
    for event in events():
        writer.event(event)
    until(lambda: writer.state == "waiting")
    assert "No space left" in str(writer.error)
    full.clear()
    assert writer.finish(make_record(job), WITHIN_S) is not None
    numbers = [one["number"] for one in Spool(job).read() if one["op"] == "trial"]
    assert numbers == [n for n in range(6) for _ in STUDIES]


def test_a_second_finish_with_another_record_brings_the_runs_up_to_date(
    job: Path, make: Callable[..., TrackingWriter]
) -> None:
    server = FakeMlflow()
    writer = make(server)
    for event in events():
        writer.event(event)
    first = writer.finish(make_record(job), WITHIN_S)
    assert writer.finish(make_record(job, warnings=(), n_rows=40, busy_share=0.5), WITHIN_S) == first
    assert len(server.runs) == 3
    assert 0.5 in server.job_runs()[0].history("busy_share").values()


PLAY = """
import sys, time
from pathlib import Path
from nbml.settings import Settings
from nbml.tracking.writer import TrackingWriter
from tests.unit.tracking.fake_mlflow import FakeMlflow
from tests.unit.tracking.jobs import events, make_spec

home = Path(sys.argv[1])
server = FakeMlflow()
server.is_away = True
writer = TrackingWriter(home / "jobs" / "job-1", make_spec(), Settings(home=home), connect=server.connect)
while writer.error is None:
    time.sleep(0.01)
for event in events()[:-1]:
    writer.event(event)
print("told", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_kill_9_loses_nothing_that_was_told(
    tmp_path: Path, job: Path, make: Callable[..., TrackingWriter]
) -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", PLAY, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "told\n"
        process.send_signal(signal.SIGKILL)
    server = FakeMlflow()
    writer = make(server)
    for event in events():
        writer.event(event)
    assert writer.finish(make_record(job), WITHIN_S) is not None
    assert [len(run.history("trial_rmse")) for run in server.study_runs()] == [5, 5]
    assert [one["op"] for one in Spool(job).read()].count("trial") == 12

"""Exactly one end of a job, and a handle that always says which."""

import json
import os
import time

import pytest

from nbml.durable import storage_error
from nbml.engine.event_log import EventLog
from nbml.engine.inline import InlineExecutor
from nbml.engine.job_folder import JobFolder
from nbml.engine.lease import Lease, read_lease
from nbml.errors import DataError, EngineError, JobError, NbmlError
from nbml.jobs import supervise as supervising
from nbml.jobs.context import JobContext, StopRequestedError
from nbml.jobs.job import Job
from nbml.jobs.listing import jobs
from nbml.settings import Settings
from nbml.spec.events import JobFinished, JobQueued
from nbml.spec.parse import parse_spec, spec_to_json


class NoTracking:
    """Keeps nothing; says whether it was closed."""

    closed = 0

    def __init__(self, *_):
        pass

    def event(self, event):
        pass

    def close(self, timeout_s):
        type(self).closed += 1


@pytest.fixture
def folder(nbml_home, monkeypatch):
    """A job that is written down and queued, with nothing in it to do."""
    monkeypatch.setattr(supervising, "TrackingWriter", NoTracking)
    NoTracking.closed = 0
    folder = JobFolder.of(Settings().jobs, "job-1").make()
    folder.spec.write_text(spec_to_json(parse_spec({"targets": ["y"], "name": "強度"})))
    log = EventLog(folder.events, "job-1", Lease(folder.lease))
    log.emit(JobQueued(task="train", title="強度"))
    log.close()
    folder.lease.unlink()
    return folder


def run(monkeypatch, body):
    """Supervise with a use case of our own."""
    monkeypatch.setattr(supervising, "_run", lambda context, tracking: body(context))
    supervising.supervise("job-1", Settings(), InlineExecutor, name="inline")


def raised(error):
    def body(_context):
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (DataError("NBML-D03", column="y", value=1.0), "failed", "NBML-D03"),
        (EngineError("NBML-E01", path="x", free_mb=0), "failed", "NBML-E01"),
        (JobError("NBML-J23", job_id="job-1"), "failed", "NBML-J23"),
        (StopRequestedError(), "cancelled", None),
        (ZeroDivisionError("by zero"), "failed", "NBML-J12"),
        (MemoryError(), "failed", "NBML-J12"),
    ],
    ids=lambda v: v if isinstance(v, str) else type(v).__name__,
)
def test_every_way_to_end_is_one_event(folder, monkeypatch, error, state, code):
    run(monkeypatch, raised(error))
    job = Job("job-1")
    ends = [e for e in job.events() if e.type == "job.finished"]
    assert len(ends) == 1
    assert job.events()[-1] == ends[0]
    assert (job.status, ends[0].error and ends[0].error.code) == (state, code)
    assert read_lease(folder.lease)["released"]
    assert NoTracking.closed == 1
    with pytest.raises(NbmlError) as told:
        job.result(timeout_s=5)
    assert told.value.code == (code or "NBML-J05")
    assert told.value.fields["job_id"] == "job-1"


def test_an_unexpected_end_leaves_its_trace(folder, monkeypatch):
    run(monkeypatch, raised(ZeroDivisionError("by zero")))
    assert "ZeroDivisionError: by zero" in (folder.root / "failure.txt").read_text()


def test_a_job_taken_over_is_left_to_the_other(folder, monkeypatch):
    """F31: the one who lost it writes no end."""

    logs = []

    def body(context):
        logs.append(context.log)
        Lease(folder.lease, take_over=True)
        context._beaten = 0.0
        context.check()

    NoTracking.closed = 0
    with pytest.raises(EngineError) as lost:
        run(monkeypatch, body)
    assert lost.value.code == "NBML-E06"
    assert logs[0]._file.closed
    assert NoTracking.closed == 1
    assert "job.finished" not in [e.type for e in Job("job-1").events()]


def test_not_even_the_end_fits_on_the_disk(folder, monkeypatch):
    """F20: nobody waits for ever; the job is interrupted, and goes on when there is space."""

    def full(path, *_rest, **_options):
        raise storage_error(folder.root, OSError(28, "No space left on device"))

    write = EventLog._write
    monkeypatch.setattr("nbml.engine.lease.write_text", _full_after_first(full))

    def fill(context):
        monkeypatch.setattr(EventLog, "_write", full)
        context.note(DataError("NBML-D03", column="y", value=1.0))

    with pytest.raises(EngineError) as told:
        run(monkeypatch, fill)
    assert told.value.code == "NBML-E01"
    assert NoTracking.closed == 1
    monkeypatch.setattr(EventLog, "_write", write)
    old = time.time() - 3600
    os.utime(folder.spec, (old, old))
    job = Job("job-1")
    assert job.status == "interrupted"
    with pytest.raises(JobError) as nobody:
        job.result(timeout_s=30)
    assert nobody.value.code == "NBML-J03"


def _full_after_first(full):
    from nbml.durable import write_text

    seen = []

    def write(path, content, **options):
        seen.append(path)
        return write_text(path, content, **options) if len(seen) == 1 else full(path)

    return write


def test_a_stop_request_is_seen(folder, monkeypatch):
    """F6: also one that came before the job began."""
    folder.ask_to_stop()
    run(monkeypatch, lambda context: context.check())
    assert Job("job-1").status == "cancelled"


def test_attempts_are_counted(folder, monkeypatch):
    """F8."""

    class KilledError(BaseException):
        pass

    for _ in range(2):
        with pytest.raises(KilledError):
            run(monkeypatch, raised(KilledError()))
        record = json.loads(folder.lease.read_text())
        folder.lease.write_text(json.dumps(record | {"process_started": -1.0}))
        assert Job("job-1").status == "interrupted"
    run(monkeypatch, lambda context: JobFinished(state="succeeded"))
    assert [e.attempt for e in Job("job-1").events() if e.type == "job.started"] == [1, 2, 3]
    assert Job("job-1").snapshot().attempt == 3


def test_the_lease_shows_life_at_most_every_two_seconds(folder, monkeypatch):
    beats = []
    context = JobContext(folder, None, Settings(), None, InlineExecutor, beat=lambda: beats.append(1))
    clock = [100.0]
    monkeypatch.setattr("nbml.jobs.context.time.monotonic", lambda: clock[0])
    for _ in range(50):
        context.check()
        clock[0] += 0.1
    assert len(beats) == 3


@pytest.mark.parametrize("job_id", ["../job-1", "job-1/../job-1", "", "a b", "%2e%2e"])
def test_handles_of_what_is_no_id(nbml_home, job_id):
    """S7."""
    with pytest.raises(JobError) as refused:
        Job(job_id)
    assert refused.value.code == "NBML-J01"


def test_handle_of_no_job(nbml_home):
    with pytest.raises(JobError) as refused:
        Job("nothing")
    assert refused.value.code == "NBML-J02"


def test_cancelling_what_has_ended_changes_nothing(folder, monkeypatch):
    run(monkeypatch, lambda context: JobFinished(state="succeeded"))
    Job("job-1").cancel()
    assert not folder.stop_request.exists()


def test_waiting_has_an_end(folder):
    """F5: a job that does not end within the time given goes on."""
    Lease(folder.lease)
    with pytest.raises(JobError) as late:
        Job("job-1").result(timeout_s=0.1)
    assert late.value.code == "NBML-J04"


def test_a_damaged_job_is_listed_as_damaged(folder, nbml_home):
    """F26: one broken folder hides no other."""
    other = JobFolder.of(Settings().jobs, "job-2").make()
    other.spec.write_text("{broken")
    third = JobFolder.of(Settings().jobs, "job-3").make()
    third.spec.write_text(folder.spec.read_text())
    third.events.write_text("no event\n")
    states = {job.id: job.state for job in jobs()}
    assert states["job-2"] == states["job-3"] == "damaged"
    assert states["job-1"] == "interrupted"

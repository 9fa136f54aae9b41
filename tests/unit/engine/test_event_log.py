"""One gap-free log with one writer, which a kill, a full disk or a repeat never spoils."""

import json
import subprocess
import sys
import threading

import pytest

from nbml.engine.event_log import EventLog, EventTail, iter_until_finished, read_events
from nbml.engine.lease import Lease
from nbml.errors import EngineError
from nbml.spec.events import (
    ArtifactReady,
    BestChanged,
    FoldFinished,
    JobFinished,
    JobQueued,
    JobStarted,
    Log,
    Notice,
    Resources,
    StageStarted,
    TrialFinished,
    TrialStarted,
)


@pytest.fixture
def open_log(tmp_path):
    """Opens the log of one job; every call is a new owner."""
    logs = []

    def make():
        logs.append(
            EventLog(tmp_path / "events.jsonl", "job", Lease(tmp_path / "lease.json", take_over=True))
        )
        return logs[-1]

    yield make
    for log in logs:
        if not log._file.closed:
            log.close()


def fold(trial, number=0):
    return FoldFinished(study="t0-x", trial=trial, fold=number, value=1.5, seconds=0.1)


def seqs(path):
    return [json.loads(line)["seq"] for line in path.read_text().splitlines()]


def test_numbers_without_gaps(open_log, tmp_path):
    log = open_log()
    for trial in range(5):
        event = log.emit(fold(trial))
        assert (event.seq, event.job_id) == (trial + 1, "job")
        assert event.ts.endswith("+00:00")
    assert seqs(tmp_path / "events.jsonl") == [1, 2, 3, 4, 5]


def test_goes_on_where_the_last_owner_stopped(open_log, tmp_path):
    first = open_log()
    first.emit(fold(0))
    first.emit(fold(1))
    first.close()
    second = open_log()
    assert [e.trial for e in second.past] == [0, 1]
    assert second.emit(fold(2)).seq == 3


def test_what_is_told_again_is_dropped(open_log, tmp_path):
    """F2, F8: a resumed job runs again from its start; each (trial, fold) is counted once."""
    durable = [
        JobQueued(task="train", title="y"),
        TrialStarted(study="t0-x", trial=0, params={"a": 1}),
        fold(0, 0),
        fold(0, 1),
        TrialFinished(study="t0-x", trial=0, state="complete", value=1.0),
        TrialStarted(study="t1-x", trial=0, params={}),
        BestChanged(study="t0-x", trial=0, value=1.0, folds=(1.0,), params={}),
        ArtifactReady(name="models", path="models"),
        ArtifactReady(name="shap/a", path="shap/a"),
    ]
    each_time = [
        JobStarted(attempt=1, executor="ray"),
        StageStarted(stage="search"),
        Notice(level="info", code="NBML-E24", message="torn"),
        Log(message="hello"),
        Resources(workers=2, busy=1, busy_share=0.5),
    ]
    first = open_log()
    heard = []
    first.listen(heard.append)
    for event in (*durable, *each_time):
        assert first.emit(event) is not None
    assert all(first.emit(event) is None for event in durable)
    assert len(heard) == len(durable) + len(each_time)
    first.close()
    second = open_log()
    assert [second.emit(event) is None for event in durable] == [True] * len(durable)
    assert [second.emit(event).seq for event in each_time] == list(range(15, 20))
    assert seqs(tmp_path / "events.jsonl") == list(range(1, 20))


def test_a_fold_told_with_another_value_is_still_the_same_fold(open_log):
    log = open_log()
    log.emit(fold(0))
    assert log.emit(fold(0).model_copy(update={"value": 9.0, "seconds": 3.0})) is None


def test_a_torn_last_line_is_cut_wherever_it_is_torn(open_log, tmp_path):
    """F24: cut at every byte of the last 200; whole lines before it stay, the next event follows them."""
    path = tmp_path / "events.jsonl"
    log = open_log()
    for trial in range(4):
        log.emit(fold(trial))
    log.close()
    content = path.read_bytes()
    assert len(content) > 400
    for cut in range(len(content) - 200, len(content)):
        path.write_bytes(content[:cut])
        whole = content[:cut].count(b"\n")
        torn = cut - (content[:cut].rfind(b"\n") + 1)
        assert len(read_events(path)) == whole, "a reader passes over a torn line"
        log = open_log()
        assert (log.torn_bytes, len(log.past)) == (torn, whole)
        assert log.emit(Log(message="on")).seq == whole + 1
        log.close()
        assert seqs(path) == list(range(1, whole + 2))


def test_torn_within_a_character(open_log, tmp_path):
    """F24: the cut may part the bytes of one character."""
    path = tmp_path / "events.jsonl"
    log = open_log()
    log.emit(JobQueued(task="train", title="強度"))
    log.emit(Notice(level="info", code="NBML-E24", message="𠮷野家で"))
    log.close()
    content = path.read_bytes()
    for cut in range(content.index("𠮷".encode()), content.index("𠮷".encode()) + 5):
        path.write_bytes(content[:cut])
        assert [e.title for e in read_events(path)] == ["強度"]
        log = open_log()
        assert log.emit(fold(0)).seq == 2
        log.close()


def test_a_damaged_line_in_the_middle_is_named(open_log, tmp_path):
    path = tmp_path / "events.jsonl"
    log = open_log()
    for trial in range(3):
        log.emit(fold(trial))
    log.close()
    lines = path.read_bytes().split(b"\n")
    for damage in (
        b"",
        b"\x00\xff",
        lines[1][:-3],
        lines[1] + b"}",
        lines[1].replace(b"fold.finished", b"fold.unknown"),
    ):
        path.write_bytes(b"\n".join([lines[0], damage, *lines[2:]]))
        for read in (lambda: read_events(path), lambda: EventTail(path).read(), open_log):
            with pytest.raises(EngineError) as refused:
                read()
            assert (refused.value.code, refused.value.fields["line"]) == ("NBML-E07", 2)
            assert str(path) in refused.value.message


def test_the_tail_names_the_line_of_the_file_not_of_the_piece(open_log, tmp_path):
    log = open_log()
    tail = EventTail(tmp_path / "events.jsonl")
    log.emit(fold(0))
    log.emit(fold(1))
    assert len(tail.read()) == 2
    log.emit(fold(2))
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b"no event\n")
    with pytest.raises(EngineError) as refused:
        tail.read()
    assert (refused.value.code, refused.value.fields["line"]) == ("NBML-E07", 4)


def test_readers_see_only_whole_lines(open_log, tmp_path):
    """F10: a tail that looks while bytes are still coming."""
    path = tmp_path / "events.jsonl"
    log = open_log()
    for trial in range(3):
        log.emit(fold(trial))
    log.close()
    content = path.read_bytes()
    growing = tmp_path / "growing.jsonl"
    tail, seen = EventTail(growing), []
    assert tail.read() == []
    for end in range(0, len(content) + 1, 7):
        growing.write_bytes(content[:end])
        seen += tail.read()
        assert len(seen) == content[:end].count(b"\n")
    growing.write_bytes(content)
    seen += tail.read()
    assert [e.seq for e in seen] == [1, 2, 3]
    assert tail.read() == []


def test_a_tail_follows_over_a_torn_line_and_a_new_owner(open_log, tmp_path):
    path = tmp_path / "events.jsonl"
    log = open_log()
    tail = EventTail(path)
    log.emit(fold(0))
    log.emit(fold(1))
    log.close()
    assert len(tail.read()) == 2
    with path.open("ab") as file:
        file.write(b'{"half": ')
    assert tail.read() == []
    log = open_log()
    log.emit(fold(2))
    assert [e.trial for e in tail.read()] == [2]


def test_reading_from_a_number_on(open_log, tmp_path):
    log = open_log()
    for trial in range(5):
        log.emit(fold(trial))
    path = tmp_path / "events.jsonl"
    assert [e.seq for e in read_events(path, after=3)] == [4, 5]
    assert read_events(path, after=5) == []
    assert read_events(tmp_path / "none.jsonl") == []


def test_following_ends_with_the_job(open_log, tmp_path):
    log = open_log()
    log.emit(fold(0))
    log.emit(JobFinished(state="succeeded"))
    batches = list(iter_until_finished(tmp_path / "events.jsonl"))
    assert [e.type for batch in batches for e in batch] == ["fold.finished", "job.finished"]


def test_a_full_disk_leaves_a_whole_log(tmp_path):
    """F20: the event that did not fit is not there at all, and when there is space again the log goes on."""
    code = """
import resource, signal, sys
from pathlib import Path
from nbml.engine.event_log import EventLog
from nbml.engine.lease import Lease
from nbml.errors import EngineError
from nbml.spec.events import Log
folder = Path(sys.argv[1])
log = EventLog(folder / "events.jsonl", "job", Lease(folder / "lease.json"))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
written = 0
try:
    while True:
        log.emit(Log(message="x" * 50))
        written += 1
except EngineError as error:
    print(error.code, written)
try:
    log.emit(Log(message="y" * 50))
except EngineError as error:
    print(error.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print(log.emit(Log(message="z")).seq)
log.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    first, second, last = done.stdout.splitlines()
    written = int(first.split()[1])
    assert first.split()[0] == second == "NBML-E01"
    assert written > 1
    assert int(last) == written + 1
    assert [e.seq for e in read_events(tmp_path / "events.jsonl")] == list(range(1, written + 2))


def test_many_threads_one_sequence(open_log, tmp_path):
    log = open_log()
    heard = []
    log.listen(heard.append)

    def tell(start):
        for number in range(start, start + 40):
            log.emit(fold(number))
            log.emit(fold(7))

    threads = [threading.Thread(target=tell, args=(100 * k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = read_events(tmp_path / "events.jsonl")
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert len(events) == len({e.trial for e in events}) == 240
    assert sorted(e.seq for e in heard) == [e.seq for e in events]


def test_elapsed_time_adds_up_over_owners(open_log, monkeypatch):
    """F34: by a monotonic clock, whatever the wall clock does."""
    clock = [100.0]
    monkeypatch.setattr("nbml.engine.event_log.time.monotonic", lambda: clock[0])
    log = open_log()
    clock[0] = 110.0
    assert log.emit(fold(0)).elapsed_s == 10.0
    log.close()
    clock[0] = 5.0  # another boot
    log = open_log()
    assert log.elapsed_s() == 10.0
    clock[0] = 8.0
    assert log.emit(fold(1)).elapsed_s == 13.0


def test_an_owner_whose_job_was_taken_over_writes_nothing(open_log, tmp_path):
    """F31: also when it did not look for a moment, its end is refused."""
    old = open_log()
    old.emit(fold(0))
    new = open_log()
    with pytest.raises(EngineError) as refused:
        old.emit(JobFinished(state="succeeded"))
    assert refused.value.code == "NBML-E06"
    new.emit(fold(1))
    old._checked = -1e9
    with pytest.raises(EngineError):
        old.emit(fold(2))
    assert [e.trial for e in read_events(tmp_path / "events.jsonl")] == [0, 1]


def test_hostile_text_stays_on_one_line(open_log, tmp_path):
    """S20: a name cannot forge an event."""
    text = 'a\n{"v":1,"seq":99,"type":"log","message":"forged"}\r\n\u2028\x85\x1b[31m\x00</script>'
    log = open_log()
    log.emit(Log(message=text))
    log.emit(fold(0))
    raw = (tmp_path / "events.jsonl").read_bytes()
    assert raw.count(b"\n") == 2
    assert [e.message for e in EventTail(tmp_path / "events.jsonl").read() if e.type == "log"] == [text]
    assert read_events(tmp_path / "events.jsonl")[0].message == text

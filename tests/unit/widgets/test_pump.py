"""What reaches the page: every durable event in order, in few messages, by one thread."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

import nbml
from nbml.spec.events import Log, Resources
from nbml.spec.messages import OUTGOING
from nbml.spec.messages.base import MAX_MESSAGE_BYTES, USUAL_BYTES
from nbml.spec.messages.session import PanelSnapshot
from nbml.spec.snapshot import Snapshot, fold
from nbml.widgets.pump import PUMP, REFRESH_S, TICK_S

from .pages import Recorded, trial

TRAIT_BYTES = 200_000


def heard(page, start):
    """The events of all batches after a seq, checked as a page checks them."""
    seq, events = start, []
    for batch in page.messages("events"):
        assert batch["seq_from"] <= seq + 1, "a gap"
        events += [event for event in batch["events"] if event["seq"] > seq]
        seq = max(seq, batch["seq_to"])
    return seq, events


def until(page, seq):
    page.wait(lambda m: m["kind"] == "events" and m["seq_to"] >= seq)


@pytest.mark.parametrize("events", [10_000])
def test_a_burst_arrives_whole_in_order_in_small_batches(show, events):
    """F12, and the promise of ten thousand events."""
    job = Recorded()
    page = show(job=job.id)
    start = job.seq
    burst = [event for number in range(events // 7 + 1) for event in trial(number)][:events]
    job.tell(*burst)
    until(page, job.seq)
    seq, found = heard(page, start)
    assert (seq, [event["seq"] for event in found]) == (job.seq, list(range(start + 1, job.seq + 1)))
    entries = page.entries("events")
    assert max(size for size, *_ in entries) < USUAL_BYTES
    moments = [moment for _, moment, _ in entries]
    assert all(later - earlier > 0.9 * TICK_S for earlier, later in pairwise(moments))
    assert len({thread for *_, thread in entries} | {PUMP.thread}) == 1


def test_the_page_and_the_log_agree_on_the_state(show):
    """What a page folds from a snapshot and its batches is what the log says."""
    job = Recorded(trials=30)
    page = show(job=job.id)
    begin = page.panel.snapshot["job"]
    for number in range(30, 40):
        job.tell(*trial(number), Resources(workers=2, busy=1, busy_share=0.5), Log(message="x"))
    job.finish(scores={"y": 1.5})
    until(page, job.seq)
    state = Snapshot.model_validate(begin["snapshot"])
    for message in page.messages("events"):
        for event in OUTGOING.validate_python(message).events:
            state = fold(state, event)
    expected = nbml.open(job.id).snapshot()
    assert state.model_dump(mode="json") == expected.model_dump(mode="json")
    assert page.wait(lambda m: m["kind"] == "state" and m["state"].get("job", {}).get("state") == "succeeded")


def test_of_lossy_events_the_latest_go_out(show):
    job = Recorded()
    page = show(job=job.id)
    start = job.seq
    job.tell(*[Resources(workers=2, busy=n % 3, busy_share=0.5) for n in range(2_000)])
    job.tell(*[Log(message=str(n)) for n in range(2_000)], *trial(0))
    until(page, job.seq)
    seq, events = heard(page, start)
    assert seq == job.seq
    assert len([e for e in events if e["type"] == "log"]) < 200
    assert next(e["message"] for e in reversed(events) if e["type"] == "log") == "1999"
    assert [e["type"] for e in events if e["type"] not in ("log", "resources")] == [e.type for e in trial(0)]


def test_the_synced_snapshot_is_small_and_renewed_by_one_thread_once_a_second(show):
    """F10, F44: 10,000 trials, names of 10,000 folds."""
    job = Recorded(trials=1_000)
    page = show(job=job.id)
    for block in range(9):
        job.tell(*[event for n in range(1_000) for event in trial(1_000 * (block + 1) + n)])
        until(page, job.seq)
    page.comm.news.acquire()
    page.comm.news.wait_for(lambda: _trait_seq(page) == job.seq, 30)
    page.comm.news.release()
    entries = page.entries("snapshot-trait")
    assert len(entries) > 1
    assert max(size for size, *_ in entries) < TRAIT_BYTES
    moments = [moment for _, moment, _ in entries]
    assert all(b - a > 0.9 * REFRESH_S for a, b in pairwise(moments))
    assert {thread for *_, thread in entries} == {PUMP.thread}
    PanelSnapshot.model_validate(page.panel.snapshot)
    study = page.panel.snapshot["job"]["snapshot"]["studies"][0]
    assert (study["complete"], study["trials"][-1]["number"]) == (10_000, 9_999)
    assert len(page.panel.feed._waiting) == len(page.panel.outbox) == 0


def test_a_trickle_of_events_does_not_renew_the_snapshot_more_often(show):
    job = Recorded()
    page = show(job=job.id)
    for number in range(400):
        job.tell(*trial(number)[:2])
        until(page, job.seq)
        if len(page.entries("snapshot-trait")) > 2:
            break
    moments = [moment for _, moment, _ in page.entries("snapshot-trait")]
    assert len(moments) > 2
    assert min(b - a for a, b in pairwise(moments)) > 0.9 * REFRESH_S


def _trait_seq(page):
    traits = [d["state"]["snapshot"] for _, d, *_ in page.comm.sent if "snapshot" in d.get("state", {})]
    return traits[-1]["job"]["seq"] if traits and traits[-1]["job"] else None


def test_two_views_and_two_panels_on_one_job(show):
    """F11: each panel gets everything once; a click in one counts once; the log is read once."""
    job = Recorded(trials=3)
    one, two = show(job=job.id), show(view="w")
    assert two.ask("open_job", job_id=job.id)["value"]["job"]["seq"] == job.seq
    assert one.panel.feed is two.panel.feed
    start = job.seq
    job.tell(*trial(3))
    for page in (one, two):
        until(page, job.seq)
        assert [e["seq"] for e in heard(page, start)[1]] == list(range(start + 1, job.seq + 1))
    assert one.ask("stop_job", job_id=job.id)["fault"] is None
    assert two.ask("stop_job", job_id=job.id)["fault"] is None
    assert job.folder.stop_request.exists()
    assert one.messages("answer") != two.messages("answer")


def test_a_view_that_comes_late_gets_the_whole_picture_and_no_gap(show):
    """F10: hello in the midst of a burst; what follows the answer joins on to it."""
    job = Recorded()
    page = show(job=job.id)
    writer = threading.Thread(target=lambda: [job.tell(*trial(n)) for n in range(300)])
    writer.start()
    answers = [page.ask("hello", have={job.id: 1}) for _ in range(5)]
    writer.join()
    job.finish()
    until(page, job.seq)
    for answer in answers:
        said = page.messages()
        seq = answer["value"]["job"]["seq"]
        for message in said[said.index(answer) :]:
            if message["kind"] == "events":
                assert message["seq_from"] <= seq + 1
                seq = max(seq, message["seq_to"])
        assert seq == job.seq


def test_a_job_with_a_thousand_trials_opens_whole(show):
    """Kernel restarted in mid-search: a new kernel, a new panel, the whole history."""
    job = Recorded(trials=1_000)
    page = show(job=nbml.open(job.id))
    study = page.panel.snapshot["job"]["snapshot"]["studies"][0]
    assert [t["number"] for t in study["trials"]] == list(range(1_000))
    assert page.panel.snapshot["state"]["job"]["state"] == "interrupted"
    assert nbml.open(job.id).panel().close() is None


def test_what_nobody_runs_any_more_is_told(show):
    """F14: the state is the lease's, not only the log's."""
    job = Recorded(trials=1)
    page = show()
    page.ask("open_job", job_id=job.id)
    assert page.wait(lambda m: m["kind"] == "state")["state"]["job"]["state"] == "interrupted"


def test_a_damaged_log_is_told_and_the_panel_goes_on(show):
    """F24's sister: a broken line in the midst."""
    job = Recorded()
    page = show(job=job.id)
    with job.folder.events.open("a") as file:
        file.write("{}\n")
    fault = page.wait(lambda m: m["kind"] == "state" and m["state"].get("fault"))["state"]["fault"]
    assert fault["code"] == "NBML-E07"
    assert page.ask("close_job")["fault"] is None
    answer = page.ask("open_job", job_id=job.id)
    assert answer["fault"]["code"] == "NBML-E07"


@pytest.mark.parametrize("job_id", ["absent", "a" * 64])
def test_a_job_that_is_not_there_is_a_fault(show, job_id):
    """S7; what is no id at all is refused by the schema."""
    page = show()
    assert page.ask("open_job", job_id=job_id)["fault"]["code"] == "NBML-J02"
    assert page.ask("open_job", job_id="../x")["accepted"] is False


def test_a_panel_that_cannot_be_reached_does_not_stop_the_others(show, caplog):
    job = Recorded()
    broken, well = show(job=job.id), show(job=job.id)

    def fail(message):
        raise OSError("gone")

    broken.panel.deliver = fail
    job.tell(*trial(0))
    until(well, job.seq)
    job.tell(*trial(1))
    until(well, job.seq)
    assert len([r for r in caplog.records if "can no longer be reached" in r.message]) == 1


def test_one_thread_from_the_first_panel_to_the_last(show):
    assert PUMP.thread is None
    pages = [show() for _ in range(3)]
    thread = PUMP.thread
    assert [t for t in threading.enumerate() if t.name == "nbml-pump"] == [thread]
    for page in pages:
        page.panel.close()
    thread.join(10)
    assert PUMP.thread is None
    again = show()
    assert PUMP.thread not in (None, thread)
    assert again.ask("hello", have={})["fault"] is None


def test_collecting_a_closed_panel_waits_for_nothing(show):
    """A collection runs in any thread, at any moment, while another may hold the pump's lock."""
    panel = show().panel
    panel.close()
    thread = threading.Thread(target=panel.__del__, daemon=True)
    with PUMP._change:
        thread.start()
        thread.join(20)
        assert not thread.is_alive()


def test_nothing_runs_while_nothing_happens(show):
    """No polling for panels without a live job."""
    job = Recorded(trials=2)
    job.finish("cancelled")
    page = show(job=job.id)
    page.ask("hello", have={})
    for _ in range(1_000):
        with PUMP._change:
            pause = PUMP._pause()
        if pause is None:
            break
        time.sleep(0.01)
    assert pause is None


def test_the_interpreter_ends_quietly_with_a_panel_at_work(nbml_home):
    """A live job, an open panel, the end of the process."""
    job = Recorded(trials=5)
    code = f"import nbml; p = nbml.workbench(job={job.id!r}); import time; time.sleep(0.3); print('end')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_many_panels_are_restored_in_one_small_message(show):
    """What request_states answers after a reload."""
    job = Recorded(trials=1_000)
    pages = [show(job=job.id) for _ in range(40)]

    def size():
        return sum(len(json.dumps(page.panel.get_state(), default=str)) for page in pages)

    for _ in range(300):
        if size() < MAX_MESSAGE_BYTES:
            break
        time.sleep(0.1)
    assert size() < MAX_MESSAGE_BYTES
    study = pages[0].ask("hello", have={})["value"]["job"]["snapshot"]["studies"][0]
    assert len(study["trials"]) == 1_000, "asked, the whole picture comes"

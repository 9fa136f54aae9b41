"""What a page asks: checked, replied to at once, done once, answered once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.errors import DataError
from nbml.spec.messages.session import CloseJob, Hello, SetRoom, StopJob
from nbml.widgets.bridge import KEPT_BYTES, MOST_KEPT, Bridge
from nbml.widgets.desk import MOST_WAITING, THREADS, Desk
from nbml.widgets.outbox import Outbox
from nbml.widgets.session import LATEST, Session


class Bench:
    """A bridge whose page and pump are lists."""

    def __init__(self, language="en", **handlers):
        self.sent, self.done = [], threading.Semaphore(0)
        self.outbox = Outbox(lambda is_urgent: self.done.release() if is_urgent else None)
        self.session = Session(self.outbox, lambda *_: None, speech=language)
        kinds = {"hello": Hello, "close_job": CloseJob, "set_room": SetRoom, "stop_job": StopJob}
        self.bridge = Bridge(
            self.session, Desk("test"), {kinds[k]: h for k, h in handlers.items()}, self.sent.append
        )

    def ask(self, kind, number=1, **body):
        self.bridge.receive({"v": 1, "kind": kind, "request_id": f"v-{number}", "view_id": "v"} | body)
        return self.sent[-1]

    def answers(self, n=1):
        """The next answers, once there are so many."""
        for _ in range(n):
            assert self.done.acquire(timeout=30)
        return [m() if callable(m) else m for m in self.outbox.take()]


def nothing(session, request, progress):
    return None


def test_the_reply_does_not_wait_for_the_work():
    """The thread that hears the page only queues: it returns while every thread of the desk is blocked."""
    gate = threading.Event()
    bench = Bench(close_job=lambda *_: gate.wait(30) and None)
    heard = [bench.ask("close_job", n) for n in range(THREADS + 3)]
    assert not gate.is_set()
    assert [reply["accepted"] for reply in heard] == [True] * (THREADS + 3)
    assert len(bench.outbox) == 0
    gate.set()
    assert len(bench.answers(THREADS + 3)) == THREADS + 3


@pytest.mark.parametrize("senders", [1, 8])
def test_a_request_sent_again_is_done_once_and_answered_alike(senders):
    """F11: a double click, or a page that did not hear the answer."""
    times = Counter()
    bench = Bench(stop_job=lambda s, r, p: times.update([r.job_id]) or {"n": times[r.job_id]})
    threads = [threading.Thread(target=lambda: bench.ask("stop_job", job_id="a")) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (first,) = bench.answers()[:1]
    again = bench.ask("stop_job", job_id="a")
    assert (
        again
        == bench.sent[0]
        == {"v": 1, "kind": "reply", "request_id": "v-1", "accepted": True, "fault": None}
    )
    assert first["value"] == {"n": 1}
    assert all(answer == first for answer in bench.answers())
    assert times == {"a": 1}


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ({"kind": "run", "path": "/etc/passwd"}, None),
        ({"kind": "hello", "code": "1+1"}, "code"),
        ({"kind": "hello", "have": {"x": "1"}}, "have.x"),
        ({"kind": "hello", "have": {"../x": 1}}, "have.../x.[key]"),
        ({"kind": "stop_job", "job_id": "../../x"}, "job_id"),
        ({"kind": "stop_job", "job_id": 5}, "job_id"),
        ({"kind": "hello", "v": 2}, "v"),
        ({"kind": "hello", "view_id": "<img>"}, "view_id"),
        ({"kind": "hello", "request_id": ""}, "request_id"),
        ({"kind": "hello", "language": "\ud800"}, None),
    ],
    ids=str,
)
def test_what_is_no_request_is_refused(message, place):
    """S2, S7: unknown kinds and fields, wrong types, ids that are paths."""
    bench = Bench(hello=nothing, stop_job=nothing)
    bench.bridge.receive({"v": 1, "request_id": "v-1", "view_id": "v"} | message)
    (reply,) = bench.sent
    assert (reply["accepted"], reply["fault"]["code"]) == (False, "NBML-W51")
    assert reply["fault"]["field"] == place
    assert len(bench.outbox) == 0


def _nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "content",
    [{"language": "x" * 100_000_000}, {"have": {str(n): n for n in range(800_000)}}, {"x": _nested(5_000)}],
    ids=["long", "wide", "deep"],
)
def test_what_is_too_large_is_refused_unread(content):
    """S3"""
    bench = Bench(hello=nothing)
    bench.bridge.receive({"v": 1, "kind": "hello", "request_id": "v-1", "view_id": "v"} | content)
    assert bench.sent[-1]["fault"]["code"] == "NBML-W52"


def test_buffers_are_refused():
    bench = Bench(hello=nothing)
    bench.bridge.receive({"v": 1, "kind": "hello", "request_id": "v-1", "view_id": "v"}, has_buffers=True)
    assert bench.sent[-1]["fault"]["code"] == "NBML-W51"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=12,
)
ENVELOPE = st.fixed_dictionaries(
    {},
    optional={
        "v": JSON,
        "kind": st.sampled_from(["hello", "cancel", "x"]) | JSON,
        "request_id": JSON,
        "view_id": JSON,
    },
)


@given(JSON | ENVELOPE)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_gets_exactly_one_reply(content):
    """S2: nothing a page sends raises in the kernel."""
    bench = Bench(hello=nothing)
    bench.bridge.receive(content)
    assert [reply["kind"] for reply in bench.sent] == ["reply"]


def test_a_page_that_asks_too_much_is_refused_and_may_ask_again():
    """S3: a bounded queue; the same request is taken once there is room."""
    gate = threading.Event()
    bench = Bench(close_job=lambda *_: gate.wait(30) and None)
    heard = [bench.ask("close_job", n) for n in range(MOST_WAITING + THREADS + 20)]
    refused = [n for n, reply in enumerate(heard) if not reply["accepted"]]
    assert refused
    assert {heard[n]["fault"]["code"] for n in refused} == {"NBML-W53"}
    gate.set()
    bench.answers(len(heard) - len(refused))
    assert bench.ask("close_job", refused[0])["accepted"]
    assert bench.answers()[0]["fault"] is None


def test_a_running_request_can_be_given_up():
    begun = threading.Event()

    def work(session, request, progress):
        begun.set()
        while True:
            progress.check()
            begun.wait(0.01)

    bench = Bench(hello=work)
    bench.ask("hello", 1)
    assert begun.wait(30)
    assert bench.ask("cancel", 2, target_request_id="v-1")["accepted"]
    found = {a["request_id"]: a for a in bench.answers(2)}
    assert found["v-1"]["fault"]["code"] == "NBML-W56"
    assert found["v-2"] == {"v": 1, "kind": "answer", "request_id": "v-2", "value": None, "fault": None}


def test_a_waiting_request_that_is_given_up_does_no_work():
    gate, done = threading.Event(), []
    bench = Bench(hello=lambda *_: gate.wait(30) and None, close_job=lambda *_: done.append(1))
    for n in range(THREADS):
        bench.ask("hello", n)
    bench.ask("close_job", 8)
    bench.ask("cancel", 9, target_request_id="v-8")
    gate.set()
    found = {a["request_id"]: a for a in bench.answers(THREADS + 2)}
    assert found["v-8"]["fault"]["code"] == "NBML-W56"
    assert done == []


class Panicked(BaseException):
    """What compiled libraries raise."""


@pytest.mark.parametrize(
    ("failure", "code", "field"),
    [
        (DataError("NBML-D03", column="温度", value=1.0, field="targets"), "NBML-D03", "targets"),
        (ZeroDivisionError("by 0"), "NBML-W55", None),
        (Panicked("no"), "NBML-W55", None),
        (SystemExit(3), "NBML-W55", None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_an_answer(failure, code, field):
    """A fault with a code, at its field; the desk goes on."""

    def fail(*_):
        raise failure

    bench = Bench("ja", hello=fail, close_job=nothing)
    bench.ask("hello", 1)
    (answer,) = bench.answers()
    assert (answer["value"], answer["fault"]["code"], answer["fault"]["field"]) == (None, code, field)
    assert any(ord(letter) > 0x3000 for letter in answer["fault"]["message"])
    bench.ask("close_job", 2)
    assert bench.answers()[0]["fault"] is None


def test_a_failure_nobody_foresaw_says_where():
    bench = Bench(hello=lambda *_: {}["absent"])
    bench.ask("hello")
    message = bench.answers()[0]["fault"]["message"]
    assert "KeyError" in message
    assert "test_bridge.py" in message


def test_an_answer_of_the_latest_state_is_made_when_it_is_sent():
    """So it agrees with all events that went out before it."""
    bench = Bench(hello=lambda *_: LATEST)
    bench.ask("hello")
    assert bench.done.acquire(timeout=30)
    bench.session.publish(room="runs")
    (answer,) = [m() for m in bench.outbox.take() if callable(m)]
    assert answer["value"]["room"] == "runs"


def test_answers_are_plain_finite_json():
    bench = Bench(hello=lambda *_: {"a": float("nan"), "b": (1, 2), "c": float("inf")})
    bench.ask("hello")
    assert bench.answers()[0]["value"] == {"a": None, "b": [1, 2], "c": None}


def test_an_answer_that_no_message_can_hold_is_a_fault():
    bench = Bench(hello=lambda *_: {"rows": "x" * 4_000_000})
    bench.ask("hello")
    assert bench.answers()[0]["fault"]["code"] == "NBML-W54"


def test_what_is_kept_for_asking_again_is_bounded():
    """F44: requests and answers."""
    bench = Bench(hello=lambda *_: {"rows": "x" * 1_000_000}, close_job=nothing)
    for n in range(12):
        bench.ask("hello", n)
        bench.answers()
    assert bench.bridge._kept <= KEPT_BYTES
    bench.ask("hello", 0)
    assert bench.answers()[0]["fault"]["code"] == "NBML-W57"
    bench.ask("hello", 11)
    assert bench.answers()[0]["value"]["rows"]
    for n in range(100, 100 + 2 * MOST_KEPT):
        bench.ask("close_job", n)
        bench.answers()
    assert len(bench.bridge._records) == MOST_KEPT
    assert bench.bridge._kept <= KEPT_BYTES


def test_of_progress_only_the_latest_goes_out_and_none_after_the_answer():
    step, go = threading.Event(), threading.Event()

    def work(session, request, progress):
        for n in range(1_000):
            progress.tell(n, 1_000, "rows")
        step.set()
        go.wait(30)
        progress.tell(1_000, 1_000, "rows")

    bench = Bench(hello=work)
    bench.ask("hello")
    assert step.wait(30)
    (note,) = bench.outbox.take()
    assert (note["kind"], note["done"], note["total"]) == ("progress", 999, 1_000)
    go.set()
    assert [m["kind"] for m in bench.answers()] == ["answer"]

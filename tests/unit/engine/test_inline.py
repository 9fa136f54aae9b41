"""What the contract of all executors does not say: benches that break, threads that end."""

import threading
import time

import pytest

from nbml.engine.executor import Task
from nbml.engine.inline import InlineExecutor
from nbml.errors import DataError, EngineError


class Bench:
    def __init__(self, shared):
        self.shared = shared

    def run(self, work, should_stop):
        return work["do"](self.shared, should_stop)


def gather(executor, n, within_s=30.0):
    outcomes, end = [], time.monotonic() + within_s
    while len(outcomes) < n:
        assert time.monotonic() < end, f"only {len(outcomes)} of {n} answers came"
        outcomes += executor.next(0.05)
    return outcomes


@pytest.fixture
def inline():
    opened = []

    def make(slots=1, factory=Bench, shared=None):
        opened.append(InlineExecutor(slots))
        opened[-1].open(factory, shared)
        return opened[-1]

    yield make
    for executor in opened:
        executor.stop()
        executor.close()


def threads():
    return [t for t in threading.enumerate() if t.name.startswith("nbml-inline")]


def spin(_shared, should_stop):
    while not should_stop():
        time.sleep(0.002)
    raise RuntimeError("stopped")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (DataError("NBML-D10", rows=1), "NBML-D10"),
        (ValueError("no such thing"), "NBML-E12"),
        (MemoryError(), "NBML-E12"),
    ],
    ids=["named", "library", "memory"],
)
def test_a_bench_that_cannot_be_made_fails_every_task(inline, failure, code):
    """F15: an answer for each task, never a wait without end."""

    def factory(_shared):
        raise failure

    executor = inline(2, factory)
    for number in range(3):
        executor.submit(Task(str(number), {}))
    outcomes = gather(executor, 3)
    assert sorted(o.key for o in outcomes) == ["0", "1", "2"]
    assert {o.error.code for o in outcomes} == {code}


def leave(_shared, _should_stop):
    raise SystemExit(3)


def test_a_library_that_exits_fails_its_task(inline):
    """The thread stays, and so do the tasks behind it."""
    executor = inline()
    executor.submit(Task("leaves", {"do": leave}))
    executor.submit(Task("stays", {"do": lambda *_: "here"}))
    outcomes = {o.key: o for o in gather(executor, 2)}
    assert outcomes["leaves"].error.code == "NBML-E12"
    assert outcomes["leaves"].error.fields["kind"] == "SystemExit"
    assert outcomes["stays"].value == "here"


def test_a_value_of_none_is_no_failure(inline):
    executor = inline()
    executor.submit(Task("a", {"do": lambda *_: None}))
    (outcome,) = gather(executor, 1)
    assert (outcome.value, outcome.error, outcome.worker) == (None, None, "inline-0")


def test_the_text_of_an_error_is_bounded(inline):
    executor = inline()

    def fail(*_):
        raise ValueError("x" * 1_000_000)

    executor.submit(Task("a", {"do": fail}))
    (outcome,) = gather(executor, 1)
    assert len(outcome.error.fields["reason"]) == 2000
    assert "fail" in outcome.error.fields["where"]


def test_each_thread_has_a_bench_of_its_own(inline):
    made = []
    executor = inline(3, lambda shared: made.append(Bench(shared)) or made[-1], "shared")
    executor.submit(Task("a", {"do": lambda shared, _stop: shared}))
    assert gather(executor, 1)[0].value == "shared"
    assert len({id(bench) for bench in made}) == len(made) <= 3


def test_abandoned_tasks_give_no_answer_later(inline):
    """F43: what was given up is not taken for what is asked afterwards."""
    executor = inline(2)
    for number in range(5):
        executor.submit(Task(f"old-{number}", {"do": spin}))
    executor.abandon()
    assert executor.free() == 2
    assert executor.next(0.05) == []
    executor.submit(Task("new", {"do": lambda *_: 1}))
    assert [o.key for o in gather(executor, 1)] == ["new"]


def test_abandoning_nothing_changes_nothing(inline):
    executor = inline()
    executor.abandon()
    executor.submit(Task("a", {"do": lambda *_: 1}))
    assert gather(executor, 1)[0].value == 1


@pytest.mark.parametrize("end", ["stop", "close"])
def test_no_thread_is_left(inline, end):
    """F9: a stopped executor leaves no thread behind, busy or idle."""
    before = set(threads())
    executor = inline(3)
    executor.submit(Task("a", {"do": spin}))
    executor.submit(Task("b", {"do": spin}))
    executor.next(0.05)
    getattr(executor, end)()
    limit = time.monotonic() + 20
    while set(threads()) - before and time.monotonic() < limit:
        time.sleep(0.01)
    assert not set(threads()) - before
    with pytest.raises(EngineError) as refused:
        executor.submit(Task("c", {"do": spin}))
    assert refused.value.code == "NBML-E13"


def test_closing_twice_is_closing_once(inline):
    executor = inline()
    executor.close()
    executor.close()
    executor.stop()

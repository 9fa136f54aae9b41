"""From events to operations: one line a trial, each said once however often it is told."""

from __future__ import annotations

from collections import Counter

from tests.unit.tracking.jobs import STUDIES, TS, events, trial

from nbml.spec.events import JobFinished, Log, Notice
from nbml.tracking.operations import Recorder, finish


def test_a_trial_is_one_operation_with_all_that_is_known_of_it() -> None:
    recorder = Recorder()
    made = [one for event in trial(STUDIES[0], 3, 5.0) if (one := recorder.record(event))]
    assert made == [
        {
            "op": "trial",
            "ts": 1795424400000,
            "study": STUDIES[0],
            "number": 3,
            "state": "complete",
            "value": 5.0,
            "folds": [4.0, 6.0],
            "params": {"rate": 0.3},
            "seconds": 0.5,
            "error": None,
        }
    ]


def test_the_same_log_told_twice_says_nothing_new() -> None:
    recorder = Recorder()
    said = []
    for _ in range(2):
        for event in [
            *events(),
            Notice(seq=7, ts=TS, level="info", code="NBML-J01", message="x"),
            JobFinished(state="succeeded", ts=TS),
        ]:
            operation = recorder.record(event)
            if operation is not None and recorder.is_new(operation):
                recorder.admit(operation)
                said.append(operation)
    assert Counter(one["op"] for one in said) == {"plan": 1, "trial": 12, "notice": 1, "end": 1}


def test_the_end_says_nothing_after_a_record_has_closed_the_job() -> None:
    recorder = Recorder()
    recorder.admit(finish())
    end = recorder.record(JobFinished(state="succeeded", ts=TS))
    assert end is not None
    assert not recorder.is_new(end)


def test_lossy_events_are_no_operations() -> None:
    assert Recorder().record(Log(message="x")) is None

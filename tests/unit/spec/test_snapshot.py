"""One reducer over events: replays change nothing, old states stay, the size is bounded.

The logs in tests/fixtures/events, each with the state it ends in, are read by every reducer of nbml.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.engine.event_log import read_events
from nbml.spec.events import (
    EVENT,
    BestChanged,
    Fault,
    FoldFinished,
    JobPlanned,
    Notice,
    StudyPlan,
    TrialFinished,
    TrialStarted,
)
from nbml.spec.snapshot import LEAST, RECENT_NOTICES, RECENT_TRIALS, SHOWN, WHOLE_TRIALS, Snapshot, fold

GOLDEN = Path(__file__).parents[2] / "fixtures" / "events"
LOGS = ("succeeded", "failed", "cancelled", "resumed", "running", "searched")
PARAMS = {
    "num_iterations": 123,
    "learning_rate": 0.0312345678901234,
    "num_leaves": 31,
    "min_data_in_leaf": 12,
    "feature_fraction": 0.812345678901234,
    "bagging_fraction": 0.712345678901234,
    "lambda_l2": 0.00312345678901,
}


def log(name):
    return read_events(GOLDEN / f"{name}.jsonl")


def after(events, snapshot=None):
    snapshot = snapshot or Snapshot()
    for event in events:
        snapshot = fold(snapshot, event)
    return snapshot


@pytest.mark.parametrize("name", LOGS)
def test_golden_logs(name):
    """The lines read back to themselves, and the state is the one that stands beside them."""
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    events = log(name)
    assert [e.model_dump(mode="json") for e in events] == [json.loads(line) for line in lines]
    assert [e.seq for e in events] == list(range(1, len(lines) + 1))
    expected = json.loads((GOLDEN / f"{name}.snapshot.json").read_text(encoding="utf-8"))
    assert after(events).model_dump(mode="json") == expected


def test_every_type_of_event_has_a_golden_line():
    types = {event.type for name in LOGS for event in log(name)}
    assert types == set(EVENT.json_schema()["discriminator"]["mapping"])


@pytest.mark.parametrize("name", LOGS)
@given(data=st.data())
def test_replays_change_nothing(name, data):
    """F12: a viewer that asked again gets events it has seen."""
    events = log(name)
    stop = data.draw(st.integers(0, len(events)))
    again = data.draw(st.lists(st.integers(0, max(stop - 1, 0)), max_size=10)) if stop else []
    middle = after(events[:stop])
    assert after([events[k] for k in again], middle) == middle
    assert after(events, middle) == after(events)


@pytest.mark.parametrize("name", LOGS)
def test_the_state_before_is_untouched(name):
    snapshot = Snapshot()
    for event in log(name):
        before, told = snapshot.model_dump_json(), event.model_dump_json()
        following = fold(snapshot, event)
        assert snapshot.model_dump_json() == before
        assert event.model_dump_json() == told
        snapshot = following


@pytest.mark.parametrize("name", LOGS)
def test_a_state_can_be_sent_and_taken_up(name):
    """F10: the whole state crosses to a viewer, and events go on from there."""
    events = log(name)
    for stop in range(len(events)):
        sent = Snapshot.model_validate_json(after(events[:stop]).model_dump_json())
        assert after(events[stop:], sent) == after(events)


def test_succeeded():
    snapshot = after(log("succeeded"))
    assert (snapshot.state, snapshot.is_finished, snapshot.stage, snapshot.busy) == (
        "succeeded",
        True,
        None,
        0,
    )
    assert (snapshot.trials_done, snapshot.trials_planned, snapshot.folds_done) == (6, 6, 18)
    assert snapshot.fold_names == ("ロット1", "<img src=x onerror=alert(1)>", "__proto__")
    lightgbm, catboost = snapshot.studies
    assert (lightgbm.best.number, catboost.best.number, catboost.best.value) == (1, 2, 2.125)
    assert lightgbm.trials[1].folds == (2.25, None, 3.0)
    assert [n.code for n in snapshot.notices] == ["NBML-D18"]
    assert snapshot.artifacts[-2:] == ("models", "cv_result.csv")
    assert snapshot.seconds_left is None


def test_failed():
    snapshot = after(log("failed"))
    assert (snapshot.state, snapshot.error.code) == ("failed", "NBML-J10")
    (study,) = snapshot.studies
    assert (study.complete, study.failed, study.best) == (0, 2, None)
    assert {trial.error.code for trial in study.trials} == {"NBML-E12"}


def test_cancelled():
    snapshot = after(log("cancelled"))
    assert (snapshot.state, snapshot.trials_planned, snapshot.scores) == ("cancelled", None, {"y": 2.0})
    done, open_trial = snapshot.studies[0].trials
    assert (done.state, open_trial.state, open_trial.folds) == ("complete", "running", (None, None, 1.5))


def test_resumed():
    """F8: attempts are counted, folds of both count once, time adds up."""
    events = log("resumed")
    snapshot = after(events)
    assert (snapshot.attempt, snapshot.state, snapshot.folds_done, snapshot.trials_done) == (
        2,
        "succeeded",
        6,
        2,
    )
    assert snapshot.elapsed_s == events[-1].elapsed_s
    second = next(k for k, e in enumerate(events) if e.type == "job.started" and e.attempt == 2)
    assert after(events[: second + 1]).state == "running"


def test_time_left():
    """By trials told, never more than the limit leaves; unknown before the first."""
    events = log("running")
    snapshot = after(events)
    by_trials = snapshot.elapsed_s / 1 * 15
    assert snapshot.seconds_left == min(by_trials, 60.0 - snapshot.elapsed_s)
    first = next(k for k, e in enumerate(events) if e.type == "trial.finished")
    no_limit = after(events[:first]).model_copy(update={"timeout_s": None})
    assert no_limit.seconds_left is None
    late = snapshot.model_copy(update={"elapsed_s": 100.0})
    assert late.seconds_left == 0.0


def played(n_trials, n_studies=1, state="complete"):
    """The state after a long search, and what it took to get there."""
    ids = [f"t0-{k}" for k in range(n_studies)]
    error = (
        None
        if state == "complete"
        else Fault(code="NBML-E12", message="m" * 2000, fields={"reason": "r" * 2000})
    )
    snapshot = after(
        [
            JobPlanned(
                studies=tuple(StudyPlan(id=i, target="y", family="x", trials=n_trials) for i in ids),
                n_rows=9,
                n_features=1,
                fold_names=("a", "b", "c", "d", "e"),
                fold_rows=(1, 2, 3, 2, 1),
                fold_scheme="shuffled",
            )
        ]
    )
    value = 4.123456789012345 if state == "complete" else None
    for study in ids:
        for trial in range(n_trials):
            events = [TrialStarted(study=study, trial=trial, params=PARAMS)]
            events += [
                FoldFinished(study=study, trial=trial, fold=k, value=value, seconds=0.1) for k in range(5)
            ]
            events.append(
                TrialFinished(
                    study=study, trial=trial, state=state, value=value, folds=(value,) * 5, error=error
                )
            )
            if trial == 3 and value is not None:
                events.append(
                    BestChanged(study=study, trial=3, value=value, folds=(value,) * 5, params=PARAMS)
                )
            snapshot = after(events, snapshot)
    return snapshot


@pytest.mark.parametrize(
    ("n_trials", "n_studies", "state"),
    [(3000, 1, "complete"), (400, 8, "complete"), (60, 20, "complete"), (1500, 1, "failed")],
)
def test_the_size_is_bounded(n_trials, n_studies, state):
    """F12, F44: it can be sent whole, however long the search and however long its errors."""
    snapshot = played(n_trials, n_studies, state)
    assert len(snapshot.model_dump_json()) < 200_000
    assert snapshot.trials_done == n_trials * n_studies
    assert snapshot.folds_done == 5 * n_trials * n_studies
    for study in snapshot.studies:
        whole = max(WHOLE_TRIALS // n_studies, LEAST)
        numbers = [trial.number for trial in study.trials]
        assert numbers == list(range(n_trials))[-whole * RECENT_TRIALS // WHOLE_TRIALS :]
        assert [bool(trial.params) for trial in study.trials] == [
            k >= len(numbers) - whole for k in range(len(numbers))
        ]
        assert {trial.state for trial in study.trials} == {state}
        if state == "complete":
            assert study.best.params == PARAMS
            assert len(study.best.folds) == 5
        else:
            assert study.trials[0].error == Fault(code="NBML-E12", message="")
            assert len(study.trials[-1].error.message) == SHOWN


def test_ten_times_longer_is_not_larger():
    """F44."""
    assert len(played(3000).model_dump_json()) < 1.01 * len(played(1500).model_dump_json())


def test_an_open_trial_stays_whole_however_old():
    """A trial that is still running keeps its parameters; it is drawn once it ends."""
    plan = JobPlanned(
        studies=(StudyPlan(id="s", target="y", family="x", trials=None),),
        fold_names=("a",),
        fold_rows=(1,),
        fold_scheme="shuffled",
        n_rows=1,
        n_features=1,
    )
    snapshot = after([plan, TrialStarted(study="s", trial=0, params=PARAMS)])
    for trial in range(1, WHOLE_TRIALS + 20):
        snapshot = after(
            [
                TrialStarted(study="s", trial=trial, params=PARAMS),
                TrialFinished(study="s", trial=trial, state="complete", value=1.0),
            ],
            snapshot,
        )
    assert snapshot.studies[0].trials[0].params == PARAMS
    snapshot = after([TrialFinished(study="s", trial=0, state="complete", value=2.0)], snapshot)
    assert (snapshot.studies[0].trials[0].params, snapshot.studies[0].trials[0].value) == ({}, 2.0)


def test_notices_are_bounded():
    """F44."""
    notices = [
        Notice(level="warning", code="NBML-E20", message=f"{k} " + "x" * 5000, fields={"reason": "y" * 5000})
        for k in range(3 * RECENT_NOTICES)
    ]
    snapshot = after(notices)
    assert len(snapshot.notices) == RECENT_NOTICES
    assert snapshot.notices[-1].message.startswith(f"{3 * RECENT_NOTICES - 1} ")
    assert len(snapshot.model_dump_json()) < 60_000

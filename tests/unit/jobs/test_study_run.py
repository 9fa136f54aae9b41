"""The sequence of a search is a function of seed and scores, not of who answers when."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.jobs.fakes import SPACE, TRIALS, Play

from nbml.errors import EngineError, JobError
from nbml.ml.models.base import Param

BROKEN = EngineError("NBML-E12", kind="ValueError", reason="the library said no", where="fit, line 3")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The search of one worker that answers in order."""
    return Play(tmp_path_factory.mktemp("undisturbed")).play(slots=1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slots=st.sampled_from([2, 3, 4, 8, 40]), data=st.data())
def test_same_trials_for_any_number_of_workers_and_order_of_answers(
    undisturbed, tmp_path_factory, slots, data
):
    """F47: past the random start too, where the sampler looks at what it was told."""
    pick = data.draw(st.randoms(use_true_random=False)).randrange
    play = Play(tmp_path_factory.mktemp("shuffled")).play(slots, pick)
    assert play.told() == undisturbed.told()
    assert sorted(play.fitted) == [(trial, fold) for trial in range(TRIALS) for fold in range(3)]


@pytest.mark.parametrize("sampler", ["random", "cmaes", "qmc"])
def test_same_trials_with_every_sampler(tmp_path, sampler):
    """F47."""
    one = Play(tmp_path / "1", sampler=sampler).play(slots=1)
    many = Play(tmp_path / "8", sampler=sampler).play(slots=8, pick=lambda n: n - 1)
    assert one.told() == many.told()


def test_trials_are_told_in_the_order_asked(tmp_path):
    play = Play(tmp_path).play(slots=40, pick=lambda n: n - 1)
    assert [e.trial for e in play.of("trial.finished")] == list(range(TRIALS))
    assert [e.trial for e in play.of("trial.started")] == list(range(TRIALS))


def test_a_fixed_number_of_trials_is_open(tmp_path):
    """A slow first trial holds back those asked after it, not the answers of those already open."""
    play = Play(tmp_path, open_trials=2)
    play.run.start()
    tasks = [play.run.next_task() for _ in range(7)]
    assert tasks[-1] is None
    assert [t.work["trial"] for t in tasks[:-1]] == [0, 0, 0, 1, 1, 1]
    for task in tasks[3:6]:
        play.run.take(1, task.work["fold"], play.outcome(task))
    assert play.run.next_task() is None
    assert play.of("trial.finished") == []
    for task in tasks[:3]:
        play.run.take(0, task.work["fold"], play.outcome(task))
    assert [e.trial for e in play.of("trial.finished")] == [0, 1]
    assert play.run.next_task().work["trial"] == 2


def test_values_and_best(tmp_path):
    play = Play(tmp_path).play(slots=3)
    values = [value for _number, _params, value in play.told()]
    assert play.run.best.value == min(values)
    best = play.of("best.changed")
    assert [e.value for e in best] == list(dict.fromkeys(np.minimum.accumulate(values).tolist()))
    assert best[-1].params == play.run.best.params
    for number, _params, value in play.told():
        record = play.store.load_trial("t0-x", number)
        miss = record.predictions.astype(float) - play.data.Y[:, 0]
        assert value == pytest.approx(float(np.sqrt((miss**2).mean())), rel=1e-6)


def test_only_the_best_trial_keeps_models(tmp_path):
    play = Play(tmp_path).play(slots=3)
    best = play.run.best.number
    assert {p.name.split(".")[0] for p in (tmp_path / "t0-x").glob("*.fold-*")} == {f"{best:06d}"}
    assert play.store.load_model_files("t0-x", best, 2) == {"model.txt": f"{(best, 2)}".encode()}
    assert len(list((tmp_path / "t0-x").glob("*.npz"))) == TRIALS


def test_a_failed_fold_fails_its_trial_alone(tmp_path):
    """F41: no score is made of the other folds; the search goes on."""
    play = Play(tmp_path, fails={(4, 1): BROKEN}).play(slots=2)
    finished = {e.trial: e for e in play.of("trial.finished")}
    assert (finished[4].state, finished[4].value) == ("failed", None)
    assert finished[4].error.code == "NBML-E12"
    assert "the library said no" in finished[4].error.message
    assert [e.state for n, e in finished.items() if n != 4] == ["complete"] * (TRIALS - 1)
    assert (play.run.told, play.run.failed) == (TRIALS, 1)
    failed = [e for e in play.of("fold.finished") if e.error is not None]
    assert [(e.trial, e.fold, e.value) for e in failed] == [(4, 1, None)]
    assert play.run.best.number != 4


def test_a_failure_gives_the_same_sequence_for_any_order(tmp_path):
    """F41 with F47."""
    fails = {(4, 1): BROKEN, (11, 0): BROKEN, (12, 2): BROKEN}
    one = Play(tmp_path / "1", fails=fails).play(slots=1)
    many = Play(tmp_path / "2", fails=fails).play(slots=9, pick=lambda n: n // 2)
    assert one.told() == many.told()


def test_no_more_folds_of_a_failed_trial_are_begun(tmp_path):
    play = Play(tmp_path, fails={(0, 0): BROKEN}).play(slots=1)
    assert [place for place in play.fitted if place[0] == 0] == [(0, 0)]


def test_all_trials_failing_keeps_the_first_cause(tmp_path):
    fails = {(t, 0): EngineError("NBML-E12", kind="E", reason=f"trial {t}", where="-") for t in range(5)}
    play = Play(tmp_path, trials=5, fails=fails).play(slots=8, pick=lambda n: n - 1)
    assert play.run.best is None
    assert play.run.first_error.fields["reason"] == "trial 0"
    assert play.run.failed == 5


def test_predictions_that_are_not_finite_are_no_score(tmp_path):
    """D12, finding 6: a NaN score is a failed trial, for the sampler as for the reader."""
    play = Play(tmp_path, trials=6, blank={(2, 1)}).play(slots=2)
    event = play.of("trial.finished")[2]
    assert (event.state, event.value) == ("failed", None)
    assert event.folds[1] is None
    assert event.folds[0] is not None
    assert play.run.best.number != 2


def test_closing_forgets_open_trials(tmp_path):
    """F43: what is complete stays the best; an answer that comes late is dropped."""
    play = Play(tmp_path)
    play.run.start()
    tasks = [play.run.next_task() for _ in range(5)]
    for task in tasks[:4]:
        play.run.take(task.work["trial"], task.work["fold"], play.outcome(task))
    play.run.close()
    assert play.run.is_done
    assert play.run.next_task() is None
    play.run.take(1, 1, play.outcome(tasks[4]))
    assert [e.trial for e in play.of("trial.finished")] == [0]
    assert play.run.best.number == 0


def test_an_answer_that_comes_twice_counts_once(tmp_path):
    """F2."""
    play = Play(tmp_path, trials=1)
    play.run.start()
    task = play.run.next_task()
    for _ in range(2):
        play.run.take(0, task.work["fold"], play.outcome(task))
    assert len(play.of("fold.finished")) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 3 * TRIALS - 1), slots=st.integers(1, 6), again=st.integers(1, 6), data=st.data())
def test_going_on_after_a_kill(undisturbed, tmp_path_factory, cut, slots, again, data):
    """F8, F35: the same trials as if nothing had happened, and no fold fitted again that was on disk."""
    folder = tmp_path_factory.mktemp("resumed")
    pick = data.draw(st.randoms(use_true_random=False)).randrange
    first = Play(folder).play(slots, pick, until=cut)
    second = Play(folder).play(again, pick)
    assert second.told() == undisturbed.told()
    assert sorted(first.fitted + second.fitted) == sorted(undisturbed.fitted)
    folds = [(e.trial, e.fold) for e in second.of("fold.finished")]
    assert sorted(folds) == sorted(undisturbed.fitted)
    assert second.run.best == undisturbed.run.best
    assert second.run.seconds == pytest.approx(undisturbed.run.seconds)


def test_what_is_finished_counts_even_when_the_time_is_over(tmp_path):
    """F8 with F43: a job killed after its time ran out still has its best trial."""
    Play(tmp_path, trials=None).play(slots=1, until=10)
    play = Play(tmp_path, trials=None)
    play.run.start()
    play.run.close()
    assert [e.trial for e in play.of("trial.finished")] == [0, 1, 2]
    assert play.run.best is not None


def test_a_failed_trial_is_told_again_as_failed(tmp_path):
    fails = {(1, 2): BROKEN}
    first = Play(tmp_path, trials=4, fails=fails).play(slots=1)
    second = Play(tmp_path, trials=4).play(slots=1)
    assert second.fitted == []
    assert second.told() == first.told()
    assert second.of("trial.finished")[1].error == first.of("trial.finished")[1].error
    assert (second.run.failed, second.run.first_error.code) == (1, "NBML-E12")


@pytest.mark.parametrize(
    "changed",
    [{"seed": 4}, {"space": {**SPACE, "a": Param("float", 0.0, 2.0)}}, {"sampler": "random", "seed": 4}],
    ids=["seed", "space", "sampler"],
)
def test_going_on_with_another_search_is_refused(tmp_path, changed):
    """F37: a finished trial that is not the one asked now."""
    Play(tmp_path, trials=4).play(slots=1)
    with pytest.raises(JobError) as refused:
        Play(tmp_path, trials=4, **changed).play(slots=1)
    assert refused.value.code == "NBML-J21"
    assert refused.value.fields["trial"] == 1


def test_a_fold_of_other_parameters_is_not_taken(tmp_path):
    """F37: nor a fold of a trial that was not finished."""
    Play(tmp_path, trials=4).play(slots=1, until=4)
    with pytest.raises(JobError) as refused:
        Play(tmp_path, trials=4, seed=4).play(slots=1)
    assert (refused.value.code, refused.value.fields["trial"]) == ("NBML-J21", 1)


def test_a_sampler_that_fails_is_told_once(tmp_path, monkeypatch):
    """Mission: random search takes over; a notice says so."""
    play = Play(tmp_path, trials=8)
    monkeypatch.setattr(play.run._search, "fallback", "ValueError: singular")
    play.play(slots=2)
    notices = play.of("notice")
    assert [n.code for n in notices] == ["NBML-J20"]
    assert "singular" in notices[0].message


def test_events_are_plain_json(tmp_path):
    for event in Play(tmp_path, trials=6, blank={(2, 1)}, fails={(3, 0): BROKEN}).play().events:
        json.loads(event.model_dump_json(), parse_constant=lambda c: pytest.fail(f"{c} in an event"))

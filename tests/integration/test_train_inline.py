"""Whole jobs in this process: what is fitted, what is told, what is left behind."""

import json
import threading

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.errors import JobError, NbmlError
from nbml.ml.fold import FoldBench
from nbml.ml.models.base import FitStoppedError
from nbml.ml.models.learner import LearnerFamily
from tests.integration.tables import FAMILIES, result, table, train

HOSTILE = [
    "rmse",
    "target",
    "predicted_y",
    "__proto__",
    "<img src=x onerror=alert(1)>",
    "a,b",
    "=1+1",
    "強度[MPa]",
    "🙂",
    "n" * 300,
    "a b",
    "a_b",
    'q"uote',
    "{x}",
    "index",
    "flags",
    "b\\;c",
    "%s",
    "-",
    " trailing ",
]


@pytest.fixture
def fits(monkeypatch):
    """Counts every fit as (family, target, fold) or (family, target, "final")."""
    seen = []
    evaluate, fit_all = FoldBench.evaluate, FoldBench.fit_all

    def fold(bench, family, target, number, params, **rest):
        seen.append((family.name, target, number))
        return evaluate(bench, family, target, number, params, **rest)

    def final(bench, family, target, params, **rest):
        seen.append((family.name, target, "final"))
        return fit_all(bench, family, target, params, **rest)

    monkeypatch.setattr(FoldBench, "evaluate", fold)
    monkeypatch.setattr(FoldBench, "fit_all", final)
    return seen


def two_targets():
    """Two targets, each missing in rows of its own; one row has none."""
    frame = table()
    frame["伸び[%]"] = frame["x"] - frame["z"].fillna(0)
    frame.loc[[1, 5, 8], "y"] = np.nan
    frame.loc[[5, 20], "伸び[%]"] = np.nan
    return frame


@pytest.fixture(scope="module")
def everything():
    """One job with all families and two targets."""
    frame = two_targets()
    done = result(train(frame, ["y", "伸び[%]"], model=FAMILIES, group="lot", missing_target="drop"))
    return frame, done


def test_leaderboard(everything):
    """A baseline row for each target; the best is chosen; all stay usable."""
    _frame, done = everything
    board = done.leaderboard
    for target, rows in board.groupby("target", sort=False):
        assert rows["family"].iloc[0] == "baseline"
        assert set(rows["family"]) == {"baseline", *FAMILIES}
        models = rows[rows["family"] != "baseline"]
        assert models["rmse"].is_monotonic_increasing
        assert models["chosen"].tolist() == [True, False, False, False]
        assert done.score[target] == models["rmse"].min()
    assert set(done.best_params) == {"y", "伸び[%]"}


@pytest.mark.parametrize("family", FAMILIES)
def test_all_families_predict(everything, family):
    frame, done = everything
    out = done.predict(frame.sample(frac=1, random_state=1), family=family)
    of_each = ("predicted", "lower", "upper", "spread")
    assert list(out.columns) == [
        *(f"{what}_{target}" for target in ("y", "伸び[%]") for what in of_each),
        "distance",
        "flags",
    ]
    assert (out["lower_y"] <= out["predicted_y"]).all()
    assert (out["predicted_y"] <= out["upper_y"]).all()
    assert out["distance"].between(0, 1).all()
    assert np.isfinite(out.filter(like="predicted").to_numpy()).all()
    assert out.index.tolist() == frame.sample(frac=1, random_state=1).index.tolist()


def test_share_of_time_spent_on_fits(everything):
    """A fit has no more of a processor than the clock allows, and workers no more than all their time."""
    record = everything[1].record
    assert 0 < record.busy_share <= record.clock_share + 0.01
    assert record.clock_share <= 1
    spent = sum(row.seconds for row in record.leaderboard if row.study)
    slots = spent / (record.busy_share * record.search_s)
    assert slots == pytest.approx(round(slots), rel=0.02)


def test_scores_are_those_of_the_table_of_out_of_fold_predictions(everything):
    """RMSE pooled and by fold, from cv_result alone."""
    _frame, done = everything
    table, scores = done.cv_result, done.scores
    for target in done.record.targets:
        known = table[target].notna()
        miss = table.loc[known, f"predicted_{target}"] - table.loc[known, target]
        row = scores[(scores["target"] == target) & scores["chosen"] & (scores["metric"] == "rmse")].iloc[0]
        assert row["pooled"] == pytest.approx(np.sqrt((miss**2).mean()), rel=1e-6)
        for fold in done.record.fold_names:
            inside = miss[table.loc[known, "fold"] == fold]
            assert row[fold] == pytest.approx(np.sqrt((inside**2).mean()), rel=1e-6)


def test_cv_result_has_all_rows_of_the_input_in_order(everything):
    """D1, D41: a row without any target is there and empty; one without one of two is used for the other."""
    frame, done = everything
    table = done.cv_result
    assert len(table) == len(frame)
    np.testing.assert_array_equal(table["y"], frame["y"])
    np.testing.assert_array_equal(table["伸び[%]"], frame["伸び[%]"])
    predicted = table.filter(like="predicted_").astype(float).isna()
    assert predicted.loc[5].all()
    assert not predicted.drop(index=5).any(axis=None)


def test_shap_is_additive_to_the_held_out_prediction(everything):
    """Per target, per family, per held-out row; the numbers behind the scores, not those of another fit."""
    _frame, done = everything
    for target in done.record.targets:
        for leader in done.record.leaderboard:
            if leader.target != target or leader.family == "baseline":
                continue
            shap = done.shap(target, leader.family)
            name = f"predicted_{target}" if leader.chosen else f"predicted_{target} ({leader.family})"
            predicted = done.cv_result[name].astype(float)
            assert list(shap.values.columns) == list(done.record.features)
            assert len(shap.values) == 35
            total = shap.base + shap.values.sum(axis=1)
            scale = np.abs(shap.values).sum(axis=1) + np.abs(shap.base)
            assert (np.abs(total - predicted[shap.values.index]) <= 1e-6 * scale).all()
            assert [done.record.fold_names[k] for k in shap.fold] == done.cv_result["fold"][
                shap.values.index
            ].tolist()


def test_no_fit_twice(fits):
    """Trials x folds, and one final fit of each search."""
    result(train(table(), model=["lightgbm", "xgboost"], group="lot", trials=4))
    assert len(fits) == 2 * (4 * 3 + 1)
    assert sorted(f for f in fits if f[2] == "final") == [("lightgbm", 0, "final"), ("xgboost", 0, "final")]


def test_the_models_kept_are_those_that_were_scored():
    """The fold models of the best trial give its out-of-fold predictions again, to the bit."""
    frame = table()
    done = result(train(frame, group="lot", trials=3))
    bundle = done.predictor.bundle
    X = bundle.encoder.encode(frame).X
    (card,) = bundle.cards
    for k, fold in enumerate(done.record.fold_names):
        rows = np.flatnonzero(done.cv_result["fold"] == fold)
        again = bundle.model(card, f"fold-{k}").predict(X[rows]).astype(np.float32)
        np.testing.assert_array_equal(again, done.cv_result["predicted_y"].to_numpy(dtype=np.float32)[rows])


@pytest.mark.parametrize(
    "options",
    [
        {"group": "lot"},
        {"group": "lot", "folds": 3},
        {"group": "lot", "folds": "logo"},
        {"group": "lot", "fold_column": "split"},
    ],
    ids=["auto", "3", "logo", "given"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_no_group_is_on_both_sides_in_any_step(monkeypatch, options, seed):
    """But for the final fit, in fits and explanations alike, no group of a held-out row was learnt from."""
    from nbml.jobs.train_bench import TrainBench

    rng = np.random.default_rng(seed)
    frame = table(48, seed).drop(columns="lot")
    frame.insert(0, "row", rng.permutation(48))
    frame["lot"] = [f"G{k}" for k in rng.integers(0, 7, 48)]
    frame["split"] = frame["lot"].map(lambda lot: "AB"[int(lot[1]) % 2])
    lot_of = dict(zip(frame["row"], frame["lot"], strict=True))
    steps, lock = [], threading.Lock()
    evaluate = FoldBench.evaluate
    prepare = LearnerFamily.prepare
    here = threading.local()
    explain = TrainBench._explain

    def prepared(family, X, layout, *, threads):
        made = prepare(family, X, layout, threads=threads)
        with lock:
            learnt[id(made)] = {lot_of[int(row)] for row in X[:, 0]}
            kept.append(made)
        return made

    def fit(family, prepared, y, params, **rest):
        here.learnt = learnt[id(prepared)]
        return original_fit(family, prepared, y, params, **rest)

    def fold(bench, family, target, number, params, **rest):
        outcome = evaluate(bench, family, target, number, params, **rest)
        held_out = {lot_of[int(row)] for row in bench._X[bench._folds.held_out(number), 0]}
        with lock:
            steps.append(("fold", number, here.learnt, held_out))
            by_fold[number] = here.learnt
        return outcome

    def explained(bench, work, should_stop):
        parts = explain(bench, work, should_stop)
        with lock:
            steps.append(
                (
                    "explain",
                    work["fold"],
                    by_fold[work["fold"]],
                    {lot_of[int(row)] for row in bench._shared.data.X[parts["rows"], 0]},
                )
            )
        return parts

    learnt, by_fold, kept, original_fit = {}, {}, [], LearnerFamily.fit
    monkeypatch.setattr(LearnerFamily, "prepare", prepared)
    monkeypatch.setattr(LearnerFamily, "fit", fit)
    monkeypatch.setattr(FoldBench, "evaluate", fold)
    monkeypatch.setattr(TrainBench, "_explain", explained)
    done = result(train(frame, features=["row", "x", "z", "kind"], **({"folds": None} | options)))
    n_folds = len(done.record.fold_names)
    assert len([s for s in steps if s[0] == "fold"]) == 2 * n_folds
    assert len([s for s in steps if s[0] == "explain"]) == n_folds
    for step, number, inside, outside in steps:
        assert inside, "a fit was not seen"
        assert not inside & outside, f"{step} {number}: {inside & outside}"
        assert inside | outside == set(lot_of.values())


def test_same_answer_for_any_number_of_workers():
    """F47."""
    answers = []
    for workers in (1, 4):
        done = result(train(table(), model=["lightgbm", "xgboost"], group="lot", trials=12, workers=workers))
        answers.append((done.score, done.best_params, done.cv_result.to_csv()))
    assert answers[0] == answers[1]


def test_a_changed_frame_does_not_reach_the_job():
    """D44, R32."""
    frame = table()
    alone = result(train(frame, group="lot")).score
    job = train(frame, group="lot")
    frame["x"] = 0.0
    frame["y"] = 1.0
    assert result(job).score == alone


def fail_at(monkeypatch, where, failure=lambda: ValueError("the library said no")):
    """Let fits fail: `where` is told family and fold."""
    evaluate = FoldBench.evaluate

    def fold(bench, family, target, number, params, **rest):
        if where(family.name, number, params):
            raise failure()
        return evaluate(bench, family, target, number, params, **rest)

    monkeypatch.setattr(FoldBench, "evaluate", fold)


def test_a_failed_fold_fails_the_trial_not_the_job(monkeypatch):
    """F41."""
    seen = []

    def once(_family, number, params):
        if number == 1 and params["learning_rate"] not in seen:
            seen.append(params["learning_rate"])
            return len(seen) == 2
        return False

    fail_at(monkeypatch, once)
    job = train(table(), group="lot", trials=4, workers=1)
    done = result(job)
    row = done.leaderboard.iloc[1]
    assert (row["trials"], row["failed"]) == (3, 1)
    states = {e.trial: e.state for e in job.events() if e.type == "trial.finished"}
    assert list(states.values()).count("failed") == 1
    (fault,) = [e.error for e in job.events() if e.type == "fold.finished" and e.error]
    assert fault.code == "NBML-E12"
    assert "the library said no" in fault.message


def test_when_all_trials_fail_the_job_fails_with_the_first_cause(monkeypatch):
    fail_at(monkeypatch, lambda *_: True)
    job = train(table(), group="lot", trials=3)
    with pytest.raises(NbmlError) as failed:
        result(job)
    assert failed.value.code == "NBML-J10"
    assert failed.value.fields["cause"] == "NBML-E12"
    assert "the library said no" in str(failed.value)
    assert job.status == "failed"


def test_one_family_that_fails_leaves_the_others(monkeypatch):
    """F3, as far as one process can show it."""
    fail_at(monkeypatch, lambda family, *_: family == "xgboost")
    done = result(train(table(), model=["lightgbm", "xgboost"], group="lot"))
    by_family = {row.family: row for row in done.record.leaderboard}
    assert by_family["lightgbm"].chosen
    assert by_family["xgboost"].error.code == "NBML-E12"
    assert by_family["xgboost"].trials_failed == 2
    with pytest.raises(JobError) as refused:
        done.shap(family="xgboost")
    assert refused.value.code == "NBML-J06"
    assert done.leaderboard["family"].tolist() == ["baseline", "lightgbm", "xgboost"]


def test_a_failed_explanation_leaves_the_model(monkeypatch):
    """F42."""
    from nbml.jobs.train_bench import TrainBench

    def broken(*_):
        raise ValueError("no explanation today")

    monkeypatch.setattr(TrainBench, "_explain", broken)
    job = train(table(), group="lot")
    done = result(job)
    assert done.record.state == "succeeded"
    assert np.isfinite(done.predict(table())["predicted_y"]).all()
    with pytest.raises(JobError) as refused:
        done.shap()
    assert refused.value.code == "NBML-J06"
    assert any("no explanation today" in e.message for e in job.events() if e.type == "notice")
    why = nbml.explain(job)  # later, when it is asked for, it is made anew
    np.testing.assert_allclose(why.rows["base"] + why.values.sum(axis=1), why.rows["predicted"], rtol=1e-9)
    assert len(why.values) == done.record.n_rows


def slow_after(monkeypatch, n_trials, reached):
    """Fits beyond so many trials wait until they are told to stop."""
    evaluate, asked = FoldBench.evaluate, set()

    def fold(bench, family, target, number, params, *, should_stop):
        with lock:
            asked.add(json.dumps(params, sort_keys=True))
            waits = len(asked) > n_trials
        if waits:
            reached.set()
            while not should_stop():
                pause.wait(0.005)
            raise FitStoppedError
        return evaluate(bench, family, target, number, params, should_stop=should_stop)

    lock, pause = threading.Lock(), threading.Event()
    monkeypatch.setattr(FoldBench, "evaluate", fold)


def test_cancelling_keeps_what_is_finished(monkeypatch):
    """F6: the fold models of the best trial predict, and the note says so."""
    reached = threading.Event()
    slow_after(monkeypatch, 2, reached)
    job = train(table(), group="lot", trials=50, open_trials=2)
    assert reached.wait(60)
    while not any(e.type == "trial.finished" for e in job.events()):
        reached.wait(0.01)
    job.cancel()
    job.cancel()
    done = result(job)
    assert (done.record.state, job.status) == ("cancelled", "cancelled")
    out = done.predict(table())
    assert np.isfinite(out["predicted_y"]).all()
    assert "NBML-P21" in [note["code"] for note in out.attrs["notes"]]
    assert len(done.cv_result) == 36
    assert [e.state for e in job.events() if e.type == "job.finished"] == ["cancelled"]
    with pytest.raises(JobError) as refused:
        nbml.resume(job.id)
    assert refused.value.code == "NBML-J07"


def test_cancelling_before_the_first_trial(monkeypatch):
    """F6."""
    reached = threading.Event()
    slow_after(monkeypatch, 0, reached)
    job = train(table(), group="lot", trials=50)
    assert reached.wait(60)
    job.cancel()
    with pytest.raises(JobError) as nothing:
        result(job)
    assert (nothing.value.code, job.status) == ("NBML-J05", "cancelled")


def test_time_over_keeps_the_best_complete_trial(monkeypatch):
    """F43: the search ends in the middle of a fold; the final model is still fitted."""
    reached = threading.Event()
    slow_after(monkeypatch, 2, reached)
    monkeypatch.setattr(
        "nbml.jobs.context.JobContext.seconds_left",
        property(lambda context: -1.0 if reached.is_set() and told(context) else 1.0),
    )

    def told(context):
        return any(e.type == "trial.finished" for e in nbml.open(context.folder.job_id).events())

    fit_all = FoldBench.fit_all
    done = result(train(table(), group="lot", trials=None, timeout_s=1000.0, open_trials=2))
    assert FoldBench.fit_all is fit_all
    assert done.record.state == "succeeded"
    assert 1 <= done.leaderboard.iloc[1]["trials"] <= 2
    assert "NBML-P21" not in [note["code"] for note in done.predict(table()).attrs["notes"]]
    assert len(done.shap().values) == 36


def test_time_over_before_the_first_trial(monkeypatch):
    """F43: said in words, no exception of a library."""
    reached = threading.Event()
    slow_after(monkeypatch, 0, reached)
    monkeypatch.setattr(
        "nbml.jobs.context.JobContext.seconds_left",
        property(lambda _context: -1.0 if reached.is_set() else 1.0),
    )
    with pytest.raises(NbmlError) as nothing:
        result(train(table(), group="lot", trials=None, timeout_s=1000.0))
    assert nothing.value.code == "NBML-J11"


def hostile_table(n=36):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: rng.normal(size=n) for name in HOSTILE})
    frame["<b>種類</b>"] = rng.choice(
        ["=cmd()", "<script>alert(1)</script>", 'a,b\n"c"', "__proto__", "🙂"], n
    )
    frame["fold"] = np.repeat([f"<i>{k}</i>,=1" for k in range(4)], n // 4 + 1)[:n]
    frame['y,[ ]"<u>目的</u>'] = frame["rmse"] + frame["__proto__"] + (frame["<b>種類</b>"] == "🙂")
    return frame, 'y,[ ]"<u>目的</u>'


def test_hostile_names_end_to_end():
    """D33-D37, S1: names are text and nothing else, in every table and model."""
    frame, target = hostile_table()
    done = result(
        train(frame, target, model=["lightgbm", "xgboost"], fold_column="fold", missing_target="drop")
    )
    assert set(done.record.features) == set(frame.columns) - {target, "fold"}
    assert done.record.fold_names == tuple(sorted(set(frame["fold"])))
    table = done.cv_result
    assert table["fold"].tolist() == frame["fold"].tolist()
    np.testing.assert_array_equal(table[target], frame[target])
    assert list(done.shap().values.columns) == list(done.record.features)
    shuffled = frame.sample(frac=1, axis=1, random_state=0)
    pd.testing.assert_frame_equal(done.predict(shuffled), done.predict(frame), check_flags=False)
    assert f"predicted_{target}" in done.predict(frame)
    json.loads((done.folder / "result.json").read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "target", ["fold", "rmse", "flags", "predicted_y", "__proto__", "index", "y (lightgbm)"]
)
def test_targets_named_like_our_own_columns(target):
    """D34: nothing of the user's is overwritten by nbml's."""
    frame = table().rename(columns={"y": target})
    done = result(train(frame, target, group="lot", model=["lightgbm", "xgboost"]))
    table_ = done.cv_result
    np.testing.assert_array_equal(table_[target].astype(float), frame[target])
    assert len(table_.columns) == len(set(table_.columns)) == 4
    assert np.isfinite(done.predict(frame).filter(regex="^predicted_").to_numpy(dtype=float)).all()


def test_two_targets_whose_columns_would_share_a_name():
    """D34: `y` of another family, and a target of that very name."""
    frame = two_targets().rename(columns={"伸び[%]": "y (xgboost)"})
    done = result(
        train(frame, ["y", "y (xgboost)"], model=["lightgbm", "xgboost"], group="lot", missing_target="drop")
    )
    assert len(set(done.cv_result.columns)) == 1 + 2 + 4


@pytest.mark.mlflow
def test_hostile_names_in_mlflow():
    """D37: what MLflow refuses as a name is kept under another, with the real one beside it."""
    frame, target = hostile_table()
    done = result(
        train(frame, target, fold_column="fold", project="=<b>プロジェクト</b>/../x", name="<i>名前</i>")
    )
    assert done.run_id is not None
    again = nbml.predict(done.run_id, frame)
    pd.testing.assert_frame_equal(again, done.predict(frame), check_flags=False)


@pytest.mark.mlflow
def test_a_resumed_job_is_whole_in_mlflow(monkeypatch):
    """F8: trials that were told to MLflow by nobody before the kill are there in the end."""
    from mlflow import MlflowClient

    from nbml.engine.event_log import EventLog
    from nbml.tracking.writer import TrackingWriter

    class KilledError(BaseException):
        pass

    write, event, make, writers = EventLog._write, TrackingWriter.event, TrackingWriter.__init__, []

    def made(writer, *args, **rest):
        writers.append(writer)
        make(writer, *args, **rest)

    def dying(log, line):
        write(log, line)
        if json.loads(line)["type"] == "trial.finished":
            raise KilledError

    monkeypatch.setattr(EventLog, "_write", dying)
    monkeypatch.setattr(TrackingWriter, "__init__", made)
    monkeypatch.setattr(TrackingWriter, "event", lambda writer, told: None)
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    job = train(table(), group="lot", trials=4)
    while not any(e.type == "trial.finished" for e in job.events()):
        threading.Event().wait(0.02)
    for thread in [t for t in threading.enumerate() if t.name == f"nbml-{job.id}"]:
        thread.join(30)
    writers[0].close(timeout_s=30)
    monkeypatch.setattr(EventLog, "_write", write)
    monkeypatch.setattr(TrackingWriter, "event", event)
    record = json.loads(job.paths.lease.read_text())
    job.paths.lease.write_text(json.dumps(record | {"process_started": -1.0}))
    assert job.status == "interrupted"
    with pytest.raises(JobError) as nobody:
        job.result(timeout_s=30)
    assert nobody.value.code == "NBML-J03"
    nbml.resume(job.id, executor="inline")
    done = result(job)
    assert done.run_id is not None
    client = MlflowClient(tracking_uri=done.record.tracking_uri)
    run = client.get_run(done.run_id)
    children = client.search_runs([run.info.experiment_id], f"tags.mlflow.parentRunId = '{done.run_id}'")
    (child,) = children
    history = client.get_metric_history(child.info.run_id, "trial_rmse")
    assert sorted(point.step for point in history) == [0, 1, 2, 3]

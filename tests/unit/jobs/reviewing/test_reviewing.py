"""What is said and drawn of a finished job: one with two targets, groups, gaps and hostile names."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.integration.tables import QUICK, NoTracking

import nbml
from nbml.errors import JobError
from nbml.i18n import speaking
from nbml.jobs.job import Job
from nbml.jobs.result import TrainResult
from nbml.jobs.reviewing.figures import result_figure
from nbml.jobs.reviewing.importance import importance
from nbml.jobs.reviewing.log_lines import log_lines
from nbml.jobs.reviewing.out_of_fold import held_out
from nbml.jobs.reviewing.review import review, run_place
from nbml.jobs.reviewing.trials import LoggedTrial, read_trials
from nbml.jobs.reviewing.verdict import decimals, number, verdict
from nbml.ml.models.base import Param
from nbml.settings import Settings
from nbml.spec.result import TrainRecord

Y, W = "強度[MPa]", "<img src=x onerror=alert(1)>"
BAD = "a,b {x} %{y} $z$"


def frame(n=60):
    rng = np.random.default_rng(0)
    made = pd.DataFrame({BAD: rng.normal(size=n), "z": rng.normal(size=n)})
    made["lot"] = [f"<b>L{i % 12}</b>" for i in range(n)]
    made[Y] = 3 * made[BAD] + rng.normal(size=n) * 0.2
    made[W] = rng.normal(size=n)
    made.loc[[2, 7], Y] = np.nan
    made.loc[7, W] = np.nan
    return made


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """Two targets, two families, 12 trials; in this process and without MLflow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        patch.setenv("NBML_HOME", str(tmp_path_factory.mktemp("home")))
        started = nbml.train(
            frame(),
            [Y, W],
            model=["lightgbm", "xgboost"],
            group="lot",
            folds=3,
            trials=12,
            missing_target="drop",
            executor="inline",
            space={"lightgbm": {"num_iterations": {"low": 5, "high": 20}}, "xgboost": QUICK["xgboost"]},
        )
        started.result(timeout_s=120)
        yield Job(started.id, Settings())


@pytest.fixture(scope="module")
def record(job):
    return TrainResult.load(job.folder).record


def changed(record, target, pooled, spread=0.31):
    """The record with another pooled error of the chosen model."""
    said = record.model_dump(mode="json", by_alias=True)
    for row in said["leaderboard"]:
        if row["target"] == target and row["chosen"]:
            row["scores"]["rmse"] |= {"pooled": pooled, "spread": spread}
    return TrainRecord.model_validate(said)


def test_the_verdict_says_how_far_off_against_the_mean(record):
    mean = next(row for row in record.leaderboard if row.target == Y and row.family == "baseline")
    said = verdict(changed(record, Y, 0.3897, 0.031), Y)
    assert said.tone == "good"
    assert "± 0.39 MPa on groups (lot) it has not seen" in said.words
    assert number(mean.scores["rmse"].pooled, 2) in said.words


def test_no_better_than_the_mean_is_said_plainly(record):
    """Noise cannot be predicted, and nothing is glossed over."""
    said = verdict(record, W)
    assert said.tone in ("bad", "weak")
    worse = verdict(changed(record, W, 99.0), W)
    assert worse.tone == "bad"
    assert worse.words.startswith("No better than guessing the mean")
    with speaking("ja"):
        assert verdict(changed(record, W, 99.0), W).words.startswith("平均値で予測するより良くありません")


def test_a_score_that_is_none_is_no_number(record):
    said = record.model_dump(mode="json", by_alias=True)
    for row in said["leaderboard"]:
        if row["target"] == Y and row["chosen"]:
            row["scores"]["rmse"] |= {"pooled": None, "undefined": {"cv1": "no_prediction"}}
    assert "cannot be given" in verdict(TrainRecord.model_validate(said), Y).words


@pytest.mark.parametrize(
    ("value", "spread", "shown"),
    [
        (3.8971, 0.31, "3.9"),
        (3.8971, 0.14, "3.90"),
        (12345.6, 678.0, "12,300"),
        (0.5, 3.0, "0.5"),
        (3e-9, None, "3.00e-09"),
    ],
)
def test_digits_follow_the_spread(value, spread, shown):
    assert number(value, decimals(value, spread)) == shown


def test_the_review_has_everything(job, record):
    seen = review(job)
    assert [part.target for part in seen.targets] == [Y, W]
    assert seen.targets[0].unit == "MPa"
    families = {row.family for row in seen.targets[0].leaders}
    assert families == {"baseline", "lightgbm", "xgboost"}
    assert sum(row.chosen for row in seen.targets[0].leaders) == 1
    assert len(seen.targets[0].leaders[0].rmse.folds) == len(record.fold_names) == 3
    assert seen.run.run_id is None
    assert len(seen.model_dump_json()) < 50_000
    with speaking("ja"):
        assert all(ord(max(line.message)) > 0x3000 for line in review(job).warnings)


def test_a_page_is_linked_only_where_there_is_one():
    assert run_place("abc", "https://host:5000/").url == "https://host:5000/#/runs/abc"
    assert run_place("abc", "sqlite:////home/x/mlflow.db").url is None
    assert run_place(None, "https://host").url is None


@pytest.mark.parametrize(("target", "family"), [(Y, None), (Y, "lightgbm"), (Y, "xgboost"), (W, None)])
def test_out_of_fold_rows_are_the_tables_rows(job, target, family):
    """The predictions drawn are those of the result, at the rows they belong to."""
    data = held_out(job, target, family)
    source = frame()
    np.testing.assert_allclose(source[target].to_numpy()[data.rows], data.measured)
    assert set(data.rows) == set(np.flatnonzero(source[target].notna()))
    scores = TrainResult.load(job.folder).scores
    chosen = scores[(scores.target == target) & (scores.metric == "rmse")]
    row = chosen[chosen.family == family] if family else chosen[chosen.chosen]
    assert np.sqrt(np.mean(data.residual**2)) == pytest.approx(float(row.pooled.iloc[0]), rel=1e-6)
    lots = source["lot"].iloc[data.rows].tolist()
    assert [data.levels[code] for code in data.codes] == lots


def test_there_is_no_such_model(job):
    with pytest.raises(JobError, match="NBML-J06"):
        held_out(job, Y, "mlp")


@pytest.mark.parametrize(
    "name", ["parity", "residuals", "search_history", "parameter_importance", "fold_scores"]
)
@pytest.mark.parametrize("colour", ["group", "fold", "none"])
def test_figures_hold_no_markup_of_the_user(job, name, colour):
    """S1: names and levels are text in every figure."""
    made, note = result_figure(job, name, W, None, colour)
    assert made is not None, note
    said = made.to_json()
    assert "<img" not in said
    assert "\\u003cimg" not in said
    assert "<b>L" not in said
    assert "%{y} $" not in said
    assert len(said) < 200_000
    assert json.loads(said)["data"]


def test_a_point_tells_its_row(job):
    made, _ = result_figure(job, "parity", Y)
    points = [trace for trace in made.data if trace.hovertext is not None]
    told = {
        int(row): words
        for trace in points
        for row, words in zip(trace.customdata, trace.hovertext, strict=True)
    }
    assert len(told) == 58
    assert "row 1<" in told[1]
    assert f"{frame()[Y][0]:.5g} MPa" in told[1]
    assert "&lt;b&gt;L0&lt;/b&gt;" in told[1]


def test_importance_finds_what_matters():
    """A score made of one parameter alone is put down to it, and the same every time."""
    rng = np.random.default_rng(0)
    space = {
        "a": Param("float", 0.001, 1, log=True),
        "b": Param("int", 1, 9),
        "c": Param("choice", choices=("x", "y")),
    }
    trials = [
        LoggedTrial(
            i,
            "complete",
            value=float(a),
            params={"a": float(a), "b": int(rng.integers(1, 10)), "c": "xy"[i % 2]},
        )
        for i, a in enumerate(rng.uniform(0.001, 1, 40))
    ]
    shares = importance(trials, space)
    assert shares["a"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)
    assert shares == importance(trials, space)
    assert importance(trials[:9], space) is None
    level = [LoggedTrial(i, "complete", value=1.0, params=t.params) for i, t in enumerate(trials)]
    assert importance(level, space) is None


def test_every_trial_is_read_from_the_log(job):
    plan, studies = read_trials(job.events())
    assert list(studies) == [study.id for study in plan.studies]
    for study in studies.values():
        assert study.told == list(range(12))
        assert all(len(trial.folds) == 3 and trial.params for trial in study.ended)


def test_the_log_reads_as_sentences(job):
    lines, seq = log_lines(job.events())
    assert seq == job.events()[-1].seq
    words = " ".join(line.text for line in lines)
    assert "?" not in words
    assert "58" in words or "59" in words
    assert lines[-1].text.startswith("Finished")
    assert log_lines(job.events(), after=seq) == ((), seq)
    assert [line.seq for line in log_lines(job.events(), after=lines[3].seq)[0]] == [
        line.seq for line in lines[4:]
    ]
    with speaking("ja"):
        assert log_lines(job.events())[0][-1].text.startswith("完了")

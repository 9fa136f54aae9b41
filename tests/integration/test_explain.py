"""``nbml.explain`` on whole jobs: adds up, says what it is of, remembers, refuses with a code."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.errors import JobError, ModelError
from nbml.i18n import speaking
from nbml.jobs.explaining.cache import Cache
from nbml.jobs.explaining.opening import make_explanation
from nbml.jobs.explaining.picking import pick_rows
from nbml.jobs.explaining.subject import Subject
from nbml.settings import Settings
from tests.integration.tables import FAMILIES, NoTracking, result, table, train

HOSTILE = "<img src=x onerror=alert(1)> {x}"


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """One job of every family on a table with levels, holes, groups and a hostile name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        frame = table(60).rename(columns={"x": HOSTILE})
        done = train(frame, "y", model=FAMILIES, trials=1, group="lot")
        result(done)
        yield done


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("of", ["held_out", "final"])
def test_adds_up_to_what_the_model_predicts(job, family, of):
    why = nbml.explain(job, family=family, of=of)
    one = why.explained
    assert one.is_held_out == (of == "held_out")
    predicted = why.rows["predicted"].to_numpy()
    if of == "final":
        frame = Subject.of(job).frame
        answer = job.result().predict(frame, family=family, interval=None)["predicted_y"].to_numpy()[one.rows]
    else:
        kept = job.result().cv_result
        other = f"predicted_y ({family})"
        answer = kept[other if other in kept else "predicted_y"].to_numpy()[one.rows]
    np.testing.assert_allclose(predicted, answer, rtol=1e-6, atol=1e-6)  # the table keeps float32
    np.testing.assert_allclose(why.rows["base"] + why.values.sum(axis=1), predicted, rtol=1e-9)
    assert list(why.values.columns) == list(why.features)
    assert HOSTILE in why.features


def test_every_figure_is_drawn_and_says_which_rows(job):
    for of in ("held_out", "final"):
        why = nbml.explain(job, family="lightgbm", of=of)
        row = int(why.explained.rows[3])
        drawn = [
            why.bar(), why.bar([HOSTILE]), why.beeswarm(row=row), why.waterfall(row),
            why.dependence(HOSTILE, row=row), why.dependence("kind", None), why.dependence("z", "kind"),
            why.partial_dependence("z"), why.partial_dependence("kind", by="lot"),
            why.partial_dependence(HOSTILE, by="z"), why.interactions(),
            why.interaction("z", "kind", row=row),
        ]  # fmt: skip
        if of == "held_out":
            drawn.append(why.permutation())
        for figure in drawn:
            assert "LightGBM: 60" in figure.layout.title.text
            assert ("final model" in figure.layout.title.text) == (of == "final")
            assert "<img" not in figure.to_json()
        assert why.residuals().data
    with speaking("ja"):
        assert "最終モデル" in why.bar().layout.title.text


def test_new_rows_are_explained_by_the_final_model(job):
    frame = table(60, seed=5).rename(columns={"x": HOSTILE}).iloc[:7].drop(columns="lot")
    why = nbml.explain(job, family="xgboost", rows=frame)
    assert why.of == "final"
    assert list(why.values.index) == list(range(7))
    np.testing.assert_allclose(why.rows["measured"], frame["y"])
    assert nbml.explain(job, rows=frame.drop(columns="y")).rows["measured"].isna().all()
    why.waterfall(6)
    with pytest.raises(JobError) as caught:
        nbml.explain(job, rows=frame.iloc[:0])
    assert caught.value.code == "NBML-V04"


def test_is_asked_for_by_job_result_or_id(job):
    by = [nbml.explain(one).importance for one in (job, job.result(), job.id)]
    pd.testing.assert_frame_equal(by[0], by[1])
    pd.testing.assert_frame_equal(by[0], by[2])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda job: nbml.explain(job, "nope"), "NBML-J06"),
        (lambda job: nbml.explain(job, family="nope"), "NBML-J06"),
        (lambda job: nbml.explain("no-such-job"), "NBML-J02"),
        (lambda job: nbml.explain(job, rows=table(), of="held_out"), "NBML-V06"),
        (lambda job: nbml.explain(job).waterfall(10_000), "NBML-V01"),
        (lambda job: nbml.explain(job).bar(["nope"]), "NBML-V02"),
        (lambda job: nbml.explain(job).partial_dependence("z", by="y"), "NBML-V02"),
        (lambda job: nbml.explain(job, of="final").permutation(), "NBML-V05"),
    ],
)
def test_what_cannot_be_is_refused_by_code(job, call, code):
    with pytest.raises(nbml.NbmlError) as caught:
        call(job)
    assert caught.value.code == code
    assert "?" not in caught.value.message


def test_a_network_has_no_pairs(job):
    with pytest.raises(ModelError) as caught:
        nbml.explain(job, family="mlp").interactions()
    assert caught.value.code == "NBML-M62"


def test_values_that_a_job_left_out_are_computed_once_and_kept(nbml_home, monkeypatch):
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
    done = train(table(48), "y", shap=False)
    assert result(done).record.chosen("y").shap is None
    told = []
    first = make_explanation(Subject.of(done), None, None, of="held_out", check=lambda *far: told.append(far))
    assert told[-1] == (48, 48)
    kept = list((nbml_home / "cache" / "explain").glob("*.npz"))
    assert len(kept) == 1
    told.clear()
    again = make_explanation(Subject.of(done), None, None, of="held_out", check=lambda *far: told.append(far))
    assert told == []
    pd.testing.assert_frame_equal(first.values, again.values)
    kept[0].write_bytes(b"PK damaged")
    pd.testing.assert_frame_equal(first.values, nbml.explain(done).values)
    whole = train(table(48), "y", seed=42)
    pd.testing.assert_frame_equal(result(whole).shap("y").values, first.values, check_names=False)


def test_pairs_and_shuffling_are_kept(job):
    why = nbml.explain(job, family="lightgbm")
    why.interactions()
    assert nbml.explain(job, family="lightgbm").interaction_seconds() == 0.0
    assert why.pair_cost()["at_hand"]
    asked = []
    why.permutation_importance()
    nbml.explain(job, family="lightgbm").permutation_importance(check=lambda *far: asked.append(far))
    assert asked == []


def test_the_cache_bounds_itself_and_forgets_what_is_damaged(nbml_home, monkeypatch):
    monkeypatch.setattr("nbml.jobs.explaining.cache.MOST_BYTES", 3000)
    cache = Cache(Settings())
    for k in range(8):
        cache.get({"k": k}, lambda k=k: {"a": np.full(100, float(k))})
    files = list((nbml_home / "cache" / "explain").glob("*.npz"))
    assert 1 <= len(files) <= 3
    assert cache.find({"k": 7})["a"][0] == 7
    for file in files:
        file.write_bytes(file.read_bytes()[:50])
    assert cache.find({"k": 7}) is None


def test_a_stopped_job_has_no_final_model(job, tmp_path):
    """Its fold models are there; the sentence says what is not."""
    copy = tmp_path / "models"
    shutil.copytree(job.paths.models, copy)
    subject = Subject.of(job)
    leader = subject.leader(None, None)
    manifest = subject.bundle._manifest
    parts = {path for path in manifest.files if path.startswith(f"0-{leader.family}/final/")}
    for path in parts:
        manifest.files.pop(path)
    with pytest.raises(JobError) as caught:
        subject.final(leader)
    assert caught.value.code == "NBML-V03"


def test_rows_worth_a_look(job):
    one = nbml.explain(job, family="lightgbm").explained
    worst = pick_rows(one, "worst", most=5)
    np.testing.assert_allclose(np.abs(one.residual[worst.places]), np.sort(np.abs(one.residual))[::-1][:5])
    assert pick_rows(one, "highest").places[0] == np.argmax(one.predicted)
    assert pick_rows(one, "lowest").places[0] == np.argmin(one.predicted)
    assert sorted(pick_rows(one, "random", most=60, seed=3).places) == list(range(60))
    assert pick_rows(one, "search", "12").places[0] == 11  # a row number comes first
    kind = one.names.index("kind")
    found = pick_rows(one, "search", "A", most=100)
    assert set(found.places) == set(np.flatnonzero(one.X[:, kind] == 0))
    lots = nbml.explain(job).group_of_rows()
    assert pick_rows(one, "search", "l3", groups=lots).total == 11
    assert pick_rows(one, "search", "zzz").total == 0


def test_the_values_are_a_plain_frame(job, tmp_path):
    why = nbml.explain(job)
    json.dumps(why.importance.to_dict("list"), ensure_ascii=False)
    assert why.importance["mean_abs_shap"].is_monotonic_decreasing
    assert "held_out" in repr(why)

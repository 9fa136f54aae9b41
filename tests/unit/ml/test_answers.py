"""Predictions with intervals, distance and nearest rows: P1-P15 for the columns that these add."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from tests.unit.ml.predicting import ENCODER, N_ROWS, TARGETS, TRAINING, load, make, rows

from nbml.errors import PredictError
from nbml.ml import answer as answer_module
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.predictor import Predictor

COLUMNS = [
    *(f"{what}_{target}" for target in TARGETS for what in ("predicted", "lower", "upper", "spread")),
    "distance",
    "flags",
]
NEW = rows(400, seed=5)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return make(tmp_path_factory.mktemp("job") / "models")


def notes(out):
    return {note["code"]: note["fields"] for note in out.attrs["notes"]}


def test_columns_and_index(predictor):
    """P12."""
    out = predictor.predict(NEW.set_axis(np.arange(400)[::-1]), nearest=2)
    near = ["nearest_1", "nearest_1_distance", "nearest_2", "nearest_2_distance"]
    assert list(out.columns) == [*COLUMNS[:-1], *near, "flags"]
    assert out.index.tolist() == list(range(399, -1, -1))
    for target in TARGETS:
        assert (out[f"lower_{target}"] <= out[f"predicted_{target}"]).all()
        assert (out[f"predicted_{target}"] <= out[f"upper_{target}"]).all()
    assert out["distance"].between(0, 1).all()
    assert (out["nearest_1_distance"] <= out["nearest_2_distance"]).all()
    assert notes(out) == {}


def test_a_training_row_is_its_own_nearest(predictor):
    out = predictor.predict(TRAINING, nearest=1)
    assert_array_equal(out["nearest_1"], np.arange(N_ROWS))
    assert_allclose(out["nearest_1_distance"], 0, atol=1e-12)


def test_intervals_are_nested_and_cover(predictor):
    """Of 400 rows of the same kind as the training rows, about as many as asked for."""
    outs = {level: predictor.predict(NEW, interval=level) for level in (0.5, 0.8, 0.9, 0.99)}
    widths = [out[f"upper_{TARGETS[0]}"] - out[f"lower_{TARGETS[0]}"] for out in outs.values()]
    assert all((a <= b).all() for a, b in pairwise(widths))
    X = ENCODER.encode(NEW).X
    truth = np.abs(X[:, 0]) + 2.0 * (X[:, 3] == 1) + 0.1 * X[:, 2]
    truth += 0.3 * np.random.default_rng(8).normal(size=400)
    for level in (0.8, 0.9):
        covered = (outs[level][f"lower_{TARGETS[0]}"] <= truth) & (
            truth <= outs[level][f"upper_{TARGETS[0]}"]
        )
        assert abs(covered.mean() - level) < 0.08


@pytest.mark.parametrize("given", [[], TRAINING[:0], {"温度[℃]": [], "a,b": [], "count": [], "grade": []}])
def test_no_rows(predictor, given):
    """P9."""
    out = predictor.predict(given)
    assert list(out.columns) == COLUMNS
    assert len(out) == 0


def test_one_row_alone_is_answered_as_in_the_table(predictor):
    """P10: to the last bit, whatever stands beside it."""
    whole = predictor.predict(NEW, nearest=3)
    for i in (0, 13, 399):
        alone = predictor.predict(NEW.iloc[i], nearest=3)
        assert_frame_equal(alone, whole.iloc[[i]], check_exact=True)
        assert_frame_equal(predictor.predict(NEW.iloc[i].to_dict(), nearest=3).set_axis([i]), alone)


def test_reordered_columns_text_numbers_and_further_columns(predictor):
    """P2, P3, P5."""
    told = NEW.iloc[:, ::-1].assign(lot="x", count=NEW["count"].astype(str))
    assert_frame_equal(predictor.predict(told), predictor.predict(NEW), check_exact=True, check_flags=False)


def test_chunks_and_threads_never_change_the_answer(predictor, monkeypatch):
    """P15."""
    whole = predictor.predict(NEW, nearest=2)
    monkeypatch.setattr(answer_module, "BLOCK_ROWS", 64)
    for chunk_rows, threads in ((1, 1), (64, 2), (150, 1), (10_000, 2)):
        again = predictor.predict(NEW, nearest=2, chunk_rows=chunk_rows, threads=threads)
        assert_frame_equal(again, whole, check_exact=True)
    parts = list(predictor.stream(NEW, nearest=2, chunk_rows=100))
    assert [len(part) for part in parts] == [64] * 6 + [16]
    assert_frame_equal(pd.concat(parts), whole, check_exact=True)


def test_rows_unlike_the_data_are_far_and_flagged(predictor):
    """P7, P8, P11."""
    odd = pd.DataFrame(
        {"温度[℃]": [0.1, 90.0, 0.1, np.nan], "a,b": 0.0, "count": 3, "grade": ["A", "A", "Z", "A"]}
    )
    out = predictor.predict(odd, nearest=1)
    assert out["distance"][1] == 1.0
    assert (out["nearest_1_distance"][1:] > out["nearest_1_distance"][0]).all()
    assert list(out["flags"]) == ["", "outside:温度[℃]", "unseen:grade", "missing:温度[℃]"]
    width = out[f"upper_{TARGETS[0]}"] - out[f"lower_{TARGETS[0]}"]
    assert width[1] > 2 * width[0], "the fold models disagree out there"
    assert np.isfinite(out.drop(columns="flags").to_numpy(dtype=float)).all()


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ({"interval": None}, [c for c in COLUMNS if not c.startswith(("lower", "upper"))]),
        ({"spread": False}, [c for c in COLUMNS if not c.startswith("spread")]),
        ({"distance": False}, [c for c in COLUMNS if c != "distance"]),
        ({"interval": None, "spread": False, "distance": False}, [COLUMNS[0], COLUMNS[4], "flags"]),
        ({"target": TARGETS[1]}, COLUMNS[4:]),
    ],
)
def test_what_is_not_wanted_is_left_out_and_changes_nothing(predictor, asked, columns):
    out = predictor.predict(NEW, **asked)
    assert list(out.columns) == columns
    assert_frame_equal(out, predictor.predict(NEW)[columns], check_exact=True)


@pytest.mark.parametrize("interval", [0, 1, -0.1, 90, float("nan")])
def test_what_is_no_level_is_refused(predictor, interval):
    for ask in (predictor.predict, predictor.curves):
        with pytest.raises(PredictError, match="NBML-P12"):
            ask(NEW[:1], interval=interval)
    with pytest.raises(PredictError, match="NBML-P12"):
        predictor.guarantees(interval)


@pytest.mark.parametrize("nearest", [-1, 21])
def test_too_many_nearest_rows_are_refused(predictor, nearest):
    with pytest.raises(PredictError, match="NBML-P13"):
        predictor.predict(NEW, nearest=nearest)


def test_few_groups_give_infinite_bounds_and_say_so(tmp_path):
    """Six groups: at most 6/7."""
    grouped = make(tmp_path / "models", groups=np.arange(N_ROWS) % 6)
    out = grouped.predict(NEW, interval=0.9)
    assert np.isneginf(out[f"lower_{TARGETS[0]}"]).all()
    assert np.isposinf(out[f"upper_{TARGETS[0]}"]).all()
    codes = [note["code"] for note in out.attrs["notes"]]
    assert codes == ["NBML-P25", "NBML-P25"]
    assert notes(out)["NBML-P25"] == {"target": TARGETS[1], "interval": 0.9, "units": 6, "highest": 0.8571}
    promise = grouped.guarantees(0.8)[TARGETS[0]]
    assert (promise.is_reachable, promise.is_grouped, promise.n_units) == (True, True, 6)
    finite = grouped.predict(NEW, interval=0.8)
    assert np.isfinite(finite[f"upper_{TARGETS[0]}"]).all()
    assert notes(finite) == {}


def test_models_without_reference_rows_say_what_they_lack(tmp_path):
    """P13: a bundle in the format before this one."""
    older = make(tmp_path / "models", reference=False)
    manifest = tmp_path / "models" / "manifest.json"
    said = json.loads(manifest.read_text())
    assert said["schema"] == "nbml.model/2"
    manifest.write_text(json.dumps(said | {"schema": "nbml.model/1"}))
    again = Predictor(open_bundle(tmp_path / "models", load=load))
    for one in (older, again):
        out = one.predict(NEW)
        assert list(out.columns) == [c for c in COLUMNS if c.startswith(("predicted", "spread", "flags"))]
        assert set(notes(out)) == {"NBML-P24"}
        assert one.guarantees() == {}
        assert notes(one.predict(NEW, interval=None, distance=False)) == {}


def test_columns_that_are_missing_are_named_before_anything_is_computed(predictor):
    """P1, P4."""
    with pytest.raises(PredictError, match="NBML-P01") as caught:
        predictor.predict(NEW.rename(columns={"温度[℃]": "温度"}), nearest=2)
    assert caught.value.fields["columns"] == ["温度[℃]"]

"""Metrics, undefined folds and the dummy baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.dummy import DummyRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from nbml.ml.baseline import mean_baseline
from nbml.ml.folds import Folds, plan_folds
from nbml.ml.metrics import REGRESSION, Metric, compute_score, score_folds

TABLES = hnp.arrays(np.float64, st.tuples(st.integers(2, 60), st.just(2)), elements=st.floats(-1e6, 1e6))


def folds_of(*numbers: int) -> Folds:
    names = tuple(f"cv{k + 1}" for k in range(max(numbers) + 1))
    return Folds(np.array(numbers, dtype=np.int32), names, "given")


@given(TABLES)
@settings(deadline=None)
def test_values_are_scikit_learns(table):
    y, prediction = table.T
    rmse, mae, r2 = (compute_score(metric, y, prediction) for metric in REGRESSION.values())
    assert rmse.value == pytest.approx(root_mean_squared_error(y, prediction))
    assert mae.value == pytest.approx(mean_absolute_error(y, prediction))
    if np.ptp(y) == 0:
        assert r2.reason == "constant_target"
    elif np.std(y) > 1e-9 * np.abs(y).max():  # else the mean itself is not exact
        assert r2.value == pytest.approx(r2_score(y, prediction), rel=1e-6)


def test_pooled_mean_and_spread():
    y = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    scores = score_folds(y, y + np.repeat([1, 2, 3], 2), folds_of(0, 0, 1, 1, 2, 2))["rmse"]
    assert [s.value for s in scores.folds] == [1.0, 2.0, 3.0]
    assert (scores.mean, scores.spread) == (2.0, 1.0)
    assert scores.pooled.value == pytest.approx(np.sqrt(28 / 6))
    assert scores.rows == (2, 2, 2)
    assert list(score_folds(y, y, plan_folds(6))) == ["rmse", "mae", "r2"]


def test_undefined_folds_are_marked_and_never_averaged_in():
    """D5, finding 12: R2 of one row, of a constant target and of no target is undefined, not 0, 1 or NaN."""
    y = np.array([1.0, 2.0, 3.0, 5.0, 5.0, 9.0, np.nan, np.nan])
    prediction = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 1.0, 1.0])
    scores = score_folds(y, prediction, folds_of(0, 0, 0, 1, 1, 2, 3, 3))
    r2 = scores["r2"]
    assert r2.undefined == {"cv2": "constant_target", "cv3": "one_row", "cv4": "no_target"}
    assert [s.value for s in r2.folds] == [1.0, None, None, None]
    assert (r2.mean, r2.spread) == (1.0, None)
    rmse = scores["rmse"]
    assert rmse.undefined == {"cv4": "no_target"}
    assert rmse.mean == pytest.approx(np.mean([0.0, np.sqrt(0.5), 0.0]))
    assert rmse.rows == (3, 2, 1, 0)
    assert rmse.pooled.value == pytest.approx(np.sqrt(1 / 6))


def test_a_constant_that_floats_blur_is_still_constant():
    """D3: the mean of equal values need not equal them; R2 must not come out as -1e15."""
    assert compute_score(REGRESSION["r2"], np.full(7, 0.1), np.zeros(7)).reason == "constant_target"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_missing_prediction_makes_the_whole_score_undefined(bad):
    """F41: one failed fold is not hidden by the mean of the others."""
    y = np.arange(6.0)
    prediction = y.copy()
    prediction[1] = bad
    for scores in score_folds(y, prediction, folds_of(0, 0, 0, 1, 1, 1)).values():
        assert scores.undefined == {"cv1": "no_prediction"}
        assert scores.pooled.reason == "no_prediction"
        assert scores.mean is None
        assert scores.spread is None


def test_overflow_has_its_reason():
    """D2, D38: a score beyond float64 is no score."""
    assert compute_score(REGRESSION["rmse"], [0.0, 1.0], [1e300, 1e300]).reason == "overflow"


def test_a_prediction_of_a_row_without_target_does_not_matter():
    """D41: rows without a target value are left out of the score."""
    assert compute_score(REGRESSION["mae"], [1.0, np.nan], [2.0, np.nan]).value == 1.0


def test_metrics_of_probabilities_fit_in():
    """The registry's shape holds a classification metric: one column a class, undefined on one class."""
    accuracy = Metric(
        "accuracy",
        "maximize",
        lambda y, p: float(np.mean(p.argmax(axis=1) == y)),
        lambda y: "constant_target" if y.min() == y.max() else None,
    )
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    scores = score_folds([0, 1, 1, 1], probabilities, folds_of(0, 0, 1, 1), [accuracy])["accuracy"]
    assert scores.folds[0].value == 1.0
    assert scores.undefined == {"cv2": "constant_target"}
    assert scores.pooled.value == 0.5


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="2 targets, 3 predictions"):
        compute_score(REGRESSION["rmse"], [1.0, 2.0], [1.0, 2.0, 3.0])


@given(st.integers(10, 200), st.floats(-1e9, 1e9))
@settings(deadline=None)
def test_baseline_is_the_mean_of_the_training_part(n_rows, shift):
    y = np.random.default_rng(n_rows).normal(size=n_rows) + shift
    folds = plan_folds(n_rows)
    predicted = mean_baseline(y, folds)
    for k in range(folds.n_folds):
        train, held = folds.train(k), folds.held_out(k)
        expected = DummyRegressor().fit(np.zeros((train.size, 1)), y[train]).predict(np.zeros((held.size, 1)))
        np.testing.assert_allclose(predicted[held], expected, rtol=1e-12, atol=1e-9)


def test_baseline_leaves_out_rows_without_target():
    """D41: a missing target enters no mean; a fold whose training part has none is undefined."""
    assert mean_baseline([1.0, 3.0, np.nan, 5.0], folds_of(0, 0, 1, 1)).tolist() == [5.0, 5.0, 2.0, 2.0]
    predicted = mean_baseline([1.0, 3.0, np.nan, np.nan], folds_of(0, 0, 1, 1))
    assert np.isnan(predicted[:2]).all()
    assert predicted[2:].tolist() == [2.0, 2.0]

"""Evaluating one fold: who learns from what, what is prepared once."""

from __future__ import annotations

import numpy as np
import pytest

from nbml.errors import ModelError
from nbml.ml.fold import FoldBench, evaluate_fold
from nbml.ml.folds import plan_folds
from nbml.ml.models.base import FitStoppedError, Layout


class MeanFamily:
    """Predicts the mean of what it was taught; counts what it is asked for."""

    name = "mean"

    def __init__(self, told=None):
        self.prepared, self.fits, self.told = [], [], told

    def prepare(self, X, layout, *, threads):
        self.prepared.append(X)
        return X

    def fit(self, prepared, y, params, *, seed, threads, should_stop):
        if should_stop():
            raise FitStoppedError
        self.fits.append((prepared, y, params, seed, threads))
        return MeanModel(y.mean() if self.told is None else self.told)

    def final_params(self, params, *, n_train, n_rows):
        return {"rounds": n_rows / n_train}


class MeanModel:
    def __init__(self, mean):
        self.mean = mean

    def predict(self, X, *, threads=1):
        return np.full(len(X), self.mean)


def never():
    return False


@pytest.fixture
def table():
    X = np.arange(40.0).reshape(20, 2)
    Y = np.column_stack([np.arange(20.0), np.arange(20.0) ** 2, np.arange(20.0)])
    Y[[3, 7], 2] = np.nan
    return X, Y, plan_folds(20)


def bench(table, **kwargs):
    X, Y, folds = table
    return FoldBench(X, Y, Layout((0, 0)), folds, threads=1, seed=9, **kwargs)


def test_learns_from_the_training_part_alone(table):
    X, Y, folds = table
    family = MeanFamily()
    outcome = bench(table).evaluate(family, 0, 2, {"a": 1}, should_stop=never)
    train = folds.train(2)
    assert np.array_equal(family.prepared[0], X[train])
    _, y, params, seed, threads = family.fits[0]
    assert np.array_equal(y, Y[train, 0])
    assert (params, seed, threads) == ({"a": 1}, 9, 1)
    assert outcome.predictions.shape == folds.held_out(2).shape
    assert (outcome.predictions == Y[train, 0].mean()).all()
    assert outcome.model.mean == Y[train, 0].mean()


def test_rows_without_a_target_are_predicted_not_learnt_d41(table):
    _, Y, folds = table
    family = MeanFamily()
    fold = int(folds.assignment[3])
    outcome = bench(table).evaluate(family, 2, fold, {}, should_stop=never)
    train = folds.train(fold)
    learnt = train[~np.isin(train, [3, 7])]
    assert np.array_equal(family.fits[0][1], Y[learnt, 2])
    assert len(outcome.predictions) == len(folds.held_out(fold))


def test_prepares_once_per_family_fold_and_missing_targets(table):
    family, other, evaluate = MeanFamily(), MeanFamily(), bench(table).evaluate
    other.name = "other"
    for target, fold in ((0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (0, 0)):
        evaluate(family, target, fold, {}, should_stop=never)
    assert len(family.prepared) == 2  # targets 0 and 1 miss no row, so they share
    evaluate(family, 2, 0, {}, should_stop=never)
    assert len(family.prepared) == 3
    evaluate(other, 0, 0, {}, should_stop=never)
    assert len(other.prepared) == 1


def test_forgets_the_least_used_where_memory_ends(table):
    X = table[0]
    family, evaluate = MeanFamily(), bench(table, prepared_bytes=2 * X.nbytes).evaluate
    for fold in (0, 1, 0, 2, 0, 1):
        evaluate(family, 0, fold, {}, should_stop=never)
    assert len(family.prepared) == 4  # 0, 1, 2 (1 forgotten), 1 again
    family, evaluate = MeanFamily(), bench(table, prepared_bytes=0).evaluate
    for fold in (0, 0, 1):
        evaluate(family, 0, fold, {}, should_stop=never)
    assert len(family.prepared) == 2


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_predictions_that_are_not_finite_are_an_error(table, value):
    with pytest.raises(ModelError) as caught:
        bench(table).evaluate(MeanFamily(told=value), 0, 0, {}, should_stop=never)
    assert (caught.value.code, caught.value.fields) == ("NBML-M07", {"family": "mean", "count": 4})


def test_stops(table):
    with pytest.raises(FitStoppedError):
        bench(table).evaluate(MeanFamily(), 0, 0, {}, should_stop=lambda: True)


def test_fits_all_rows_with_scaled_rounds(table):
    X, Y, _ = table
    family = MeanFamily()
    model = bench(table).fit_all(family, 2, {}, should_stop=never)
    has = ~np.isnan(Y[:, 2])
    assert np.array_equal(family.prepared[0], X[has])
    assert family.fits[0][2] == {"rounds": pytest.approx(1.25)}
    assert model.mean == Y[has, 2].mean()


def test_prepares_itself_when_nothing_is_prepared(table):
    X, Y, folds = table
    family = MeanFamily()
    outcome = evaluate_fold(
        family,
        None,
        X,
        Y[:, 0],
        folds.train(0),
        folds.held_out(0),
        Layout((0, 0)),
        {},
        seed=1,
        threads=1,
        should_stop=never,
    )
    assert len(family.prepared) == 1
    assert min(outcome.fit_s, outcome.predict_s, outcome.cpu_s) >= 0

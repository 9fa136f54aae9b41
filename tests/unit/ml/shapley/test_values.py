"""Shapley values equal brute force over subsets, the libraries' own, and add up to the prediction."""

from __future__ import annotations

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.ml.shapley.paths import build_paths
from nbml.ml.shapley.trees import TreeEnsemble
from nbml.ml.shapley.values import shap_values

from .any_trees import random_ensemble
from .oracle import from_lightgbm_dump, from_xgboost_dump, shapley, shapley_by_leaves
from .test_trees import LIGHTGBM, XGBOOST, fit_lightgbm, fit_xgboost, matrix


def check(ensemble, X, theirs, tolerance):
    """Equal to the library's contributions, and additive in float64."""
    values, base = shap_values(ensemble, X)
    predicted = ensemble.predict(X)
    scale = np.abs(theirs).max()
    np.testing.assert_allclose(values, theirs[:, :-1], rtol=0, atol=tolerance * scale)
    np.testing.assert_allclose(base, theirs[:, -1], rtol=0, atol=tolerance * scale)
    np.testing.assert_allclose(base + values.sum(axis=1), predicted, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize("params", LIGHTGBM.values(), ids=LIGHTGBM)
def test_equals_lightgbm(table, params):
    booster = fit_lightgbm(table.X, table.y, categorical=table.categorical, **params)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    for X in (table.X, table.odd):
        check(ensemble, X, booster.predict(X, pred_contrib=True), 1e-9)


@pytest.mark.parametrize("params", XGBOOST.values(), ids=XGBOOST)
def test_equals_xgboost(table, params):
    params = dict(params)
    categorical = table.categorical if params.pop("categorical", True) else ()
    booster = fit_xgboost(table.X, table.y, categorical=categorical, **params)
    ensemble = TreeEnsemble.from_xgboost(booster)
    for X in (table.X, table.odd):
        theirs = booster.predict(matrix(X, categorical=categorical), pred_contribs=True)
        check(ensemble, X, theirs.astype(np.float64), 3e-6)  # their sums are in float32


@pytest.mark.parametrize("params", [{}, {"zero_as_missing": True}], ids=["missing", "zero"])
def test_equals_brute_force_on_lightgbm(table, params):
    """Few features and many leaves, so that features repeat along paths."""
    booster = fit_lightgbm(
        table.X, table.y, rounds=3, categorical=table.categorical, min_data_in_leaf=5, **params
    )
    X = np.concatenate([table.X[:8], table.odd])
    values, base = shapley(from_lightgbm_dump(booster), X)
    check(TreeEnsemble.from_lightgbm(booster), X, np.c_[values, np.full(len(X), base)], 1e-12)


@pytest.mark.parametrize("onehot", [1, 100], ids=["partition", "onehot"])
def test_equals_brute_force_on_xgboost(table, onehot):
    booster = fit_xgboost(table.X, table.y, 3, table.categorical, max_depth=5, max_cat_to_onehot=onehot)
    X = np.concatenate([table.X[:8], table.odd])
    ensemble = TreeEnsemble.from_xgboost(booster)
    values, base = shapley(from_xgboost_dump(booster), X, ensemble.base)
    check(ensemble, X, np.c_[values, np.full(len(X), base)], 1e-7)  # the dump rounds covers and leaves


def test_equals_tree_explainer(table):
    X = np.nan_to_num(table.X)
    booster = fit_lightgbm(X, table.y)
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    explainer.model.model_type = "internal"  # shap's own algorithm, not a call of LightGBM's
    values, base = shap_values(TreeEnsemble.from_lightgbm(booster), X)
    np.testing.assert_allclose(values, explainer.shap_values(X), rtol=0, atol=1e-6)
    np.testing.assert_allclose(base, explainer.expected_value, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4))
def test_equals_brute_force_on_any_trees(seed, n_features, n_trees):
    rng = np.random.default_rng(seed)
    ensemble, oracle = random_ensemble(rng, n_features, n_trees)
    X = rng.choice([np.nan, 0.0, -1.0, 0.4, 3.0, 17.0, 31.0, 32.0], size=(6, n_features))
    values, base = shapley(oracle, X, 0.5)
    check(ensemble, X, np.c_[values, np.full(len(X), base)], 1e-12)


def test_a_chain_of_300_splits_on_three_features():
    rng = np.random.default_rng(0)
    ensemble, oracle = random_ensemble(rng, 3, 1, chain=300)
    assert build_paths(ensemble)[1].depth.max() == 299
    X = rng.choice([np.nan, 0.0, -1.0, 0.4, 3.0], size=(6, 3))
    values, base = shapley(oracle, X, 0.5)
    check(ensemble, X, np.c_[values, np.full(len(X), base)], 1e-12)


def test_a_path_of_many_different_features():
    """Tiny data, a leaf for every row: over 40 features on one path, where LightGBM's own values fail."""
    X = np.eye(60)
    params = {"num_leaves": 60, "min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0}
    booster = fit_lightgbm(X, 1.6 ** np.arange(60.0), rounds=3, feature_pre_filter=False, **params)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    assert build_paths(ensemble)[1].rules.n_points.max() > 20
    values, base = shap_values(ensemble, X)
    theirs = shapley_by_leaves(from_lightgbm_dump(booster), X[::20])
    np.testing.assert_allclose(values[::20], theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())
    predicted = ensemble.predict(X)
    np.testing.assert_allclose(
        base + values.sum(axis=1), predicted, rtol=0, atol=1e-12 * np.abs(predicted).max()
    )


def test_unused_features_get_nothing_and_no_rows_are_no_error(table):
    X = np.c_[table.X, np.ones(len(table.X))]
    ensemble = TreeEnsemble.from_lightgbm(fit_lightgbm(X, table.y))
    values, base = shap_values(ensemble, X)
    assert not values[:, -1].any()
    none, same = shap_values(ensemble, X[:0])
    assert none.shape == (0, 6)
    assert same == base


def test_threads_and_blocks_change_no_bit(table):
    X = np.tile(table.X, (5, 1))
    ensemble = TreeEnsemble.from_lightgbm(fit_lightgbm(table.X, table.y))
    values, _ = shap_values(ensemble, X)
    np.testing.assert_array_equal(shap_values(ensemble, X, threads=3)[0], values)
    np.testing.assert_array_equal(shap_values(ensemble, np.asfortranarray(X[:7]))[0], values[:7])
    np.testing.assert_array_equal(shap_values(ensemble, X[3:4])[0], values[3:4])

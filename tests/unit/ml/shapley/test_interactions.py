"""Interaction values equal their definition and the libraries' own, and add up to the Shapley values."""

from __future__ import annotations

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.ml.shapley.interactions import interaction_values
from nbml.ml.shapley.trees import TreeEnsemble
from nbml.ml.shapley.values import shap_values

from .any_trees import random_ensemble
from .oracle import interactions
from .test_trees import fit_lightgbm, fit_xgboost, matrix


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3))
def test_equals_the_definition_on_any_trees(seed, n_features, n_trees):
    rng = np.random.default_rng(seed)
    ensemble, oracle = random_ensemble(rng, n_features, n_trees)
    X = rng.choice([np.nan, 0.0, -1.0, 0.4, 3.0, 17.0, 31.0, 32.0], size=(4, n_features))
    ours = interaction_values(ensemble, X, range(n_features))
    np.testing.assert_allclose(ours, interactions(oracle, X), rtol=0, atol=1e-11)


def test_equals_xgboost(table):
    booster = fit_xgboost(table.X, table.y, rounds=30, categorical=table.categorical)
    rows = table.X[:200]
    theirs = booster.predict(matrix(rows, categorical=table.categorical), pred_interactions=True)
    ours = interaction_values(TreeEnsemble.from_xgboost(booster), rows, range(rows.shape[1]))
    scale = np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs[:, :-1, :-1], rtol=0, atol=1e-5 * scale)  # theirs are float32


def test_equals_tree_explainer(table):
    X = np.nan_to_num(table.X)
    booster = fit_lightgbm(X, table.y)
    theirs = shap.TreeExplainer(booster).shap_interaction_values(X[:50])
    ours = interaction_values(TreeEnsemble.from_lightgbm(booster), X[:50], range(X.shape[1]))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


def test_rows_of_the_matrix_add_up_and_pairs_agree(table):
    booster = fit_lightgbm(table.X, table.y, categorical=table.categorical)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    X = np.concatenate([table.X[:100], table.odd])
    ours = interaction_values(ensemble, X, [3, 0, 2])
    single, _ = shap_values(ensemble, X)
    np.testing.assert_allclose(ours.sum(axis=2), single[:, [3, 0, 2]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours[:, 0, 2], ours[:, 2, 3], rtol=0, atol=1e-12)


def test_threads_change_no_bit(table):
    booster = fit_lightgbm(table.X, table.y)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    alone = interaction_values(ensemble, table.X, range(5))
    assert np.array_equal(alone, interaction_values(ensemble, table.X, range(5), threads=3))


def test_a_feature_no_tree_uses_has_no_part(table):
    X = np.c_[table.X, np.zeros(len(table.X))]
    ensemble = TreeEnsemble.from_lightgbm(fit_lightgbm(X, table.y))
    ours = interaction_values(ensemble, X[:20], [5, 2])
    assert not ours[:, 0].any()
    assert not ours[:, 1, 5].any()
    assert ours[:, 1].any()


@pytest.mark.parametrize("feature", [-1, 5])
def test_a_column_that_is_none_is_refused(table, feature):
    ensemble = TreeEnsemble.from_lightgbm(fit_lightgbm(table.X, table.y))
    with pytest.raises(ValueError, match="features"):
        interaction_values(ensemble, table.X, [feature])

"""The neutral ensemble predicts as the library that grew its trees."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import xgboost

from nbml.errors import ModelError
from nbml.ml.shapley.trees import TreeEnsemble
from nbml.ml.shapley.values import shap_values

LIGHTGBM = {
    "missing values": {},
    "zeros are missing": {"zero_as_missing": True},
    "missing values ignored": {"use_missing": False},
    "one category against the rest": {"max_cat_to_onehot": 100},
    "many categories against many": {"max_cat_to_onehot": 1, "cat_smooth": 1, "min_data_per_group": 5},
    "dart": {"boosting": "dart", "drop_rate": 0.5},
    "stumps": {"num_leaves": 2},
    "no split worth it": {"min_gain_to_split": 1e9},
}
XGBOOST = {
    "partitions": {"max_cat_to_onehot": 1},
    "one category against the rest": {"max_cat_to_onehot": 100},
    "dart": {"booster": "dart", "rate_drop": 0.5},
    "forest": {"num_parallel_tree": 3, "subsample": 0.5},
    "leaf-wise": {"grow_policy": "lossguide", "max_leaves": 12, "max_depth": 0},
    "pruned": {"tree_method": "exact", "gamma": 5.0, "categorical": False},
    "stumps": {"max_depth": 1},
    "no split worth it": {"gamma": 1e9},
}


def fit_lightgbm(X, y, rounds=15, categorical=(), **params):
    data = lightgbm.Dataset(X, y, categorical_feature=list(categorical))
    return lightgbm.train(
        {"verbose": -1, "num_threads": 1, "num_leaves": 12, "seed": 1} | params, data, rounds
    )


def matrix(X, y=None, categorical=()):
    kinds = ["c" if f in categorical else "q" for f in range(X.shape[1])]
    return xgboost.DMatrix(X, y, feature_types=kinds, enable_categorical=True, nthread=1)


def fit_xgboost(X, y, rounds=15, categorical=(), **params):
    params = {"max_depth": 4, "nthread": 1, "seed": 1} | params
    return xgboost.train(params, matrix(X, y, categorical), rounds)


@pytest.mark.parametrize("params", LIGHTGBM.values(), ids=LIGHTGBM)
def test_predicts_as_lightgbm(table, params):
    booster = fit_lightgbm(table.X, table.y, categorical=table.categorical, **params)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    for X in (table.X, table.odd):
        np.testing.assert_allclose(ensemble.predict(X), booster.predict(X, raw_score=True), rtol=1e-12)


def test_a_random_forest_is_averaged_as_its_prediction_is(table):
    """LightGBM's own raw scores and contributions of a forest are sums; they do not add up to `predict`."""
    booster = fit_lightgbm(table.X, table.y, boosting="rf", bagging_freq=1, bagging_fraction=0.5)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    np.testing.assert_allclose(ensemble.predict(table.X), booster.predict(table.X), rtol=1e-12)
    values, base = shap_values(ensemble, table.X)
    theirs = booster.predict(table.X, pred_contrib=True) / booster.num_trees()
    np.testing.assert_allclose(np.c_[values, np.full(len(values), base)], theirs, atol=1e-12)


def test_lightgbm_trained_without_missing_values_reads_nan_as_zero(table):
    X = np.nan_to_num(table.X)
    booster = fit_lightgbm(X, table.y)
    ensemble = TreeEnsemble.from_lightgbm(booster)
    np.testing.assert_allclose(ensemble.predict(table.X), booster.predict(table.X), rtol=1e-12)
    np.testing.assert_array_equal(ensemble.predict(table.X), ensemble.predict(X))


@pytest.mark.parametrize("params", XGBOOST.values(), ids=XGBOOST)
def test_predicts_as_xgboost(table, params):
    params = dict(params)
    categorical = table.categorical if params.pop("categorical", True) else ()
    booster = fit_xgboost(table.X, table.y, categorical=categorical, **params)
    ensemble = TreeEnsemble.from_xgboost(booster)
    for X in (table.X, table.odd):
        margin = booster.predict(matrix(X, categorical=categorical), output_margin=True)
        np.testing.assert_allclose(ensemble.predict(X), margin, rtol=0, atol=1e-6 * np.abs(margin).max())


def test_xgboost_compares_in_single_precision():
    """A double just below a threshold rounds to it in float32, and is then no longer below."""
    X = np.arange(40, dtype=float)[:, None] / 7
    booster = fit_xgboost(X, np.sin(X[:, 0]), rounds=1, tree_method="exact", min_child_weight=0)
    cuts = np.float32(booster.trees_to_dataframe()["Split"].dropna()).astype(float)
    X = np.concatenate([cuts, np.nextafter(cuts, -1), np.nextafter(np.float32(cuts), np.float32(-1))])[
        :, None
    ]
    margin = booster.predict(matrix(X), output_margin=True)
    np.testing.assert_allclose(TreeEnsemble.from_xgboost(booster).predict(X), margin, atol=1e-6)


@pytest.mark.parametrize(
    "objective",
    ["binary:logistic", "binary:hinge", "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox"],
)
def test_xgboost_base_score_is_taken_before_the_link(table, objective):
    y = (table.y > 0.5).astype(float) + (0 if objective.startswith("binary") else 1)
    booster = fit_xgboost(table.X, y, rounds=3, objective=objective)
    margin = booster.predict(matrix(table.X), output_margin=True)
    np.testing.assert_allclose(TreeEnsemble.from_xgboost(booster).predict(table.X), margin, rtol=0, atol=2e-6)


def test_one_output_of_many_and_fewer_rounds(table):
    classes = np.digitize(table.y, [0, 1])
    booster = fit_lightgbm(table.X, classes, objective="multiclass", num_class=3)
    raw = booster.predict(table.X, raw_score=True, num_iteration=4)
    ensemble = TreeEnsemble.from_lightgbm(booster, rounds=4, output=2)
    np.testing.assert_allclose(ensemble.predict(table.X), raw[:, 2], rtol=1e-12)

    forest = fit_xgboost(table.X, classes, objective="multi:softprob", num_class=3, num_parallel_tree=2)
    margin = forest.predict(matrix(table.X), output_margin=True, iteration_range=(0, 4))
    ensemble = TreeEnsemble.from_xgboost(forest, rounds=4, output=2)
    np.testing.assert_allclose(ensemble.predict(table.X), margin[:, 2], rtol=0, atol=2e-6)


def test_best_round_is_used_as_lightgbm_uses_it(table):
    booster = fit_lightgbm(table.X, table.y)
    booster.best_iteration = 4
    ensemble = TreeEnsemble.from_lightgbm(booster)
    assert len(ensemble.roots) == 4
    np.testing.assert_allclose(ensemble.predict(table.X), booster.predict(table.X), rtol=1e-12)


def test_models_without_constant_leaves_are_refused(table):
    X = np.nan_to_num(table.X)
    linear_leaves = fit_lightgbm(X, table.y, linear_tree=True)
    linear = fit_xgboost(X, table.y, booster="gblinear")
    both = np.c_[table.y, -table.y]
    vector_leaves = fit_xgboost(X, both, multi_strategy="multi_output_tree")
    for read, booster in (
        (TreeEnsemble.from_lightgbm, linear_leaves),
        (TreeEnsemble.from_xgboost, linear),
        (TreeEnsemble.from_xgboost, vector_leaves),
    ):
        with pytest.raises(ModelError) as refused:
            read(booster)
        assert refused.value.code == "NBML-M61"
        assert "{" not in refused.value.message


def test_the_ensemble_is_read_only_and_knows_its_columns(table):
    ensemble = TreeEnsemble.from_lightgbm(fit_lightgbm(table.X, table.y, rounds=2))
    with pytest.raises(ValueError, match="read-only"):
        ensemble.nodes.value[0] = 1.0
    for wrong in (table.X[:, :4], table.X[0]):
        with pytest.raises(ValueError, match="shape"):
            ensemble.predict(wrong)

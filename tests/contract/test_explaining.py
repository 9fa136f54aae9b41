"""What explanations of every family keep: they add up, and agree with the library and the definition."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import shap

from nbml.errors import ModelError
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Layout, Shape

FEW = {
    "lightgbm": {"num_iterations": 40, "num_leaves": 8},
    "xgboost": {"num_boost_round": 40, "max_depth": 4},
    "catboost": {"iterations": 40, "depth": 4},
    "mlp": {"epochs": 15, "width": 8},
}
TREES = tuple(name for name in FAMILIES if name != "mlp")


def table(n=200, seed=0, *, with_levels=True):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 3] = rng.integers(0, 5, n)
    y = X[:, 0] * X[:, 1] + 2 * X[:, 2] + np.array([0.0, 4, -3, 8, 1])[X[:, 3].astype(int)] + 100
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, y, Layout((0, 0, 0, 5 if with_levels else 0))


def fitted(name, X, y, layout, **params):
    chosen = family(name)
    prepared = chosen.prepare(X, layout, threads=1)
    shape = Shape(len(X), X.shape[1], len(X), len(layout.categorical))
    params = chosen.start(shape) | FEW[name] | params
    return chosen.fit(prepared, y, params, seed=3, threads=1, should_stop=lambda: False)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_values_add_up_to_the_prediction(name, scale):
    """Relative to the prediction, 1e-6; XGBoost and CatBoost predict in single precision."""
    X, y, layout = table()
    model = fitted(name, X, y * scale, layout)
    some = X[:40]
    found = model.attribute(some, background=X, seed=0)
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), model.predict(some), rtol=1e-6)


@pytest.mark.parametrize("name", TREES)
def test_interactions_add_up_to_the_values_and_are_symmetric(name):
    X, y, layout = table()
    model = fitted(name, X, y, layout)
    some, everything = X[:30], range(X.shape[1])
    found = model.interact(some, list(everything))
    values = model.attribute(some, background=X, seed=0).values
    size = np.abs(values).max()
    np.testing.assert_allclose(found.sum(axis=2), values, rtol=0, atol=1e-6 * size)
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), rtol=0, atol=1e-6 * size)
    np.testing.assert_allclose(model.interact(some, [2, 0]), found[:, [2, 0]], rtol=0, atol=1e-9 * size)
    assert np.abs(found[:, 0, 1]).mean() > np.abs(found[:, 0, 2]).mean()  # y has a product of 0 and 1


@pytest.mark.parametrize("name", FAMILIES)
def test_a_constant_model_has_nothing_to_tell(name):
    X, _, layout = table(40)
    model = fitted(name, X, np.full(40, 7.0), layout)
    found = model.attribute(X, background=X, seed=0)
    assert (found.base, np.abs(found.values).max()) == (7.0, 0.0)
    assert np.abs(model.interact(X[:3], [1])).max() == 0


def test_a_network_refuses_interactions():
    X, y, layout = table(60)
    with pytest.raises(ModelError) as caught:
        fitted("mlp", X, y, layout).interact(X[:2], [0])
    assert caught.value.code == "NBML-M62"
    assert "mlp" in caught.value.message


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_equals_tree_explainer(name):
    X, y, layout = table(with_levels=False)
    model = fitted(name, X, y, layout)
    theirs = shap.TreeExplainer(model.core._booster)
    ours = model.attribute(X[:50], background=X, seed=0)
    size = model.scale
    np.testing.assert_allclose(ours.values, size * theirs.shap_values(X[:50]), rtol=0, atol=2e-5 * size)
    base = float(np.ravel(theirs.expected_value)[0])
    np.testing.assert_allclose(ours.base, model.centre + size * base, rtol=1e-5)


def test_a_network_of_few_columns_equals_the_definition():
    """With two columns each order of them is tried: the values are exact over the background rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    model = fitted("mlp", X, X[:, 0] * X[:, 1] + X[:, 0], Layout((0, 0)))
    background, some = X[:20], X[40:45]
    found = model.attribute(some, background=background, seed=0)

    def worth(row, known):
        mixed = background.copy()
        mixed[:, list(known)] = row[list(known)]
        return model.predict(mixed).mean()

    for r, row in enumerate(some):
        for f in range(2):
            others = [k for k in range(2) if k != f]
            exact = sum(
                math.factorial(len(known)) * math.factorial(1 - len(known)) / 2
                * (worth(row, (*known, f)) - worth(row, known))
                for size in range(2)
                for known in combinations(others, size)
            )  # fmt: skip
            np.testing.assert_allclose(found.values[r, f], exact, rtol=1e-6, atol=1e-9)

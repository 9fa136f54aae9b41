"""Symmetric trees: values and interactions equal brute force and CatBoost's own, however rows are asked."""

from __future__ import annotations

import catboost as cb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.errors import ModelError
from nbml.ml.models import family
from nbml.ml.models.base import Layout, Shape
from nbml.ml.shapley.catboost_trees import from_catboost
from nbml.ml.shapley.oblivious import ObliviousTrees

from .oracle import Leaf, Split, interactions, shapley

LEVELS = (0, 7, 0, 3, 0, 40)
KINDS = {
    "numbers": {},
    "one-hot": {"one_hot_max_size": 255},
    "target means": {"one_hot_max_size": 2, "max_ctr_complexity": 1},
    "target means of pairs": {"one_hot_max_size": 2, "max_ctr_complexity": 2},
    "both": {"one_hot_max_size": 10, "max_ctr_complexity": 2, "depth": 8},
}


def random_trees(rng, n_features, n_trees):
    """Trees over numbers, with leaves that no row reaches, and the same for the oracle."""
    training = rng.normal(size=(int(rng.integers(3, 60)), n_features))
    splits, thresholds, values, covers, oracle = [], [], [], [], []
    for _ in range(n_trees):
        depth = int(rng.integers(0, 6))
        asked, at = rng.integers(0, n_features, depth), rng.normal(size=depth)
        cover = np.bincount(leaf_numbers(training, asked, at), minlength=2**depth).astype(float)
        value = np.where(cover > 0, rng.normal(size=2**depth), 0.0)

        def node(level, number, asked=asked, at=at, value=value, cover=cover):
            if level < 0:
                return Leaf(value[number], cover[number])
            left, right = (node(level - 1, number | side << level) for side in (0, 1))
            return Split(int(asked[level]), lambda x: x <= at[level], left, right, left.cover + right.cover)

        oracle.append(node(depth - 1, 0))
        splits.append([(int(f),) for f in asked])
        thresholds.append(at)
        values.append(value)
        covers.append(cover)
    made = ObliviousTrees.of(n_features, splits, np.concatenate(values), np.concatenate(covers), bias=0.5)

    def leaves(X):
        columns = [
            leaf_numbers(X, [f for (f,) in tree], at) for tree, at in zip(splits, thresholds, strict=True)
        ]
        numbers = np.array(columns, dtype=np.uint32).T
        return lambda rows: numbers[rows]

    return made, oracle, leaves


def leaf_numbers(X, asked, thresholds):
    numbers = np.zeros(len(X), dtype=np.int64)
    for k, (feature, threshold) in enumerate(zip(asked, thresholds, strict=True)):
        numbers |= (X[:, feature] > threshold).astype(np.int64) << k
    return numbers


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3))
def test_equals_brute_force_on_any_trees(seed, n_features, n_trees):
    rng = np.random.default_rng(seed)
    made, oracle, leaves = random_trees(rng, n_features, n_trees)
    X = rng.normal(size=(4, n_features))
    values, base = shapley(oracle, X, 0.5)
    np.testing.assert_allclose(made.values(leaves(X), len(X)), values, rtol=0, atol=1e-11)
    np.testing.assert_allclose(made.base, base, rtol=0, atol=1e-11)
    pairs = made.interactions(leaves(X), len(X), range(n_features))
    np.testing.assert_allclose(pairs, interactions(oracle, X), rtol=0, atol=1e-11)


def fitted(kind, n=800, **params):
    """A model of CatBoost, rows as it takes them, and the rows of the training."""
    rng = np.random.default_rng(1)
    levels = (0,) * 6 if kind == "numbers" else LEVELS
    X = np.column_stack([rng.integers(0, m, n) if m else rng.normal(size=n) for m in levels]).astype(float)
    y = X[:, 0] * X[:, 1] + np.sin(3 * X[:, 2]) + (X[:, 3] - 1) * X[:, 4] + np.cos(X[:, 5])
    y += 0.1 * rng.normal(size=n)
    X[rng.random(X.shape) < 0.05] = np.nan
    learner = family("catboost")
    prepared = learner.prepare(X, Layout(levels), threads=1)
    given = learner.start(Shape(n, 6, n, sum(map(bool, levels)))) | {"iterations": 60, "depth": 5}
    model = learner.fit(
        prepared, y, given | KINDS[kind] | params, seed=3, threads=1, should_stop=lambda: False
    )
    return model.core, X


@pytest.fixture(scope="module")
def models():
    return {kind: fitted(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_equals_catboosts_own_values(models, kind):
    core, X = models[kind]
    assert core._trees is not None
    theirs = core._own("ShapValues", X, 1)
    ours = core.attribute(X, X, 0, 1)
    place = np.argsort(np.argsort([bool(m) for m in core._levels.layout.n_levels], kind="stable"))
    scale = np.abs(theirs).max()
    np.testing.assert_allclose(ours.values, theirs[:, place], rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(ours.base, theirs[0, -1], rtol=0, atol=1e-9 * scale)
    predicted = core.predict(X, 1)
    np.testing.assert_allclose(ours.base + ours.values.sum(axis=1), predicted, rtol=0, atol=1e-9 * scale)


@pytest.mark.parametrize("kind", KINDS)
def test_equals_catboosts_own_interactions(models, kind):
    core, X = models[kind]
    some = X[:40]
    place = np.argsort(np.argsort([bool(m) for m in core._levels.layout.n_levels], kind="stable"))
    theirs = core._own("ShapInteractionValues", some, 1)[:, :-1, :-1][:, place][:, :, place]
    ours = core.interact(some, [4, 0, 5], 1)
    np.testing.assert_allclose(ours, theirs[:, [4, 0, 5]], rtol=0, atol=1e-9 * np.abs(theirs).max())


def test_rows_alone_and_together_and_threads_give_the_same_bits(models, monkeypatch):
    core, X = models["both"]
    whole = core.attribute(X, X, 0, 1).values
    assert np.array_equal(core.attribute(X[5:9], X, 0, 1).values, whole[5:9])
    assert np.array_equal(core.attribute(X, X, 0, 3).values, whole)
    monkeypatch.setattr("nbml.ml.shapley.oblivious._CELLS", 1)  # 256 rows at once
    assert np.array_equal(core.attribute(X, X, 0, 2).values, whole)
    pairs = core.interact(X[:60], [1, 2], 1)
    assert np.array_equal(core.interact(X[:60], [1, 2], 3), pairs)
    assert np.array_equal(core.interact(X[:60], [2, 1, 2], 1), pairs[:, [1, 0, 1]])


def test_trees_of_another_shape_are_left_to_catboost():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)).astype(np.float32)
    quiet = {"iterations": 10, "logging_level": "Silent", "allow_writing_files": False, "thread_count": 1}
    for other in ({"grow_policy": "Lossguide"}, {"depth": 11}, {"loss_function": "MultiRMSE"}):
        y = X[:, :2] if "loss_function" in other else X[:, 0]
        with pytest.raises(ModelError) as caught:
            from_catboost(cb.CatBoost(quiet | other).fit(X, y))
        assert caught.value.code == "NBML-M61"
    core, X = fitted("numbers", iterations=10, grow_policy="Lossguide")
    assert core._trees is None
    assert np.array_equal(core.attribute(X, X, 0, 1).values, core._own("ShapValues", X, 1)[:, :-1])
    theirs = core._own("ShapInteractionValues", X[:20], 1)[:, [2, 0], :-1]
    assert np.array_equal(core.interact(X[:20], [2, 0], 1), theirs)


@pytest.mark.parametrize("feature", [-1, 6])
def test_a_column_that_is_none_is_refused(models, feature):
    core, X = models["numbers"]
    with pytest.raises(ValueError, match="features"):
        core._trees.interactions(lambda rows: core._leaves(X, 1, rows), len(X), [feature])

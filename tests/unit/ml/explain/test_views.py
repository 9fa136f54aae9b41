"""Importance, partners, curves, shuffling, pairs: each against what is known of a made-up model."""

import numpy as np
import pytest

from nbml.ml.explain.dependence import partners, strongest_partner
from nbml.ml.explain.explained import FINAL, Answering, Explained
from nbml.ml.explain.importance import mean_shap
from nbml.ml.explain.interactions import expected_seconds, sample, strongest_pairs
from nbml.ml.explain.partial import grid_of, partial_dependence
from nbml.ml.explain.permutation import permutation_importance
from nbml.ml.feature import Feature


class Formula:
    """A model that is a formula, with the interaction values of a product of two standardised columns."""

    def __init__(self, formula):
        self.formula = formula

    def predict(self, X, *, threads=1):
        return self.formula(X)

    def interact(self, X, features, *, threads=1):
        out = np.zeros((len(X), len(features), X.shape[1]))
        for k, i in enumerate(features):
            if i in (0, 1):
                out[:, k, 1 - i] = X[:, 0] * X[:, 1] / 2
        return out


def numbers(n_features):
    return tuple(Feature(f"x{k}", "number", (), -3.0, 3.0) for k in range(n_features))


def explained(X, values, fold=None, features=None):
    n = len(X)
    fold = np.zeros(n, dtype=np.int64) if fold is None else fold
    return Explained(
        features or numbers(X.shape[1]), X, values, np.ones(n), fold, np.arange(n), np.full(n, np.nan)
    )


def rows(n=400, n_features=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n, n_features))


def test_mean_shap_is_over_rows_and_its_spread_over_folds():
    values = np.array([[1.0, -4.0], [-3.0, 0.0], [2.0, 0.0]])
    found = mean_shap(explained(np.zeros((3, 2)), values, np.array([0, 0, 1])))
    np.testing.assert_allclose(found.mean, [2.0, 4 / 3])
    np.testing.assert_allclose(found.by_fold, [[2.0, 2.0], [2.0, 0.0]])
    np.testing.assert_allclose(found.spread, [0.0, np.sqrt(2)])
    assert found.order == [0, 1]
    assert mean_shap(explained(np.zeros((3, 2)), values)).spread is None


def test_what_the_final_model_explains_is_not_held_out():
    one = explained(np.zeros((2, 1)), np.zeros((2, 1)), np.array([0, FINAL]))
    assert not one.is_held_out
    assert explained(np.zeros((2, 1)), np.zeros((2, 1))).is_held_out


def test_the_strongest_partner_is_the_one_it_is_multiplied_with():
    X = rows(2000)
    values = np.zeros(X.shape)
    values[:, 0] = X[:, 0] * X[:, 2] / 2 + X[:, 0]
    one = explained(X, values)
    assert strongest_partner(one, 0) == 2
    shares = partners(one, 0)
    assert shares[2] > 0.5
    assert shares[[1, 3]].max() < 0.02
    assert shares[0] == 0


def test_there_is_no_partner_in_a_sum_of_its_own_effects():
    X = rows(2000)
    assert strongest_partner(explained(X, np.sin(X)), 0) is None
    assert strongest_partner(explained(X, np.zeros(X.shape)), 0) is None


def test_a_category_and_missing_values_can_be_partners():
    X = rows(1500, 3)
    X[:, 1] = np.arange(1500) % 3
    X[::5, 2] = np.nan
    features = (numbers(1)[0], Feature("kind", "category", ("a", "b", "c")), numbers(3)[2])
    values = np.zeros(X.shape)
    values[:, 0] = X[:, 0] * (X[:, 1] == 2)
    assert strongest_partner(explained(X, values, features=features), 0) == 1
    values[:, 0] = X[:, 0] * np.isnan(X[:, 2])
    assert strongest_partner(explained(X, values, features=features), 0) == 2


def test_a_curve_is_the_models_and_goes_through_the_row():
    X, fold = rows(60), np.arange(60) % 3
    models = {k: Formula(lambda Z, k=k: 2 * Z[:, 1] + Z[:, 0] + k) for k in range(3)}
    found = partial_dependence(Answering(X, fold, models), 1, numbers(4)[1])
    np.testing.assert_allclose(found.curves, 2 * found.grid + (X[:, 0] + fold)[:, None], atol=1e-12)
    np.testing.assert_allclose(found.mean, found.curves.mean(axis=0))
    np.testing.assert_allclose(found.spread, 0, atol=1e-12)  # folds differ by a constant only
    assert found.grid[0] >= X[:, 1].min()
    assert found.grid[-1] <= X[:, 1].max()


def test_curves_are_of_levels_few_numbers_or_even_steps():
    kind = Feature("kind", "category", ("a", "b", "c"))
    np.testing.assert_array_equal(grid_of(np.array([2.0, 0, np.nan]), kind), [0, 2, np.nan])
    np.testing.assert_array_equal(grid_of(np.array([7.0, 3, 7, np.nan]), numbers(1)[0]), [3, 7])
    steps = grid_of(rows(500)[:, 0], numbers(1)[0])
    np.testing.assert_allclose(np.diff(steps), np.diff(steps)[0])
    assert len(grid_of(np.full(3, np.nan), numbers(1)[0])) == 0


@pytest.mark.parametrize("n", [3, 501, 5000])
def test_many_rows_are_thinned_evenly(n):
    found = partial_dependence(
        Answering(rows(n), np.zeros(n, dtype=np.int64), {0: Formula(lambda Z: Z[:, 0])}), 0, numbers(1)[0]
    )
    assert min(n, 250) <= len(found.curves) <= 500
    assert len(sample(n, 1000)) == min(n, 1000)
    assert len(np.unique(sample(n, 1000))) == min(n, 1000)


def answering(n=600, seed=0):
    X = rows(n, seed=seed)
    model = Formula(lambda Z: 3 * Z[:, 0] + Z[:, 1])
    return Answering(X, np.arange(n) % 3, dict.fromkeys(range(3), model)), X


def test_shuffling_costs_what_the_feature_is_worth():
    """For y = 3 a + b of unit normals shuffling a adds 2 * 9 to the mean square, b adds 2."""
    held, X = answering(6000)
    y = 3 * X[:, 0] + X[:, 1] + np.random.default_rng(1).normal(size=len(X))
    found = permutation_importance(held, y)
    np.testing.assert_allclose(found.mean[:2], [np.sqrt(19) - 1, np.sqrt(3) - 1], rtol=0.08)
    np.testing.assert_array_equal(found.mean[2:], 0)  # the model does not look at them
    assert found.by_fold.shape == (3, 4)


def test_shuffling_is_the_same_whatever_the_threads():
    held, X = answering(90)
    y = X[:, 0]
    one, two = (permutation_importance(held, y, seed=5, threads=t) for t in (1, 3))
    np.testing.assert_array_equal(one.by_fold, two.by_fold)
    assert not np.array_equal(one.by_fold, permutation_importance(held, y, seed=6).by_fold)


def test_shuffling_can_be_stopped_and_tells_how_far_it_is():
    held, X = answering(30)
    told = []

    def check(done, total):
        told.append((done, total))
        if done == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        permutation_importance(held, X[:, 0], check=check)
    assert told == [(k, 12) for k in range(1, 6)]


def test_a_constant_column_costs_nothing():
    held, _ = answering(30)
    X = held.X.copy()
    X[:, 0] = np.nan
    model = Formula(lambda Z: np.nan_to_num(Z[:, 0]) + Z[:, 1])
    found = permutation_importance(Answering(X, held.fold, dict.fromkeys(range(3), model)), X[:, 1])
    assert found.mean[0] == 0


def test_the_strongest_pair_is_the_product():
    held, X = answering(700)
    found = strongest_pairs(held, [0, 1, 2])
    ((i, j, size),) = found.top()
    assert (i, j) == (0, 1)
    np.testing.assert_allclose(size, np.abs(X[:, 0] * X[:, 1]).mean(), rtol=1e-6)
    np.testing.assert_allclose(found.effect(1, 0), X[:, 0] * X[:, 1], rtol=1e-5, atol=1e-6)
    assert found.effect(3, 2) is not None
    assert strongest_pairs(held, [2]).effect(0, 1) is None


def test_pairs_are_measured_on_so_many_rows_and_no_more():
    held, _ = answering(700)
    told = []
    found = strongest_pairs(held, [0], most_rows=50, check=lambda done, total: told.append((done, total)))
    assert found.n_rows == len(found.effects) == 50
    assert told[-1] == (50, 50)
    assert expected_seconds(held, [0, 1]) > 0

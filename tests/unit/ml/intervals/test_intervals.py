"""CV+ bounds: against their definition, against what theory promises, where they end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from nbml.ml.domain.neighbours import Near
from nbml.ml.intervals.calibration import Calibration
from nbml.ml.intervals.cross import cross_factors, mean_by_unit
from nbml.ml.intervals.difficulty import Difficulty
from nbml.ml.intervals.guarantee import Guarantee
from nbml.ml.intervals.weights import highest_level, row_weights, weighted_quantile, worst_case


def far_away(n_rows, k=1):
    return Near(np.full((n_rows, k), np.inf), np.full((n_rows, k), -1))


def even(residual, fold, unit=None):
    """Calibration with even widths."""
    residual, fold = np.asarray(residual, float), np.asarray(fold, np.int64)
    unit = np.arange(len(residual)) if unit is None else np.asarray(unit, np.int64)
    difficulty = Difficulty(residual, fold, np.ones(fold.max() + 1), 0.0)
    return Calibration(difficulty, np.ones(len(residual)), unit, is_local=False)


def by_definition(calibration, centre, level):
    """CV+ as the paper writes it: all candidates of all folds, sorted, the weights added up."""
    known = calibration.known
    candidates = centre[:, calibration.difficulty.fold[known]]
    residual, weights = calibration.difficulty.residual[known], row_weights(calibration.unit[known])
    upper = [weighted_quantile(row + residual, weights, level) for row in candidates]
    lower = [-weighted_quantile(residual - row, weights, level) for row in candidates]
    return np.array(lower), np.array(upper)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 6),
    st.integers(1, 40),
    st.floats(0.01, 0.99),
    st.booleans(),
    st.booleans(),
)
def test_bounds_are_those_of_the_definition(seed, n_folds, n, level, is_grouped, is_tied):
    rng = np.random.default_rng(seed)
    fold = np.append(rng.integers(0, n_folds, n), n_folds - 1)
    unit = fold * 3 + rng.integers(0, 3, n + 1) if is_grouped else np.arange(n + 1)
    residual = rng.integers(0, 4, n + 1).astype(float) if is_tied else rng.exponential(size=n + 1)
    residual[:-1][rng.random(n) < 0.2] = np.nan
    calibration = even(residual, fold, unit)
    centre = rng.integers(-2, 3, (5, n_folds)).astype(float)
    lower, upper = by_definition(calibration, centre, level)
    inside = np.where(np.isfinite(upper), np.clip(0.0, lower, upper), 0.0)
    found = calibration.bounds(centre, far_away(5), inside, level)
    assert_array_equal(found, [np.minimum(lower, inside), np.maximum(upper, inside)])


def test_the_usual_rank_of_conformal_prediction():
    """With one fold model the bound is the ceil((n + 1)(1 - a))-th smallest residual."""
    calibration = even(np.arange(1.0, 20.0), [0] * 18 + [1])
    centre = np.zeros((1, 2))
    assert calibration.bounds(centre, far_away(1), np.zeros(1), 0.9)[1] == [18.0]
    assert calibration.bounds(centre, far_away(1), np.zeros(1), 0.95)[1] == [19.0]
    assert calibration.bounds(centre, far_away(1), np.zeros(1), 0.951)[1] == [np.inf]


def test_too_few_groups_for_a_level_are_said_not_cut():
    """Five groups: 5/6 is the highest level with finite bounds, whatever the number of rows."""
    unit = np.repeat(np.arange(5), 100)
    calibration = even(np.linspace(0, 1, 500), unit, unit)
    assert calibration.n_units == 5
    for level, is_finite in ((0.8, True), (5 / 6, True), (0.84, False), (0.9, False)):
        lower, upper = calibration.bounds(np.zeros((3, 5)), far_away(3), np.zeros(3), level)
        assert np.isfinite([lower, upper]).all() == is_finite
        promise = Guarantee.of(calibration, level, is_grouped=True)
        assert promise.is_reachable == is_finite
        assert promise.highest == pytest.approx(5 / 6)


def test_a_group_counts_once_however_many_rows_it_has():
    small = row_weights(np.array([0, 1, 1, 1, 2]))
    assert_allclose(small, [1 / 4, 1 / 12, 1 / 12, 1 / 12, 1 / 4])
    assert small.sum() == pytest.approx(highest_level(3))
    assert mean_by_unit(np.array([1.0, 0, 0, 0, 1.0]), np.array([0, 1, 1, 1, 2])) == pytest.approx(2 / 3)


def test_worst_case_of_the_paper():
    assert worst_case(0.9, 100, 100) == pytest.approx(0.8), "jackknife+: 1 - 2a"
    assert worst_case(0.9, 100, 5) == pytest.approx(0.8 - min(2 * 0.8 / 21, 0.95 / 6))
    assert worst_case(0.4, 100, 5) == 0.0


@pytest.mark.parametrize("n_folds", [5, 20])
def test_coverage_of_new_rows_and_groups(n_folds):
    """Means of groups as models, groups far apart: pooling rows would cover too little, groups do not."""
    rng = np.random.default_rng(7)
    covered, pooled = [], []
    for _ in range(300):
        effect, n_groups, size = rng.normal(size=21), 20, 15
        unit = np.repeat(np.arange(n_groups), size)
        y = effect[unit] + 0.2 * rng.normal(size=unit.size)
        fold = unit % n_folds
        means = np.array([y[fold != k].mean() for k in range(n_folds)])
        residual = np.abs(y - means[fold])
        new = effect[-1] + 0.2 * rng.normal()
        for found, groups in ((covered, unit), (pooled, np.arange(unit.size))):
            lower, upper = even(residual, fold, groups).bounds(means[None], far_away(1), means[:1], 0.9)
            found.append(lower[0] <= new <= upper[0])
    assert 0.87 <= np.mean(covered) <= 0.97
    assert np.mean(covered) > np.mean(pooled)


def test_difficulty_by_hand():
    residual, fold = np.array([1.0, 3.0, np.nan, 5.0]), np.array([0, 1, 1, 0])
    near = Near(np.zeros((1, 3)), np.array([[0, 1, 2]]))
    difficulty = Difficulty(residual, fold, np.array([3.0, 3.0]), 0.0)
    assert_allclose(difficulty.of_rows(near), [[(10 * 3 + 3) / 11, (10 * 3 + 1) / 11]])
    distant = Near(np.full((1, 3), 6.0), near.index)
    stretched = Difficulty(residual, fold, np.array([3.0, 3.0]), 2.0).of_rows(distant)
    assert_allclose(stretched, difficulty.of_rows(near) * 2)


def test_a_perfect_model_has_intervals_without_width():
    fold = np.arange(20) % 4
    calibration = Calibration.learn(np.zeros(20), fold, np.arange(20), 4, far_away(20))
    lower, upper = calibration.bounds(np.ones((2, 4)), far_away(2), np.ones(2), 0.9)
    assert_array_equal([lower, upper], np.ones((2, 2)))


def test_widths_are_local_where_that_pays_and_even_where_it_does_not():
    rng = np.random.default_rng(0)
    n, fold = 400, np.arange(400) % 5
    place = np.sort(rng.random(n))
    index = np.array([np.argsort(np.abs(place - place[i]) + 9.0 * (fold == fold[i]))[:20] for i in range(n)])
    near = Near(np.abs(place[index] - place[:, None]), index)
    noise = np.abs(rng.normal(size=n))
    local = Calibration.learn(noise * (0.1 + 3 * (place > 0.5)), fold, np.arange(n), 5, near)
    assert local.is_local
    lower, upper = local.bounds(np.zeros((n, 5)), near, np.zeros(n), 0.9)
    assert (upper - lower)[place > 0.6].mean() > 3 * (upper - lower)[place < 0.4].mean()
    shuffled = Near(near.distance, rng.permutation(n)[index])
    misled = Near(shuffled.distance * rng.lognormal(sigma=2, size=(n, 1)), shuffled.index)
    assert not Calibration.learn(noise, fold, np.arange(n), 5, misled).is_local


def test_rows_are_judged_by_the_other_folds_alone():
    scores, fold = np.array([1.0, 2.0, 3.0, 100.0]), np.array([0, 0, 0, 1])
    factors = cross_factors(scores, fold, np.arange(4), 0.5, 3)
    assert_array_equal(factors, [100.0, 2.0, 3.0])
    assert cross_factors(scores, fold, np.arange(4), 0.6, 2)[0] == np.inf, "one unit reaches 1/2"


def test_an_answer_does_not_depend_on_the_rows_beside_it():
    rng = np.random.default_rng(1)
    n, fold = 200, rng.integers(0, 5, 200)
    index = rng.integers(0, n, (50, 20))
    near = Near(rng.random((50, 20)), index)
    difficulty = Difficulty(rng.exponential(size=n), fold, np.ones(5), 0.5)
    calibration = Calibration(difficulty, rng.uniform(0.5, 2, n), np.arange(n), is_local=True)
    centre, predicted = rng.normal(size=(50, 5)), rng.normal(size=50)
    whole = np.array(calibration.bounds(centre, near, predicted, 0.9))
    for i in (0, 17, 49):
        one = slice(i, i + 1)
        alone = calibration.bounds(centre[one], Near(near.distance[one], index[one]), predicted[one], 0.9)
        assert_array_equal(np.array(alone)[:, 0], whole[:, i])

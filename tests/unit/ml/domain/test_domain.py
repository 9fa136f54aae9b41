"""Distance to the data: the lines, the neighbours, the calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from nbml.ml.domain.axes import learn_axes
from nbml.ml.domain.domain import Domain, mean_distance
from nbml.ml.domain.neighbours import Near, Neighbours, held_out_near
from nbml.ml.models.base import Layout

RNG = np.random.default_rng(0)
LAYOUT = Layout((0, 0, 3, 0))
X = np.column_stack(
    [RNG.random(300), RNG.normal(size=300), RNG.integers(0, 3, 300), np.full(300, 7.0)]
).astype(float)
GAPPED = X.copy()
GAPPED[::7, 1] = np.nan
GAPPED[::11, 2] = np.nan


def steep(rows):
    """Steep in the first feature above 0.5, flat in the second, level 2 apart."""
    return 10 * np.maximum(np.nan_to_num(rows[:, 0]) - 0.5, 0) + 4.0 * (rows[:, 2] == 2)


AXES = learn_axes([steep], GAPPED, LAYOUT)


def gap(axes, a, b):
    """Distance of two rows by the axes alone."""
    pair = np.array([a, b], dtype=float)
    return sum(abs(float(np.diff(axis.place(pair))[0])) for axis in axes)


def test_equal_steps_are_equal_changes_of_the_prediction():
    row = [0.1, 0.0, 0, 7.0]
    low, high = gap(AXES, row, [0.4, *row[1:]]), gap(AXES, [0.6, *row[1:]], [0.9, *row[1:]])
    assert high > 10 * low > 0
    assert gap(AXES, row, [0.1, 1.0, 0, 7.0]) < high / 20, "the model does not care"
    assert gap(AXES, row, [0.1, 0.0, 1, 7.0]) < high / 10 < gap(AXES, row, [0.1, 0.0, 2, 7.0])


def test_beyond_the_training_range_distance_grows():
    row = [0.5, 0.0, 0, 7.0]
    steps = [gap(AXES, row, [x, *row[1:]]) for x in (1.0, 1.5, 3.0, 1e6, 1e300)]
    assert (np.diff(steps) > 0).all()
    assert np.isfinite(steps).all()


def test_a_model_that_says_nothing_still_has_a_domain():
    axes = learn_axes([lambda rows: np.zeros(len(rows))], X, LAYOUT)
    assert 0 < gap(axes, [0.0, 0, 0, 7], [1.0, 0, 0, 7]) < np.inf
    near = Neighbours(axes, X).query(X[:5], 3)
    assert_allclose(near.distance[:, 0], 0, atol=1e-15)


def test_targets_weigh_alike_whatever_their_units():
    small, large = (lambda rows: rows[:, 0]), (lambda rows: 1e9 * rows[:, 1])
    axes = learn_axes([small, large], X, LAYOUT)
    spans = [float(np.ptp(axis.places)) for axis in axes[:2]]
    assert_allclose(spans, [0.5, 0.5], rtol=0.2)


def brute(axes, reference, rows):
    places = [np.abs(a.place(rows)[:, None] - a.place(reference)[None]) for a in axes]
    gaps = [
        a.missing * (np.isnan(rows[:, a.feature])[:, None] != np.isnan(reference[:, a.feature])[None])
        for a in axes
    ]
    return np.sum(places + gaps, axis=0)


@pytest.mark.parametrize("reference", [X, GAPPED], ids=["whole", "gapped"])
def test_neighbours_are_those_of_a_full_search(reference):
    rows = GAPPED[:60] + np.array([0.01, 0.02, 0, 0])
    rows[3] = np.nan
    near = Neighbours(AXES, reference).query(rows, 7)
    full = brute(AXES, reference, rows)
    assert_allclose(near.distance, np.sort(full, axis=1)[:, :7], atol=1e-12)
    assert_allclose(np.take_along_axis(full, near.index, axis=1), near.distance, atol=1e-12)


def test_a_row_alone_has_the_neighbours_it_has_in_a_table():
    neighbours = Neighbours(AXES, GAPPED)
    whole = neighbours.query(X[:40], 20, threads=2)
    for i in (0, 13, 39):
        alone = neighbours.query(X[i : i + 1], 20)
        assert_array_equal(alone.distance[0], whole.distance[i])
        assert_array_equal(alone.index[0], whole.index[i])
    assert neighbours.query(X[:0], 20).distance.shape == (0, 20)
    assert Neighbours(AXES, X[:4]).query(X[:2], 20).index.shape == (2, 4)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(0, 1000))
def test_held_out_rows_have_no_neighbour_in_their_own_fold(n_folds, seed):
    fold = np.random.default_rng(seed).integers(0, n_folds, 40)
    near = held_out_near(AXES, GAPPED[:40], fold, 20)
    found = near.index >= 0
    assert (found == np.isfinite(near.distance)).all()
    assert (fold[near.index] != fold[:, None])[found].all()
    assert (found.sum(axis=1) == np.minimum(20, [(fold != f).sum() for f in fold])).all()


def test_the_score_is_a_share_of_held_out_rows():
    """0.95 is farther than 95 % of the held-out rows; groups are held out whole."""
    fold = np.arange(300) % 5
    near = held_out_near(AXES, X, fold, 20)
    held = np.sort(mean_distance(near))
    domain = Domain(AXES, X, np.arange(300), held, 300)
    at = Near(held[285:286, None], np.zeros((1, 1), np.intp))
    assert domain.score(at) == pytest.approx(285 / 300)
    assert np.mean(domain.score(near) >= 0.95) == pytest.approx(0.05)
    outside = domain.neighbours.query(np.array([[50.0, 40.0, np.nan, 7.0]]), 20)
    assert domain.score(outside) == 1.0
    assert not domain.is_sample

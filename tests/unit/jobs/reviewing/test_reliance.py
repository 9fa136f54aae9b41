"""Errors by distance to the data, and when measured coverage falls short."""

import numpy as np
import pytest

from nbml.jobs.reviewing.reliance import (
    errors_by_distance,
    falls_short,
    held_out_distance,
    highest_reachable,
    standard_error,
)
from nbml.ml.folds import plan_folds
from nbml.ml.models.base import Layout
from nbml.ml.reference import learn_reference
from nbml.spec.result import Coverage


@pytest.fixture(scope="module")
def reference():
    """A model that is the worse the farther out a row lies; the last row has no target."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2)) ** 3
    y = X[:, :1] + 0.0
    y[-1] = np.nan
    predicted = y[:, 0] + np.abs(X).sum(axis=1)
    return learn_reference(
        X, y, Layout((0, 0)), plan_folds(400), answers=[lambda rows: rows[:, 0] + rows[:, 1]],
        predictions={(0, "lightgbm"): predicted},
    )  # fmt: skip


def test_distances_are_those_the_domain_was_calibrated_on(reference):
    distance = held_out_distance(reference)
    assert len(np.unique(distance)) > 390
    assert (distance >= 0.95).sum() == 20


def test_far_rows_are_told_apart_and_every_row_counts_once(reference):
    bands, far = errors_by_distance(reference, (0, "lightgbm"), held_out_distance(reference))
    assert sum(band.n_rows for band in bands) == 399
    assert (bands[0].low, bands[-1].high) == (0.0, 1.0)
    errors = [band.error for band in bands]
    assert errors == sorted(errors)
    assert far.n_rows == bands[-1].n_rows
    assert far.error == pytest.approx(bands[-1].error)
    assert far.error > 2 * far.others
    assert not far.is_few


def test_says_nothing_of_a_model_it_does_not_know(reference):
    assert errors_by_distance(reference, (1, "mlp"), held_out_distance(reference)) == ((), None)


def coverage(share, n_units=100, level=0.9):
    return Coverage(
        level=level, share=share, of_rows=share, median_width=1.0, worst_case=0.8, n_rows=n_units,
        n_units=n_units, is_grouped=False, is_reachable=share is not None, is_local=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "n_units", "short"),
    [(0.90, 100, False), (0.86, 100, False), (0.80, 100, True), (0.88, 10_000, True), (None, 5, False)],
)
def test_coverage_falls_short_only_beyond_chance(share, n_units, short):
    assert falls_short(coverage(share, n_units)) is short


def test_a_share_of_few_is_loose():
    assert standard_error(coverage(1.0, 9)) == pytest.approx(0.1)
    assert standard_error(coverage(None, 5)) is None
    assert highest_reachable([coverage(0.9, 9)]) == 0.9
    assert highest_reachable([]) == 0

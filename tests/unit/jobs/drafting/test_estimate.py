"""An estimate is a range that holds what was measured, and grows with the work."""

import pytest

from nbml.jobs.drafting.estimate import COLD_START_S, estimate, fit_seconds, rounded
from nbml.ml.models.base import Shape

USUAL = {
    "models": ("lightgbm",),
    "n_targets": 1,
    "n_folds": 5,
    "trials": 30,
    "open_trials": 4,
    "timeout_s": None,
    "workers": 2,
    "is_cold": False,
}
CONCRETE = Shape(1030, 8, 824)

# Rows and columns of docs/models.md, "What it reaches": processor seconds of 150 fits.
MEASURED = [
    ("lightgbm", 1030, 8, 5),
    ("catboost", 1030, 8, 12),
    ("xgboost", 1030, 8, 7),
    ("mlp", 1030, 8, 86),
    ("lightgbm", 9568, 4, 25),
    ("catboost", 9568, 4, 59),
    ("xgboost", 9568, 4, 37),
    ("lightgbm", 4177, 8, 6),
    ("catboost", 4177, 8, 17),
    ("mlp", 308, 6, 32),
    ("mlp", 103, 7, 23),
]


@pytest.mark.parametrize(("family", "rows", "columns", "seconds"), MEASURED)
def test_measured_searches_lie_within_the_range(family, rows, columns, seconds):
    each = seconds / 150
    assert each / 2.2 <= fit_seconds(family, Shape(rows, columns, round(rows * 0.8))) <= each * 2.2


def test_more_work_takes_longer():
    def high(**changes):
        return estimate(CONCRETE, **{**USUAL, **changes}).high_s

    assert high() < high(trials=300) < high(trials=300, models=("lightgbm", "catboost"))
    assert high(trials=300, n_targets=2) > high(trials=300)
    assert high(trials=300, workers=8) < high(trials=300)
    assert high(is_cold=True) > high()


def test_a_cold_start_is_told_apart():
    made = estimate(CONCRETE, **{**USUAL, "is_cold": True})
    assert made.start_s == COLD_START_S
    assert made.low_s < made.high_s
    assert made.fits == 150


def test_a_limit_bounds_the_search():
    made = estimate(CONCRETE, **{**USUAL, "trials": None, "timeout_s": 60})
    assert made.fits is None
    assert made.is_limited
    assert 60 <= made.low_s <= made.high_s <= 120
    assert not estimate(CONCRETE, **{**USUAL, "timeout_s": 36_000}).is_limited


@pytest.mark.parametrize("seconds", [0.4, 7, 59, 61, 3599, 3601, 1e6])
def test_round_figures(seconds):
    assert rounded(seconds, up=True) >= min(seconds, 1e7)
    assert rounded(seconds, up=False) <= max(seconds, 1)

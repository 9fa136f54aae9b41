"""Numbers in digits that their spread supports."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.cli.figures import duration, fold_spread, number, plus_minus


@pytest.mark.parametrize(
    ("value", "spread", "words"),
    [
        (3.8971, 0.31, "3.9 ± 0.3"),
        (3.8971, 0.14, "3.90 ± 0.14"),
        (3.8971, 0.096, "3.90 ± 0.10"),
        (54.32, 2.6, "54 ± 3"),
        (12345.6, 678.0, "12300 ± 700"),
        (0.8712, 0.0234, "0.87 ± 0.02"),
        (53.8123, None, "53.81"),
        (53.8123, 0.0, "53.81 ± 0.00"),
        (0.0, 0.2, "0.0 ± 0.2"),
        (1.5e9, 2e8, "1.5e+09 ± 2e+08"),
        (None, None, "-"),
        (math.nan, 1.0, "-"),
    ],
)
def test_plus_minus(value, spread, words):
    assert plus_minus(value, spread) == words


@given(
    st.floats(allow_nan=True, allow_infinity=True), st.none() | st.floats(min_value=0, allow_infinity=True)
)
def test_any_number_has_words(value, spread):
    assert plus_minus(value, spread)


@given(st.floats(min_value=-1e6, max_value=1e6), st.integers(-3, 6))
def test_rounding_keeps_the_number(value, places):
    if abs(value) >= 1e-4:
        assert abs(float(number(value, places)) - value) <= 0.5 * 10.0**-places + 1e-9


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.949, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_duration(seconds, words):
    assert duration(seconds) == words


def test_fold_spread_counts_defined_folds_only():
    assert fold_spread((1.0, None, 3.0)) == pytest.approx(math.sqrt(2))
    assert fold_spread((1.0, None)) is None

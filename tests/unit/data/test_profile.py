"""Profiles of columns: counts that add up whatever the values, quartiles as numpy's, levels by size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import nbml
from nbml.data.profile import bins, counted, profile

ANY = st.floats(width=64)


@given(arrays(np.float64, st.integers(0, 60), elements=ANY))
def test_every_row_is_in_a_bar_or_missing_or_infinite(values):
    (found,) = profile(pd.DataFrame({"x": values}))
    assert sum(found.bars) + found.n_missing + found.n_infinite == values.size
    assert np.all(np.isfinite(found.edges))
    assert list(found.edges) == sorted(found.edges)


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e150, 1e150)))
def test_quartiles_are_numpys(values):
    (found,) = profile(pd.DataFrame({"x": values}))
    expected = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    assert found.quantiles == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e6, 1e6)), st.integers(1, 40))
@example(np.array([-1e-294, -1e-84, -1e-24, 999_999.0, -1e-198, -999_999.0]), 10)
def test_bars_are_numpys_histogram(values, most):
    edges = bins(values, most)
    expected, _ = np.histogram(values, edges)
    ours = counted(values, edges)
    assert ours.sum() == expected.sum() == values.size
    # A value at an edge may fall to either side by rounding; never further.
    gaps = np.abs(values[:, None] - np.asarray(edges)).min(axis=1)
    at_an_edge = gaps <= 1e-12 * np.abs(edges).max()
    assert np.abs(np.cumsum(ours) - np.cumsum(expected)).max() <= at_an_edge.sum()


def test_whole_numbers_over_a_short_range_get_a_bar_each():
    (found,) = profile(pd.DataFrame({"grade": [3, 4, 4, 7]}))
    assert found.edges == (2.5, 3.5, 4.5, 5.5, 6.5, 7.5)
    assert found.bars == (1, 2, 0, 0, 1)


@pytest.mark.parametrize("value", [0.0, -3.5, 1e308, -1e308, 5e-324, 2.0**60])
def test_one_value_is_one_bar(value):
    (found,) = profile(pd.DataFrame({"x": [value] * 4}))
    assert found.bars == (4,)
    assert found.edges[0] <= value <= found.edges[1]


def test_the_whole_range_of_floats_does_not_overflow():
    """D38"""
    (found,) = profile(pd.DataFrame({"x": [-1.7e308, 0.0, 1.7e308]}))
    assert sum(found.bars) == 3
    assert found.spread is None


def test_levels_by_size_with_what_is_not_seen_escaped():
    (found,) = profile(pd.DataFrame({"c": ["b", "a", "b", None, "\u202ex"]}))
    assert found.shape == "levels"
    assert [(entry.level, entry.rows) for entry in found.levels] == [("b", 2), ("a", 1), ("\\u202ex", 1)]
    assert (found.n_missing, found.n_levels) == (1, 3)


def test_times_are_a_range_in_milliseconds():
    frame = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", "2024-01-02", None])})
    (found,) = profile(nbml.read(frame).frame)
    assert found.edges[0] == pd.Timestamp("2024-01-01").timestamp() * 1e3
    assert (sum(found.bars), found.n_missing) == (2, 1)


def test_columns_without_a_value_are_empty():
    """D21"""
    frame = nbml.read(pd.DataFrame({"a": [None, None], "b": [np.nan, np.nan], "c": [np.inf, np.nan]})).frame
    assert [found.shape for found in profile(frame)] == ["empty"] * 3


def test_only_the_columns_asked_for_are_looked_at():
    frame = pd.DataFrame({"a": [1.0], "b": ["x"]})
    assert [found.position for found in profile(frame, [1])] == [1]
    with pytest.raises(IndexError):
        profile(frame, [2])

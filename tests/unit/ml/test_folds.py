"""Folds: the plan's own, grouped, given; no group is ever on both sides."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.errors import DataError
from nbml.ml.folds import Folds, given_folds, grouped_folds, make_folds, plan_folds

GROUPS = st.lists(st.sampled_from([f"lot {i}" for i in range(25)]), min_size=2, max_size=120).filter(
    lambda rows: len(set(rows)) > 1
)


def assert_partition(folds: Folds, n_rows: int) -> None:
    times_held_out = np.zeros(n_rows, dtype=int)
    for k in range(folds.n_folds):
        held, train = folds.held_out(k), folds.train(k)
        assert held.size
        assert train.size
        assert np.array_equal(np.sort(np.concatenate([held, train])), np.arange(n_rows))
        times_held_out[held] += 1
    assert (times_held_out == 1).all()


@pytest.mark.parametrize("n_rows", [5, 6, 103, 442, 1030])
def test_plan_folds_are_those_of_the_plan(n_rows):
    """The plan's own lines, bit for bit: tile, cut, shuffle by default_rng(42)."""
    values = np.tile(np.arange(1, 6), n_rows // 5 + 1)[:n_rows]
    np.random.default_rng(seed=42).shuffle(values)
    folds = plan_folds(n_rows)
    assert [folds.names[k] for k in folds.assignment] == [f"cv{v}" for v in values]
    assert folds.names == ("cv1", "cv2", "cv3", "cv4", "cv5")
    assert folds.assignment.dtype == np.int32


def test_plan_folds_are_frozen_in_time():
    """A stored run's folds must come back the same from every later version."""
    assert plan_folds(12).assignment.tolist() == [0, 2, 1, 4, 1, 3, 0, 2, 4, 0, 1, 3]


@given(st.integers(2, 300), st.integers(2, 12), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_plan_folds_partition_and_balance(n_rows, n_folds, seed):
    if n_rows < n_folds:
        with pytest.raises(DataError, match="NBML-D11"):
            plan_folds(n_rows, n_folds, seed)
        return
    folds = plan_folds(n_rows, n_folds, seed)
    assert_partition(folds, n_rows)
    assert np.ptp(folds.sizes) <= 1


@given(GROUPS, st.sampled_from([None, "logo", 2, 3, 5]), st.integers(0, 99))
@settings(deadline=None)
def test_no_group_on_both_sides(groups, n_folds, seed):
    n_groups = len(set(groups))
    if isinstance(n_folds, int) and n_groups < n_folds:
        with pytest.raises(DataError, match="NBML-D13"):
            grouped_folds(groups, n_folds, seed)
        return
    folds = grouped_folds(groups, n_folds, seed)
    assert_partition(folds, len(groups))
    rows = np.array(groups)
    for k in range(folds.n_folds):
        assert not set(rows[folds.held_out(k)]) & set(rows[folds.train(k)])
    if folds.scheme == "grouped":
        assert np.ptp(folds.sizes) <= max(Counter(groups).values())
    else:
        assert folds.n_folds == n_groups


@given(GROUPS, st.sampled_from([None, "logo", 2]), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_groups_fold_does_not_depend_on_row_order(groups, n_folds, random):
    order = list(range(len(groups)))
    random.shuffle(order)
    straight = grouped_folds(groups, n_folds)
    shuffled = grouped_folds([groups[i] for i in order], n_folds)
    assert np.array_equal(straight.assignment[order], shuffled.assignment)
    assert straight.names == shuffled.names


def test_ten_groups_are_left_out_one_by_one_eleven_are_not():
    ten = grouped_folds([f"g{i % 10}" for i in range(40)])
    assert ten.scheme == "leave-one-group-out"
    assert ten.names == tuple(f"g{i}" for i in range(10))
    eleven = grouped_folds([f"g{i % 11}" for i in range(44)])
    assert eleven.scheme == "grouped"
    assert eleven.names == ("cv1", "cv2", "cv3", "cv4", "cv5")


def test_equal_groups_are_drawn_by_the_seed():
    groups = [f"g{i % 30:02d}" for i in range(60)]
    a, b, c = (grouped_folds(groups, seed=s).assignment for s in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_number_like_group_names_stand_in_number_order():
    assert grouped_folds(["10", "9", "x", "2.5"]).names == ("2.5", "9", "10", "x")


def test_groups_are_text_as_read():
    """D16: 00123 and 123 are two groups; dates and floats are compared as their text."""
    assert grouped_folds(["00123", "123", "00123"]).names == ("00123", "123")
    assert grouped_folds([1.5, 2.5, 1.5]).names == ("1.5", "2.5")


def test_one_group():
    """D12: one group only cannot be held out."""
    with pytest.raises(DataError, match="lot A") as caught:
        grouped_folds(["lot A"] * 8)
    assert caught.value.code == "NBML-D12"


def test_fewer_groups_than_folds():
    """D13: both numbers are said."""
    with pytest.raises(DataError) as caught:
        grouped_folds(["a", "b", "c"] * 4, 5)
    assert caught.value.code == "NBML-D13"
    assert caught.value.fields == {"groups": 3, "folds": 5}


MISSING = [None, np.nan, pd.NA, pd.NaT, np.float32("nan"), np.datetime64("NaT")]


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_missing_group(missing):
    """D15: every kind of missing value has the same code, and the row is named from 1."""
    with pytest.raises(DataError) as caught:
        grouped_folds(["a", "b", missing, "a"])
    assert caught.value.code == "NBML-D15"
    assert caught.value.fields == {"count": 1, "rows": [3]}


def test_rows_and_folds():
    """D10, D11: too few rows, too few folds."""
    for n_rows in (0, 1):
        with pytest.raises(DataError, match="NBML-D10"):
            make_folds(n_rows)
        with pytest.raises(DataError, match="NBML-D10"):
            make_folds(n_rows, groups=["a"] * n_rows)
        with pytest.raises(DataError, match="NBML-D10"):
            make_folds(n_rows, fold_column=["a"] * n_rows)
    with pytest.raises(DataError, match="NBML-D11"):
        make_folds(4)
    with pytest.raises(DataError, match="NBML-D55"):
        make_folds(40, n_folds=1)
    with pytest.raises(DataError, match="NBML-D55"):
        make_folds(4, groups=["a", "b"] * 2, n_folds=0)
    with pytest.raises(DataError, match="NBML-D58"):
        make_folds(40, n_folds="logo")


def test_given_folds():
    folds = given_folds([2, 1, 10, 1])
    assert folds.names == ("1", "2", "10")
    assert folds.assignment.tolist() == [1, 0, 2, 0]
    assert folds.scheme == "given"
    with pytest.raises(DataError, match="NBML-D54"):
        given_folds([1, None])
    with pytest.raises(DataError, match="NBML-D56"):
        given_folds(["x", "x"])


def test_a_fold_column_overrides_but_may_not_part_a_group():
    groups = ["a", "a", "b", "b"]
    assert make_folds(4, groups=groups, fold_column=["u", "u", "v", "v"]).names == ("u", "v")
    with pytest.raises(DataError) as caught:
        make_folds(4, groups=groups, fold_column=["u", "v", "v", "v"])
    assert caught.value.code == "NBML-D57"
    assert caught.value.fields["groups"] == ["a"]


def test_make_folds_by_default():
    assert make_folds(20).scheme == "shuffled"
    assert make_folds(20, n_folds=4).n_folds == 4
    assert make_folds(4, groups=np.array(["a", "b"] * 2, dtype=object)).scheme == "leave-one-group-out"
    with pytest.raises(ValueError, match="3 values for 4 rows"):
        make_folds(4, groups=["a", "b", "c"])


def test_the_assignment_is_a_copy_and_read_only():
    """D44: what a caller does to their array later changes nothing."""
    source = np.array([0, 1, 0], dtype=np.int32)
    folds = Folds(source, ("a", "b"), "given")
    source[:] = 1
    assert folds.assignment.tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match="read-only"):
        folds.assignment[0] = 1

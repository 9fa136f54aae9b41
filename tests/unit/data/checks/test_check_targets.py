"""Checks of the target: D1, D2, D3, D6, D7, D38, D41."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def codes(found):
    return [(finding.code, finding.severity) for finding in found]


def test_a_harmless_table_has_no_findings(recipe, check):
    assert check(recipe, group="lot") == ()
    assert check(recipe) == ()


def test_d1_missing_target(recipe, check):
    recipe.loc[[3, 7, 8, 20, 30, 31], "y"] = np.nan
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D01", "error", ("y",))
    assert finding.fields == {"column": "y", "count": 6, "rows": [4, 8, 9, 21, 31]}
    assert "6 rows" in finding.message
    assert "4, 8, 9, 21, 31" in finding.message


def test_d1_missing_target_left_out_on_choice(recipe, check):
    recipe.loc[[3, 7], "y"] = np.nan
    (finding,) = check(recipe, missing_target="drop")
    assert (finding.code, finding.severity) == ("NBML-D59", "warning")
    assert finding.fields["count"] == 2


def test_d1_no_target_value_at_all(recipe, check):
    recipe["y"] = np.nan
    assert codes(check(recipe)) == [("NBML-D01", "error")]
    assert ("NBML-D10", "error") in codes(check(recipe, missing_target="drop"))
    recipe.loc[:, "z"] = recipe["heat"] ** 2 + 1
    assert ("NBML-D66", "error") in codes(check(recipe, targets=["y", "z"], missing_target="drop"))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300, -3.5e38])
def test_d2_target_infinite_or_beyond_single_precision(recipe, check, value):
    recipe.loc[11, "y"] = value
    (finding,) = check(recipe)
    assert (finding.code, finding.severity) == ("NBML-D02", "error")
    assert finding.fields["rows"] == [12]


@pytest.mark.parametrize(("value", "shown"), [(5.0, "5"), (0.1, "0.1"), (0.0, "0")])
def test_d3_constant_target_with_its_value(recipe, check, value, shown):
    recipe["y"] = value
    (finding,) = check(recipe)
    assert (finding.code, finding.severity) == ("NBML-D03", "error")
    assert f"is {shown} in every row" in finding.message


def test_d3_constant_where_it_is_known(recipe, check):
    recipe["y"] = 2.0
    recipe.loc[5, "y"] = np.nan
    assert codes(check(recipe)) == [("NBML-D01", "error"), ("NBML-D03", "error")]


def test_d6_text_target(recipe, check):
    recipe["y"] = recipe["y"].round(3).astype(str)
    recipe.loc[9, "y"] = "< 0.01"
    (finding,) = check(recipe, kinds={"y": "text"})
    assert (finding.code, finding.severity) == ("NBML-D06", "error")
    assert finding.fields == {"column": "y", "count": 59, "rows": 60, "row": 10, "value": "< 0.01"}


def test_d6_numbers_written_as_text(recipe, check):
    recipe["y"] = recipe["y"].round(3).astype(str)
    (finding,) = check(recipe, kinds={"y": "text"})
    assert finding.code == "NBML-D67"
    assert 'kinds={"y": "number"}' in finding.next_step


def test_d6_date_target(recipe, check):
    recipe["y"] = pd.date_range("2024-01-01", periods=60)
    assert ("NBML-D06", "error") in codes(check(recipe))


@pytest.mark.parametrize("dtype", [bool, "boolean", object])
def test_d6_boolean_target_is_0_and_1(recipe, check, dtype):
    recipe["y"] = (recipe["y"] > 0).astype(dtype)
    found = check(recipe, kinds={"y": "boolean"})
    assert codes(found) == [("NBML-D07", "warning")]
    assert found[0].fields["values"] == [0, 1]


def test_d7_few_values(recipe, check):
    recipe["y"] = np.random.default_rng(0).integers(3, size=60) + 0.5
    (finding,) = check(recipe)
    assert (finding.code, finding.severity) == ("NBML-D07", "warning")
    assert finding.fields["values"] == [0.5, 1.5, 2.5]


def test_d7_a_short_table_of_whole_numbers_is_no_class(recipe, check):
    recipe["y"] = np.arange(60) % 9
    assert check(recipe) == ()


@pytest.mark.parametrize("shift", [1e12, -1e12])
def test_d38_target_whose_differences_vanish(recipe, check, shift):
    recipe["y"] = recipe["y"] + shift
    assert codes(check(recipe)) == [("NBML-D61", "error")]


def test_d41_targets_with_values_in_different_rows(recipe, check):
    recipe["z"] = np.exp(recipe["load"]) + recipe["heat"]
    recipe.loc[[0, 1], "y"] = np.nan
    recipe.loc[[1, 2, 3], "z"] = np.nan
    assert codes(check(recipe, targets=["y", "z"])) == [("NBML-D01", "error")] * 2
    found = check(recipe, targets=["y", "z"], missing_target="drop")
    assert [finding.code for finding in found] == ["NBML-D59", "NBML-D59", "NBML-D41"]
    assert found[-1].fields == {"targets": ["y", "z"], "counts": [58, 57]}
    recipe["z"] = recipe["y"] ** 3 + recipe["speed"]
    assert "NBML-D41" not in [f.code for f in check(recipe, targets=["y", "z"], missing_target="drop")]

"""Checks of rows, groups and fold column: D10 to D17, D42; the same codes as the folds themselves raise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbml.data.checks import split
from nbml.errors import DataError
from nbml.ml import folds


def codes(found):
    return [finding.code for finding in found]


def folds_raise(frame, group=None, fold_column=None, n_folds=None):
    """The code that making the folds raises, or None."""
    column = {name: None if name is None else frame[name].to_numpy() for name in (group, fold_column)}
    try:
        folds.make_folds(len(frame), groups=column[group], fold_column=column[fold_column], n_folds=n_folds)
    except DataError as error:
        return error.code
    return None


CASES = {
    "D10 no row": (lambda f: f.iloc[:0], {}, "NBML-D10"),
    "D10 one row": (lambda f: f.iloc[:1], {}, "NBML-D10"),
    "D11 rows < folds": (lambda f: f.iloc[:4], {}, "NBML-D11"),
    "D11 rows < asked folds": (lambda f: f, {"n_folds": 61}, "NBML-D11"),
    "D12 one group": (lambda f: f.assign(lot="A"), {"group": "lot"}, "NBML-D12"),
    "D13 groups < folds": (lambda f: f, {"group": "lot", "n_folds": 13}, "NBML-D13"),
    "D15 missing group": (lambda f: f.assign(lot=f["lot"].mask(f.index == 4)), {"group": "lot"}, "NBML-D15"),
    "D15 NaN group": (lambda f: f.assign(lot=np.r_[np.nan, np.arange(59.0)]), {"group": "lot"}, "NBML-D15"),
    "one fold asked": (lambda f: f, {"n_folds": 1}, "NBML-D55"),
    "logo without group": (lambda f: f, {"n_folds": "logo"}, "NBML-D58"),
    "missing fold": (lambda f: f.assign(lot=f["lot"].mask(f.index == 4)), {"fold_column": "lot"}, "NBML-D54"),
    "one fold given": (lambda f: f.assign(lot="A"), {"fold_column": "lot"}, "NBML-D56"),
    "fold parts a group": (
        lambda f: f.assign(cv=np.arange(60) % 7),
        {"group": "lot", "fold_column": "cv"},
        "NBML-D57",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_split_that_cannot_be(case, recipe, check):
    change, options, code = CASES[case]
    frame = change(recipe)
    found = check(frame, **options)
    assert (found[0].code, found[0].severity) == (code, "error")
    assert folds_raise(frame, **options) == code


LOGO = {"group": "lot", "n_folds": "logo"}
POSSIBLE = [{}, {"n_folds": 60}, {"group": "lot"}, LOGO, {"fold_column": "lot"}]


@pytest.mark.parametrize("options", POSSIBLE, ids=str)
def test_a_split_that_can_be(options, recipe, check):
    assert check(recipe, **options) == ()
    assert folds_raise(recipe, **options) is None


def test_the_limit_of_leave_one_group_out_is_one_number():
    assert split.LOGO_LIMIT == folds.LOGO_LIMIT


def test_d10_only_rows_with_a_target_count(recipe, check):
    recipe.loc[3:, "y"] = np.nan
    found = check(recipe, missing_target="drop")
    assert (found[0].code, found[0].fields["rows"]) == ("NBML-D11", 3)


def test_d12_only_rows_with_a_target_count(recipe, check):
    recipe.loc[recipe["lot"] != "lot 3", "y"] = np.nan
    found = check(recipe, group="lot", missing_target="drop")
    assert (found[0].code, found[0].fields) == ("NBML-D12", {"group": "lot 3", "rows": 5})
    assert check(recipe, fold_column="lot", missing_target="drop")[0].code == "NBML-D56"


def test_d10_no_feature(recipe, check):
    assert codes(check(recipe[["y"]])) == ["NBML-D60"]
    assert codes(check(recipe.assign(heat=1, load=2, speed=3)[["heat", "load", "speed", "y"]])) == [
        "NBML-D60",
        "NBML-D22",
        "NBML-D22",
        "NBML-D22",
    ]


def test_d14_one_group_with_most_rows(recipe, check):
    recipe["lot"] = np.where(np.arange(60) < 57, "A", "B")
    (finding,) = check(recipe, group="lot")
    assert (finding.code, finding.severity) == ("NBML-D14", "warning")
    assert finding.fields == {"column": "lot", "group": "A", "rows": 57, "percent": 95}


def test_d14_groups_of_one_row(recipe, check):
    recipe["lot"] = ["A", *["B"] * 29, *["C"] * 30]
    (finding,) = check(recipe, group="lot")
    assert (finding.code, finding.fields["groups"]) == ("NBML-D64", ["A"])
    recipe["lot"] = [f"lot {i}" for i in range(60)]
    assert codes(check(recipe, group="lot")) == ["NBML-D65"]


def test_d14_single_rows_do_no_harm_in_balanced_folds(recipe, check):
    recipe.loc[0, "lot"] = "alone"
    assert check(recipe, group="lot") == ()


def test_d16_groups_are_text_as_read(recipe, check):
    recipe["lot"] = np.where(np.arange(60) % 2, "00123", "123")
    (finding,) = check(recipe, group="lot")
    assert (finding.code, finding.severity) == ("NBML-D73", "warning")
    assert finding.fields == {"column": "lot", "count": 1, "groups": ["'123' = '00123'"]}
    recipe["lot"] = pd.date_range("2024-01-01", periods=6).repeat(10)
    assert check(recipe, group="lot") == ()


def test_d16_groups_spelled_in_several_ways(recipe, check):
    """A lot written as L1 and as l1 with a blank is in training and in its own test."""
    recipe["lot"] = [["L1", "l1 ", "Ｌ1", "1.10", "1.1", "1e0"][i % 6] for i in range(60)]
    (finding,) = check(recipe, group="lot")
    assert finding.code == "NBML-D73"
    assert finding.fields["groups"] == ["'L1' = 'l1 ' = 'Ｌ1'", "'1.10' = '1.1'"]
    recipe["lot"] = [[1.5, 2.5, 10.0][i % 3] for i in range(60)]
    assert check(recipe, group="lot") == ()


@pytest.mark.parametrize("part", ["group", "fold_column"])
def test_r24_what_cannot_be_compared_makes_no_groups(part, recipe, check):
    (finding,) = check(recipe, {"lot": "unsupported"}, **{part: "lot"})
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D72", "error", ("lot",))


def test_d17_group_or_fold_column_as_feature(recipe, check):
    (finding,) = check(recipe, group="lot", features=["heat", "lot"])
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D17", "warning", ("lot",))
    assert codes(check(recipe, fold_column="lot", features=["heat", "lot"])) == ["NBML-D17"]


@pytest.mark.parametrize("name", ["Year", "yr", "製造年", "日付", "production date", "TIMESTAMP"])
def test_d42_time_and_random_folds(name, recipe, check):
    recipe[name] = np.arange(60) % 4 + 2020
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D42", "warning", (name,))
    assert check(recipe, group="lot") == ()


def test_d42_date_column_that_is_no_feature(recipe, check):
    recipe["made"] = pd.date_range("2024-01-01", periods=60)
    assert codes(check(recipe)) == ["NBML-D42"]


def test_d42_names_that_only_look_like_time(recipe, check):
    assert check(recipe.rename(columns={"heat": "update", "load": "yearning", "speed": "candidate"})) == ()

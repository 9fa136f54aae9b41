"""Features that give the target away, alone or in pairs (D19), rows that repeat (D18), mixtures (D43)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.data.checks import find_mixtures
from nbml.data.checks.sums import find_sums


def codes(found):
    return [finding.code for finding in found]


@pytest.fixture
def table():
    """Two hundred rows of four noise features and a target that is two of them and noise."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(10, 2, size=(200, 4)), columns=list("abcd"))
    frame["y"] = frame["a"] * 2 + frame["b"] + rng.normal(size=200)
    return frame


def test_d19_an_equal_copy_stops(table, check):
    table["copy"] = table["y"]
    table.loc[5, "copy"] = np.nan
    (finding,) = check(table)
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D70", "error", ("copy", "y"))
    assert finding.fields["rows"] == 199


ALONE = {
    "scaled": lambda y: 3 - 2 * y,
    "scaled with noise": lambda y: y + np.random.default_rng(0).normal(0, 0.02 * y.std(), y.size),
    "logarithm": lambda y: np.log(y),
    "steep": lambda y: np.exp(y),
    "falling": lambda y: 1 / y,
    "ranks": lambda y: y.rank(),
    "in single precision": lambda y: y.astype(np.float32),
}


@pytest.mark.parametrize("name", ALONE)
def test_d19_one_feature_alone(name, table, check):
    table["leak"] = ALONE[name](table["y"])
    (finding,) = check(table)
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D19", "warning", ("leak", "y"))


def test_d19_a_curve_that_turns(check):
    """Not monotone, but one feature explains the target all the same."""
    x = np.random.default_rng(0).uniform(-3, 3, 3000)
    assert codes(check(pd.DataFrame({"x": x, "z": x[::-1] ** 3, "y": x**2}))) == ["NBML-D19"]


def test_d19_levels_that_tell(table, check):
    table["grade"] = np.where(table["y"] > table["y"].median(), "high", "low")
    assert check(table) == ()
    table["y"] = np.where(table["grade"] == "high", 10.0, 2.0) + 1e-3 * table["a"]
    (finding,) = check(table)
    assert (finding.code, finding.columns) == ("NBML-D19", ("grade", "y"))


PAIRS = {
    "total = part_a + part_b": lambda a, b: a + b,
    "total = part_a − part_b": lambda a, b: a - b,
    "total = part_a − part_b + 7": lambda a, b: a - b + 7,
    "total = −part_a − part_b": lambda a, b: -a - b,
}


@pytest.mark.parametrize("relation", PAIRS)
def test_d19_sum_or_difference_of_two(relation, table, check):
    rng = np.random.default_rng(1)
    table["part_a"], table["part_b"] = rng.gamma(2, 5, 200), rng.gamma(2, 9, 200)
    table["total"] = PAIRS[relation](table["part_a"], table["part_b"])
    (finding,) = check(table, targets=["total"], features=[*"abcd", "part_a", "part_b"])
    assert (finding.code, finding.severity) == ("NBML-D19", "warning")
    assert finding.columns == ("part_a", "part_b", "total")
    assert finding.fields["relation"] == relation


def test_d19_a_sum_with_gaps_and_rounding(table, check):
    rng = np.random.default_rng(1)
    table["a"], table["b"] = rng.gamma(2, 5, 200).round(1), rng.gamma(2, 9, 200).round(1)
    table["y"] = (table["a"] + table["b"]).round(0)
    assert check(table) == ()
    table["y"] = (table["a"] + table["b"]).round(1)
    table.loc[::9, "a"] = np.nan
    table.loc[::7, "c"] = np.nan
    (finding,) = check(table)
    assert finding.fields["relation"] == "y = a + b"


@given(st.integers(0, 10**6), st.integers(2, 60), st.sampled_from([(1, 1), (1, -1), (-1, 1)]))
@settings(max_examples=40, deadline=None)
def test_d19_a_planted_pair_is_found_and_no_other(seed, n_columns, signs):
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.5, 5, n_columns)
    columns = {f"x{i}": rng.normal(size=300) * scale for i, scale in enumerate(scales)}
    one, other = rng.permutation(n_columns)[:2]
    y = signs[0] * columns[f"x{one}"] + signs[1] * columns[f"x{other}"]
    (pair,) = find_sums(y, columns)
    assert dict(zip(pair.names, pair.signs, strict=True)) == {f"x{one}": signs[0], f"x{other}": signs[1]}
    assert find_sums(y + rng.normal(0, 0.05 * y.std(), 300), columns) == []


def test_d19_flags_that_imply_a_two_valued_target(check):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(2000, 2)), columns=["heat", "load"])
    frame["worn"] = (rng.random(2000) < 0.02).astype(int)
    frame["broken"] = np.where(rng.random(2000) < 0.02, "yes", "no")
    frame["seen"] = (rng.random(2000) < 0.02).astype(int)
    frame["safe"] = rng.random(2000) < 0.5
    frame["y"] = ((frame["worn"] == 1) | (frame["broken"] == "yes")).astype(int)
    frame.loc[frame["safe"], "y"] = 0
    frame.loc[(frame["worn"] == 1) | (frame["broken"] == "yes"), "y"] = 1
    found = check(frame)
    assert codes(found) == ["NBML-D07", "NBML-D19", "NBML-D71"]
    assert found[1].columns == ("worn", "broken", "y")
    assert found[1].fields["relation"] == "worn = 1 ⇒ y = 1; broken = yes ⇒ y = 1"
    assert found[2].columns == ("seen",)


def test_d19_a_setting_that_never_fails_is_no_leak(check):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"heat": rng.normal(size=2000), "slow": rng.random(2000) < 0.5})
    frame["y"] = (~frame["slow"] & (rng.random(2000) < 0.1)).astype(int)
    assert codes(check(frame)) == ["NBML-D07"]


def test_d18_repeated_rows(recipe, check):
    frame = pd.concat([recipe, recipe.iloc[[4, 4, 9]]], ignore_index=True)
    (finding,) = check(frame)
    assert (finding.code, finding.severity) == ("NBML-D18", "warning")
    assert finding.fields == {"count": 3, "rows": [5, 10]}


def test_d18_copies_that_a_group_holds_together(recipe, check):
    frame = pd.concat([recipe, recipe.iloc[[4, 4, 9]]], ignore_index=True)
    assert check(frame, group="lot") == ()
    frame.loc[61, "lot"] = "lot 0"
    (finding,) = check(frame, group="lot")
    assert (finding.code, finding.fields) == ("NBML-D69", {"column": "lot", "count": 2})
    assert codes(check(frame, fold_column="lot")) == ["NBML-D69"]


def test_d18_same_features_and_another_target_are_repeats_of_the_experiment(recipe, check):
    frame = pd.concat([recipe, recipe.iloc[[4, 9]]], ignore_index=True)
    frame.loc[60:, "y"] += 0.1
    assert check(frame) == ()


def test_d18_missing_values_and_minus_zero_are_equal(recipe, check):
    recipe.loc[:1, ["heat", "load"]] = [[np.nan, 0.0], [np.nan, -0.0]]
    recipe.loc[:1, "speed"], recipe.loc[:1, "y"], recipe.loc[:1, "lot"] = 1.0, 2.0, "lot 1"
    assert codes(check(recipe)) == ["NBML-D18"]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans()), min_size=12, max_size=60))
@settings(max_examples=40, deadline=None)
def test_d18_the_count_is_that_of_pandas(rows):
    from nbml.data.checks.duplicates import check_duplicates
    from nbml.data.checks.view import TrainingView
    from nbml.spec.columns import Column, ColumnSheet

    frame = pd.DataFrame(rows, columns=["x", "c", "y"])
    kinds = {"x": "integer", "c": "category", "y": "boolean"}
    sheet = ColumnSheet(columns=tuple(Column(name=n, position=0, kind=k) for n, k in kinds.items()))
    found = list(check_duplicates(TrainingView(frame, sheet, ("y",), ("x", "c"), None, None)))
    assert sum(finding.fields["count"] for finding in found) == frame.duplicated().sum()


def parts_of(total, n_parts, seed=0):
    shares = np.random.default_rng(seed).dirichlet(np.ones(n_parts), size=80) * total
    return {f"part {i}": share for i, share in enumerate(shares.T)}


@pytest.mark.parametrize("total", [1, 100])
@pytest.mark.parametrize("n_parts", [2, 3, 7])
def test_d43_parts_that_sum_to_a_whole(total, n_parts):
    rng = np.random.default_rng(9)
    columns = {"heat": rng.random(80), **parts_of(total, n_parts), "time": rng.random(80) * total}
    (mixture,) = find_mixtures(columns)
    assert mixture.parts == tuple(f"part {i}" for i in range(n_parts))
    assert (mixture.total, mixture.tolerance) == (total, 0.0)


def test_d43_parts_that_do_not_stand_side_by_side():
    rng = np.random.default_rng(9)
    columns = parts_of(100, 4)
    shuffled = {"part 0": columns["part 0"], "heat": rng.random(80) * 50, **columns, "load": rng.random(80)}
    (mixture,) = find_mixtures(shuffled)
    assert mixture.parts == ("part 0", "part 1", "part 2", "part 3")


def test_d43_two_mixtures_in_one_table():
    solvents = {name.replace("part", "solvent"): x for name, x in parts_of(1, 3, seed=5).items()}
    columns = parts_of(100, 3) | solvents
    assert [mixture.total for mixture in find_mixtures(columns)] == [1.0, 100.0]


def test_d43_rounded_recipes_have_a_tolerance(recipe, check):
    recipe = recipe.drop(columns="lot")
    for name, x in parts_of(100, 5).items():
        recipe[name] = x[:60].round(1)
    (finding,) = check(recipe)
    sums = recipe.filter(like="part").sum(axis=1)
    assert (finding.code, finding.severity, len(finding.columns)) == ("NBML-D43", "warning", 5)
    assert (sums - 100).abs().max() <= finding.fields["tolerance"] + 1e-9
    assert finding.fields["tolerance"] < 0.3


def test_d43_what_is_no_mixture():
    rng = np.random.default_rng(0)
    shares = rng.random((80, 4))
    one_hot = np.eye(3)[rng.integers(0, 3, 80)]
    assert find_mixtures({f"x{i}": x for i, x in enumerate(shares.T)}) == ()
    assert find_mixtures({f"is {i}": x for i, x in enumerate(one_hot.T)}) == ()
    assert find_mixtures({f"kg {i}": x for i, x in enumerate(shares.T * 500)}) == ()
    assert find_mixtures({}) == ()
    columns = parts_of(1, 3)
    columns["part 1"] = np.where(np.arange(80) == 7, np.nan, columns["part 1"])
    assert find_mixtures(columns) == ()

"""Which columns become features, and what their values may hold: D4, D20 to D24, D28, D30 to D40."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbml.data.checks import resolve_features
from nbml.errors import DataError
from nbml.spec.columns import Column, ColumnSheet


def codes(found):
    return [finding.code for finding in found]


def test_features_by_default(recipe, sheet_of):
    recipe["note"] = [f"text {i}" for i in range(60)]
    recipe["made"] = pd.date_range("2024-01-01", periods=60)
    recipe["ok"] = recipe["heat"] > 0
    sheet = sheet_of(recipe)
    assert resolve_features(sheet, targets=["y"]) == ("heat", "load", "speed", "lot", "ok")
    assert resolve_features(sheet, targets=["y", "load"], group="lot") == ("heat", "speed", "ok")
    assert resolve_features(sheet, targets=["y"], fold_column="lot") == ("heat", "load", "speed", "ok")
    assert resolve_features(sheet, targets=["y"], features=["ok", "heat", "ok"]) == ("ok", "heat")
    assert resolve_features(sheet, targets=["y"], features=["lot"], group="lot") == ("lot",)


def test_columns_with_another_role_are_no_features():
    roles = ("feature", "ignored", "group", "target", "fold")
    sheet = ColumnSheet(
        columns=tuple(Column(name=role, position=i, kind="number", role=role) for i, role in enumerate(roles))
    )
    assert resolve_features(sheet, targets=["target"]) == ("feature",)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"targets": ["Y"]}, "NBML-D50"),
        ({"features": ["heat", "Load"]}, "NBML-D50"),
        ({"group": "lott"}, "NBML-D50"),
        ({"fold_column": "fold"}, "NBML-D50"),
        ({"features": ["heat", "made"]}, "NBML-D51"),
        ({"features": ["heat", "y"]}, "NBML-D52"),
        ({"group": "y"}, "NBML-D53"),
        ({"fold_column": "y"}, "NBML-D53"),
    ],
    ids=str,
)
def test_d19_columns_that_cannot_be_had(options, code, recipe, check, sheet_of):
    recipe["made"] = pd.date_range("2024-01-01", periods=60)
    found = check(recipe, **options)
    assert [(finding.code, finding.severity) for finding in found] == [(code, "error")]
    with pytest.raises(DataError) as caught:
        resolve_features(sheet_of(recipe), **{"targets": ["y"], **options})
    assert (caught.value.code, caught.value.fields) == (code, found[0].fields)


def test_similar_names_are_offered(recipe, check):
    assert check(recipe, group="lott")[0].fields["similar"] == ["lot"]


def test_d4_infinite_feature(recipe, check):
    recipe.loc[[2, 5], "heat"] = [np.inf, -np.inf]
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.fields["rows"]) == ("NBML-D04", "error", [3, 6])
    (finding,) = check(recipe, infinite="missing")
    assert (finding.code, finding.severity, finding.fields["count"]) == ("NBML-D62", "warning", 2)


def test_d20_row_numbers_and_identifiers(recipe, check):
    frame = recipe.assign(
        number=np.arange(60) + 100,
        serial=np.random.default_rng(1).permutation(60) * 7,
        falling=-np.sqrt(np.arange(60.0)),
        code=[f"M{i:03d}" for i in range(60)],
    )
    found = check(frame, kinds={"code": "category"})
    assert [(f.code, f.severity, f.columns[0]) for f in found] == [
        ("NBML-D20", "warning", name) for name in ("number", "serial", "falling", "code")
    ]


def test_d20_short_tables_and_measured_numbers_are_no_identifiers(recipe, check):
    assert check(recipe.head(19).assign(number=range(19))) == ()
    assert check(recipe.assign(number=recipe["heat"] * 3)) == ()


@pytest.mark.parametrize(
    ("name", "values", "is_date"),
    [
        ("day", [20231230, 20240101], True),
        ("測定日付", [45000, 45020], True),
        ("start_date", [45000.25, 45020.5], True),
        ("day", [20231230, 20240177], False),
        ("update_rate", [45000, 45020], False),
        ("pressure", [45000, 45020], False),
    ],
)
def test_r23_dates_written_as_numbers(name, values, is_date, recipe, check):
    recipe[name] = [values[i % 2] for i in range(60)]
    found = check(recipe, group="lot")
    assert [finding.code for finding in found] == ["NBML-D74"] * is_date
    if is_date:
        assert found[0].columns == (name,)
        assert found[0].fields["example"] == values[0]


def test_d21_d22_columns_that_say_nothing_are_left_out_with_a_note(recipe, check, sheet_of):
    recipe["empty"] = np.nan
    recipe["same"] = 3
    recipe["same_or_none"] = np.where(np.arange(60) % 2, 1.0, np.nan)
    found = check(recipe)
    assert [(f.code, f.severity, f.columns) for f in found] == [
        ("NBML-D21", "warning", ("empty",)),
        ("NBML-D22", "warning", ("same",)),
    ]
    features = resolve_features(sheet_of(recipe), targets=["y"])
    assert features == ("heat", "load", "speed", "lot", "same_or_none")
    assert check(recipe, features=["heat", "load"]) == ()
    assert codes(check(recipe, features=["heat", "same"])) == ["NBML-D22"]


def test_d24_many_levels(check):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=400), "y": rng.normal(size=400)})
    frame["maker"] = [f"maker {i % 200}" for i in range(400)]
    (finding,) = check(frame)
    assert (finding.code, finding.severity) == ("NBML-D24", "warning")
    assert finding.fields == {"column": "maker", "levels": 200, "rows": 400}
    frame["maker"] = [f"maker {i % 40}" for i in range(400)]
    assert check(frame) == ()


def test_d28_near_duplicate_levels(recipe, check):
    levels = ["finishing", "finishing ", "ＡＢＣ", "abc", "rough  cut", "rough cut", "other"]
    recipe["step"] = np.resize(levels, 60)
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.fields["count"]) == ("NBML-D28", "warning", 3)
    assert "'finishing' = 'finishing '" in finding.message


def test_d38_scale_beyond_single_precision(recipe, check):
    recipe.loc[4, "heat"] = 1e300
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.fields["rows"]) == ("NBML-D38", "error", [5])


@pytest.mark.parametrize("change", [lambda x: x * 1e-300, lambda x: x + 1e12], ids=["subnormal", "offset"])
def test_d38_differences_lost_in_single_precision(recipe, check, change):
    recipe["heat"] = change(recipe["heat"])
    (finding,) = check(recipe)
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D63", "warning", ("heat",))


DTYPES = {
    "Float64": lambda f: f.assign(heat=f["heat"].astype("Float64").mask(f.index == 0)),
    "Int64": lambda f: f.assign(heat=pd.array([None, *range(30), *range(29)], dtype="Int64")),
    "arrow": lambda f: f.astype({"heat": "float64[pyarrow]", "lot": "string[pyarrow]"}),
    "category": lambda f: f.assign(lot=f["lot"].astype("category")),
    "category of numbers": lambda f: f.assign(heat=f["heat"].round(1).astype("category")),
    "object": lambda f: f.assign(heat=f["heat"].astype(object).where(f.index > 3, None)),
    "object text": lambda f: f.astype({"lot": object}),
    "boolean with gaps": lambda f: f.assign(heat=pd.array([True, None, False] * 20, dtype="boolean")),
    "object booleans": lambda f: f.assign(heat=pd.Series([True, None, False] * 20, dtype=object)),
    "sparse": lambda f: f.assign(heat=pd.arrays.SparseArray(np.round(f["heat"]))),
    "float32": lambda f: f.assign(heat=f["heat"].astype(np.float32)),
}


@pytest.mark.parametrize("name", DTYPES)
def test_d30_any_dtype_gives_the_same_verdict(name, recipe, check):
    frame = DTYPES[name](recipe)
    kinds = {"heat": "number", "lot": "category"}
    assert check(frame, kinds=kinds) == ()
    assert check(frame, kinds=kinds, group="lot") == ()


@pytest.mark.parametrize(("column", "value"), [("heat", "< 3"), ("y", pd.Timestamp("2024-01-01"))])
def test_d30_a_number_column_that_holds_something_else(column, value, recipe, check):
    recipe[column] = recipe[column].astype(object)
    recipe.at[7, column] = value
    (finding,) = check(recipe, kinds={column: "number"})
    assert (finding.code, finding.severity, finding.columns) == ("NBML-D68", "error", (column,))
    assert (finding.fields["row"], finding.fields["value"]) == (8, str(value))


INDEXES = {"same": [7] * 60, "falling": range(60, 0, -1), "text": list("ab" * 30)}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_d32_the_index_is_never_used(index, recipe, check):
    recipe.loc[3, "y"] = np.nan
    recipe.index = index
    (finding,) = check(recipe)
    assert finding.fields["rows"] == [4]


HOSTILE = [
    "a,b",
    'x[<]:"{y}"',
    "line\nbreak",
    "",
    " ",
    "{column}",
    "{0.__class__}",
    "%s",
    "rmse",
    "fold",
    "__proto__",
    "0",
    "Unnamed: 0",
    "<img src=x onerror=alert(1)>",
    "\u202eevil",
    "温度[℃]",
    "𠮷\u200b",
    "group",
    "n" * 300,
]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_d33_d37_names_are_only_text(name, recipe, check):
    """D33, D34, D35, D37: any name may be feature, target or group, and stands in the sentence as it is."""
    assert check(recipe.rename(columns={"heat": name})) == ()
    assert check(recipe.rename(columns={"lot": name}), group=name) == ()
    frame = recipe.rename(columns={"y": name})
    frame.loc[0, name] = np.nan
    (finding,) = check(frame, targets=[name])
    assert finding.columns == (name,)
    assert f"Target {name} has no value" in finding.message


def test_d33_names_that_collide_elsewhere_stay_apart(recipe, check, sheet_of):
    frame = recipe.rename(columns={"heat": "a b", "load": "a_b", "speed": "A_b"})
    assert check(frame) == ()
    assert resolve_features(sheet_of(frame), targets=["y"])[:3] == ("a b", "a_b", "A_b")


def test_d40_more_columns_than_rows_and_one_column(check):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(12, 40)), columns=[f"x{i}" for i in range(40)])
    frame["y"] = rng.normal(size=12)
    assert check(frame) == ()
    assert check(frame[["x0", "y"]]) == ()

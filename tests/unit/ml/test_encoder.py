"""The encoder: names and cells in, one matrix and its flags out."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from nbml.errors import ModelError, PredictError
from nbml.ml.encoder import Encoder
from nbml.ml.notes import FLAGS, flag, join_flags, split_flags

TRAINING = pd.DataFrame(
    {
        "温度[℃]": [20.0, 35.5, 50.0, 41.0],
        "count": [1, 4, 2, 3],
        "on": [True, False, True, False],
        "grade": ["A", "C", "B", None],
    }
)
FEATURES = [("温度[℃]", "number"), ("count", "integer"), ("on", "boolean"), ("grade", "category")]
ENCODER = Encoder.learn(TRAINING, FEATURES)
NAN = np.nan


def refused(rows, encoder=ENCODER, **kwargs):
    with pytest.raises(PredictError) as caught:
        encoder.encode(rows, **kwargs)
    assert "?" not in caught.value.message, "a placeholder without its field"
    return caught.value


def changed(**columns):
    return TRAINING.assign(**columns)


def test_training_rows_become_numbers_and_codes():
    encoded = ENCODER.encode(TRAINING)
    assert_array_equal(encoded.X, [[20, 1, 1, 0], [35.5, 4, 0, 2], [50, 2, 1, 1], [41, 3, 0, NAN]])
    assert encoded.X.dtype == np.float64
    assert list(encoded.flags) == [""] * 4
    assert encoded.notes == ()
    assert ENCODER.layout.n_levels == (0, 0, 0, 3)


def test_what_is_learnt_does_not_depend_on_the_order_of_rows():
    assert Encoder.learn(TRAINING[::-1], FEATURES) == ENCODER


def test_levels_follow_the_sheet_then_numbers_then_text():
    frame = pd.DataFrame({"c": ["10", "b", "9", "a", "z"]})
    assert Encoder.learn(frame, [("c", "category")]).features[0].levels == ("9", "10", "a", "b", "z")
    ordered = Encoder.learn(frame, [("c", "category")], levels={"c": ["z", "absent", "10"]})
    assert ordered.features[0].levels == ("z", "10", "9", "a", "b")


@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_missing_columns_are_named_all_at_once(change):
    """P1, P4."""
    rows = TRAINING.drop(columns=["温度[℃]", "on"])
    if change == "renamed":
        rows["温度 [℃]"] = 1.0
        rows["ON"] = True
    error = refused(rows)
    assert error.code == "NBML-P01"
    assert error.fields["columns"] == ["温度[℃]", "on"]
    expected = ["温度[℃] ← 温度 [℃]", "on ← ON"] if change == "renamed" else "–"
    assert error.fields["suggestions"] == expected


def test_extra_columns_are_ignored_and_noted():
    """P2."""
    encoded = ENCODER.encode(changed(lot="x", **{"<b>": 1}))
    assert_array_equal(encoded.X, ENCODER.encode(TRAINING).X)
    (note,) = encoded.notes
    assert (note.code, note.fields) == ("NBML-P20", {"columns": ["lot", "<b>"], "count": 2})
    assert "lot, <b>" in note.message


def test_order_of_columns_is_harmless():
    """P3."""
    assert_array_equal(ENCODER.encode(TRAINING[TRAINING.columns[::-1]]).X, ENCODER.encode(TRAINING).X)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), (" 7 ", 7), ("-1e-3", -1e-3), (".5", 0.5), ("5.", 5), ("", NAN), ("  ", NAN), ("+3", 3)],
)
def test_numbers_as_text_are_converted(text, value):
    """P5."""
    encoded = ENCODER.encode(changed(**{"温度[℃]": [text, "20", "20", "20"]}))
    assert_array_equal(encoded.X[:, 0], [value, 20, 20, 20])


@pytest.mark.parametrize(
    "text",
    ["12,5", "1,234", "\uff11\uff12", "1_000", "0x1F", "nan", "inf", "-Infinity", "5 kg", "1e", "True", "१२"],
)
def test_text_that_is_no_plain_number_is_named(text):
    """P5: nothing is guessed."""
    error = refused(changed(**{"温度[℃]": ["20", "20", text, text]}), first_row=1000)
    assert error.code == "NBML-P05"
    assert error.fields["column"] == "温度[℃]"
    assert (error.fields["rows"], error.fields["values"], error.fields["count"]) == ([1003, 1004], [text], 2)


def test_control_characters_and_long_cells_are_not_echoed():
    error = refused(changed(count=["\x1b[2J\n", "x" * 10_000, "1", "\u202e1"]))
    assert error.fields["values"] == ["\\x1b[2J\\n", "x" * 23 + "…", "\\u202e1"]


@pytest.mark.parametrize(
    "cell",
    [
        datetime.datetime(2026, 1, 2),
        datetime.date(2026, 1, 2),
        pd.Timestamp("2026-01-02", tz="Asia/Tokyo"),
        pd.Timedelta("1h"),
        np.datetime64("2026-01-02"),
        1 + 2j,
        b"12",
        [1.0],
        {"a": 1},
        pd.Interval(0, 1),
    ],
)
@pytest.mark.parametrize("name", ["温度[℃]", "on", "grade"])
def test_wrong_types_are_named(name, cell):
    """P6, R24: a date, a duration, a complex number, bytes or something nested."""
    column = np.empty(4, dtype=object)
    column[:] = [None, cell, None, None]
    error = refused(changed(**{name: column}))
    assert (error.code, error.fields["column"], error.fields["rows"]) == ("NBML-P06", name, [2])


@pytest.mark.parametrize(
    "values",
    [
        pd.date_range("2026", periods=4),
        pd.date_range("2026", periods=4, tz="UTC"),
        np.arange(4) + 1j,
        pd.timedelta_range("1h", periods=4),
        pd.period_range("2026", periods=4),
    ],
)
def test_columns_of_a_wrong_dtype_are_named(values):
    """P6."""
    assert refused(changed(count=values)).code == "NBML-P06"


def test_all_columns_with_bad_cells_are_named_and_types_come_first():
    """P5, P6."""
    rows = changed(count=["a", "1", "2", "3"], on=["maybe", True, False, 2])
    assert refused(rows).fields["columns"] == ["count", "on"]
    assert refused(rows.assign(grade=pd.date_range("2026", periods=4))).code == "NBML-P06"


def test_booleans():
    """R22: 0, 1 or missing, whatever they came as."""
    for values in (["TRUE", "false", "1", None], [1, 0, 1.0, NAN], [True, False, np.True_, pd.NA]):
        encoded = ENCODER.encode(changed(on=pd.Series(values, dtype=object)))
        assert_array_equal(encoded.X[:, 2], [1, 0, 1, NAN])
        assert encoded.flags[3] == "missing:on"
    error = refused(changed(on=[0, 1, 2, 0.5]))
    assert (error.code, error.fields["values"]) == ("NBML-P05", ["2", "0.5"])


def test_unseen_levels_become_missing_and_are_flagged():
    """P7, D25: exact text; a trailing blank or another width is another level (D28)."""
    encoded = ENCODER.encode(changed(grade=["A", "D", "A ", "\uff21"]))
    assert_array_equal(encoded.X[:, 3], [0, NAN, NAN, NAN])
    assert list(encoded.flags) == ["", "unseen:grade", "unseen:grade", "unseen:grade"]


def test_values_beyond_the_training_range_are_kept_and_flagged():
    """P8, D38."""
    encoded = ENCODER.encode(changed(**{"温度[℃]": [19.9, 20, 50, 1e300], "count": [0, 1, 4, 5]}))
    assert encoded.X[3, 0] == 1e300
    assert list(encoded.flags) == ["outside:温度[℃]; outside:count", "", "", "outside:温度[℃]; outside:count"]


@pytest.mark.parametrize("rows", [TRAINING[:0], [], {name: [] for name, _ in FEATURES}])
def test_no_rows(rows):
    """P9."""
    encoded = ENCODER.encode(rows)
    assert encoded.X.shape == (0, 4)
    assert encoded.flags.shape == (0,)


def test_one_row_in_every_accepted_shape():
    """P10."""
    row = {"温度[℃]": 35.5, "count": 4, "on": False, "grade": "C"}
    same = [
        row,
        [row],
        {k: [v] for k, v in row.items()},
        pd.Series(row, name="r7"),
        pd.DataFrame([row]),
        {k: np.array([v]) for k, v in row.items()},
        TRAINING.iloc[1],
        {**row, "grade": pd.Categorical(["C"])},
    ]
    for rows in same:
        assert_array_equal(ENCODER.encode(rows).X, ENCODER.encode(TRAINING[1:2]).X)
    assert list(ENCODER.encode(same[3]).index) == ["r7"]
    scalars = ENCODER.encode({**row, "count": [1, 2, 3]})
    assert_array_equal(scalars.X[:, [0, 1]], [[35.5, 1], [35.5, 2], [35.5, 3]])


def test_a_key_that_one_dict_lacks_is_a_missing_value():
    """P10, P11."""
    rows = [{"温度[℃]": 30, "count": 2, "on": 1, "grade": "A"}, {"count": 2, "on": 1, "grade": "A"}]
    encoded = ENCODER.encode(rows)
    assert list(encoded.flags) == ["", "missing:温度[℃]"]


@pytest.mark.parametrize(
    "rows",
    [np.zeros((2, 4)), [[20, 1, 1, "A"]], [20, 1, 1, "A"], "rows.csv", b"x", None, 3.0, iter([{}]), {1, 2}],
)
def test_shapes_without_column_names_are_refused(rows):
    """P10."""
    assert refused(rows).code == "NBML-P03"


@pytest.mark.parametrize("entry", [[1, 2, 3], {"x": 1}, np.zeros((2, 2)), {1}])
def test_dicts_that_are_no_table_are_refused(entry):
    """P10."""
    assert refused({"温度[℃]": [1, 2], "count": entry, "on": 1, "grade": "A"}).code == "NBML-P08"


def test_missing_values_are_flagged_where_training_had_none():
    """P11."""
    encoded = ENCODER.encode(changed(**{"温度[℃]": [NAN, 20, 20, 20], "grade": [None, "A", None, "A"]}))
    assert list(encoded.flags) == ["missing:温度[℃]", "", "", ""]


@pytest.mark.parametrize("index", [[3, 3, 1, 1], ["b", "a", "ä", ""], pd.date_range("2026", periods=4)[::-1]])
def test_index_is_kept(index):
    """P12, D32: duplicated, unsorted or of any type."""
    encoded = ENCODER.encode(TRAINING.set_axis(index))
    assert encoded.index.equals(pd.Index(index))
    assert_array_equal(encoded.X, ENCODER.encode(TRAINING).X)


@pytest.mark.parametrize("value", [np.inf, -np.inf, "1e400", 10**400, Decimal("-Infinity")])
def test_infinite_numbers_are_refused_or_missing_as_at_training(value):
    """D4, R20."""
    rows = changed(count=pd.Series([1, value, 2, 3], dtype=object))
    error = refused(rows)
    assert (error.code, error.fields["rows"]) == ("NBML-P07", [2])
    with pytest.raises(PredictError, match="NBML-P07"):
        Encoder.learn(rows, FEATURES)
    lenient = Encoder.learn(rows, FEATURES, infinite="missing")
    assert_array_equal(lenient.encode(rows).X[:, 1], [1, NAN, 2, 3])
    assert Encoder.from_dict(lenient.to_dict()) == lenient


def test_repeated_and_layered_headers():
    """D31: the wanted name must be one column; names are compared as text."""
    twice = pd.concat([TRAINING, TRAINING[["count"]]], axis=1)
    assert refused(twice).fields["columns"] == ["count"]
    layered = TRAINING.set_axis(pd.MultiIndex.from_product([["a"], TRAINING.columns]), axis=1)
    assert refused(layered).code == "NBML-P04"
    by_number = Encoder.learn(pd.DataFrame({0: [1.0], "1": [2.0]}), [("0", "number"), ("1", "number")])
    assert_array_equal(by_number.encode(pd.DataFrame({1: [5.0], "0": [4.0]})).X, [[4, 5]])


def test_a_column_that_was_empty_at_training_is_not_needed():
    """D21."""
    frame = TRAINING.assign(empty=NAN)
    encoder = Encoder.learn(frame, [*FEATURES, ("empty", "number")])
    encoded = encoder.encode(TRAINING)
    assert np.isnan(encoded.X[:, 4]).all()
    assert list(encoded.flags) == [""] * 4
    assert list(encoder.encode(TRAINING.assign(empty=1.0)).flags) == ["outside:empty"] * 4


NUMBERS = [1, 0, 3, None]
TEXTS = ["1", "0", "3", None]
DECIMALS = [Decimal(1), Decimal(0), Decimal(3), None]
DTYPES = {
    "object": pd.Series(NUMBERS, dtype=object),
    "float64": pd.Series(NUMBERS, dtype="float64"),
    "float32": pd.Series(NUMBERS, dtype="float32"),
    "Int64": pd.Series(NUMBERS, dtype="Int64"),
    "Float64": pd.Series(NUMBERS, dtype="Float64"),
    "arrow int": pd.Series(NUMBERS, dtype="int64[pyarrow]"),
    "arrow decimal": pd.Series(DECIMALS, dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
    "sparse": pd.Series(NUMBERS, dtype=pd.SparseDtype("float64")),
    "sparse 0": pd.Series(pd.arrays.SparseArray([1, 0, 3, NAN], fill_value=0.0)),
    "category": pd.Series(NUMBERS, dtype="category"),
    "string": pd.Series(TEXTS, dtype="string[pyarrow]"),
    "string python": pd.Series(TEXTS, dtype="string[python]"),
    "text": pd.Series(TEXTS, dtype=object),
    "arrow text": pd.Series(TEXTS, dtype=pd.ArrowDtype(pa.string())),
    "arrow dictionary": pd.Series(TEXTS, dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
}


@pytest.mark.parametrize("column", DTYPES.values(), ids=DTYPES)
def test_every_dtype_reads_the_same(column):
    """D27, D30: as a number, and as a category whose levels are whole numbers."""
    frame = pd.DataFrame({"a": column, "b": column})
    encoder = Encoder.learn(frame, [("a", "number"), ("b", "category")])
    assert encoder.features[1].levels == ("0", "1", "3")
    assert_array_equal(encoder.encode(frame).X, [[1, 1], [0, 0], [3, 2], [NAN, NAN]])
    for other in DTYPES.values():
        assert_array_equal(encoder.encode(pd.DataFrame({"a": other, "b": other})).X, encoder.encode(frame).X)


@pytest.mark.parametrize("dtype", ["bool", "boolean", "bool[pyarrow]", "object", "category"])
def test_boolean_dtypes_read_the_same(dtype):
    """D30, R22."""
    frame = pd.DataFrame({"a": pd.Series([True, False, True], dtype=dtype)}).assign(b=lambda f: f["a"])
    encoder = Encoder.learn(frame, [("a", "boolean"), ("b", "category")])
    assert encoder.features[1].levels == ("False", "True")
    assert_array_equal(encoder.encode(frame).X, [[1, 1], [0, 0], [1, 1]])


def test_level_texts_of_numbers():
    """D16, D27: one form for a number, whatever its type; text stays as it is."""
    cells = [1, 1.0, np.float32(0.1), 0.1, Decimal("0.10"), 2**60, -0.0, "1.0", "001", 1e300, np.int8(3)]
    frame = pd.DataFrame({"c": pd.Series(cells, dtype=object)})
    levels = set(Encoder.learn(frame, [("c", "category")]).features[0].levels)
    assert levels == {"1", "0.1", str(2**60), "0", "1.0", "001", "1e+300", "3"}


def test_the_training_table_is_not_changed():
    """D44."""
    frame = TRAINING.copy(deep=True)
    encoded = ENCODER.encode(frame)
    encoded.X[:] = 0
    pd.testing.assert_frame_equal(frame, TRAINING)


def _damaged():
    good = ENCODER.to_dict()
    first = good["features"][0]
    yield None
    yield []
    yield {**good, "schema": "nbml.encoder/2"}
    yield {**good, "more": 1}
    yield {**good, "infinite": "keep"}
    yield {**good, "features": {}}
    yield {**good, "features": [first, first]}
    for change in (
        {"name": 3},
        {"kind": "date"},
        {"levels": ["a"]},
        {"levels": "ab"},
        {"low": "1"},
        {"low": None},
        {"low": True},
        {"low": 60.0},
        {"high": float("inf")},
        {"had_missing": 0},
        {"other": 1},
    ):
        yield {**good, "features": [{**first, **change}]}
    last = good["features"][3]
    for change in ({"levels": ["A", "A"]}, {"levels": ["A", 1]}, {"low": 0.0, "high": 1.0}):
        yield {**good, "features": [{**last, **change}]}


@pytest.mark.parametrize("said", list(_damaged()))
def test_a_damaged_encoder_is_refused_with_its_place(said):
    with pytest.raises(ModelError, match="NBML-M57"):
        Encoder.from_dict(said)


NAMES = st.text(max_size=12) | st.sampled_from(
    [
        "温度[℃]",
        "a,b",
        "<img src=x onerror=alert(1)>",
        "a b",
        "a_b",
        "",
        "rmse",
        "flags",
        "index",
        "__proto__",
        "👩‍🔬",
        "a;b\\",
        "x\n; unseen:y",
        "\u202eabc",
        "0",
        "é",
        "e\u0301",
    ]
)
CELLS = {
    "number": st.floats(allow_nan=True, allow_infinity=False),
    "integer": st.integers(-(2**70), 2**70),
    "boolean": st.booleans() | st.none(),
    "category": (
        st.text(st.characters(exclude_categories=()), max_size=6)
        | st.none()
        | st.integers()
        | st.floats(allow_infinity=False)
        | st.booleans()
    ),
}


@st.composite
def tables(draw):
    """A training table of any names, kinds and cells, with its features; D29, D33-D36."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    kinds = [draw(st.sampled_from(sorted(CELLS))) for _ in names]
    n_rows = draw(st.integers(1, 6))
    columns = {}
    for name, kind in zip(names, kinds, strict=True):
        cells = draw(st.lists(CELLS[kind], min_size=n_rows, max_size=n_rows))
        columns[name] = pd.Series(np.array([*cells, None], dtype=object)[:-1], dtype=object)
    return pd.DataFrame(columns), list(zip(names, kinds, strict=True))


def in_other_dtypes(frame):
    """Nullable dtypes; the frame itself where pandas 2 stumbles over a whole number beyond 64 bits."""
    try:
        return frame.convert_dtypes()
    except OverflowError:
        return frame


@settings(deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_saved_and_loaded_it_encodes_the_same_in_any_column_order(table, random):
    """D29, D33-D37, P3."""
    frame, features = table
    encoder = Encoder.learn(frame, features)
    again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict(), allow_nan=False)))
    shuffled = list(frame.columns)
    random.shuffle(shuffled)
    encoded, other = encoder.encode(frame), again.encode(in_other_dtypes(frame[shuffled]))
    assert again == encoder
    assert_array_equal(encoded.X, other.X)
    assert set(encoded.flags) == set(other.flags) == {""}
    for k, n_levels in enumerate(encoder.layout.n_levels):
        codes = encoded.X[:, k]
        assert not n_levels or set(codes[~np.isnan(codes)]) == set(range(n_levels))


@given(st.lists(st.tuples(st.sampled_from(FLAGS), NAMES), unique=True, max_size=20), st.data())
def test_flags_can_be_taken_apart_again(flags, data):
    n_rows = data.draw(st.integers(0, 5))
    masks = [
        np.array(data.draw(st.lists(st.booleans(), min_size=n_rows, max_size=n_rows)), dtype=bool)
        for _ in flags
    ]
    joined = join_flags([flag(word, name) for word, name in flags], masks, n_rows)
    for row in range(n_rows):
        assert split_flags(joined[row]) == [one for one, mask in zip(flags, masks, strict=True) if mask[row]]

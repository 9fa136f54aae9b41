"""DataFrames, the column sheet, the store and the two readers of delimited text."""

from __future__ import annotations

import decimal
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.data import delimited
from nbml.data.raw import Notes
from nbml.data.read import read
from nbml.data.sheet import build_sheet
from nbml.data.store import hash_frame, load_frame, save_frame
from nbml.errors import ReadError
from nbml.spec.reading import Decision, ReadOptions, ReadReport


def test_a_frame_is_copied():
    """D44."""
    frame = pd.DataFrame({"x": [1.0, 2.0], "m": ["a", "b"]})
    table = read(frame)
    frame.loc[0, "x"] = 99.0
    frame.loc[0, "m"] = "z"
    assert table.frame["x"].tolist() == [1.0, 2.0]
    assert table.frame["m"].tolist() == ["a", "b"]
    assert table.sha256 == hash_frame(table.frame)
    assert table.path is None


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        (pd.array([1, 2, None], dtype="Int64"), "integer", [1.0, 2.0, None]),
        (pd.array([1, 2, 3], dtype="UInt8"), "integer", [1, 2, 3]),
        (pd.array([1.5, None], dtype="Float32"), "number", [1.5, None]),
        (pd.array([True, None], dtype="boolean"), "boolean", [1.0, None]),
        (np.array([True, None, False], dtype=object), "boolean", [1.0, None, 0.0]),
        (pd.arrays.SparseArray([0.0, 1.5, 0.0]), "number", [0.0, 1.5, 0.0]),
        (pd.array([1, 2], dtype=pd.ArrowDtype(pa.int32())), "integer", [1, 2]),
        (pd.array(["a", None], dtype="string"), "category", ["a", None]),
        (np.array(["a", np.nan], dtype=object), "category", ["a", None]),
        (pd.Categorical([1.0, 2.0, None]), "category", ["1", "2", None]),
        (np.array([decimal.Decimal("1.5"), None], dtype=object), "number", [1.5, None]),
        (np.array([1, "x", 2.5], dtype=object), "category", ["1", "x", "2.5"]),
        (np.array([2**60, 1], dtype="int64"), "category", [str(2**60), "1"]),
        (np.array([2**70, 1], dtype=object), "category", [str(2**70), "1"]),
        (np.array([1.0, np.nan, 3.0]), "integer", [1.0, None, 3.0]),
        (np.array([1.0, 2.0], dtype="float16"), "number", [1.0, 2.0]),
        (np.array([None, None], dtype=object), "number", [None, None]),
        (pd.to_datetime(["2024-01-31", None]), "date", [pd.Timestamp("2024-01-31"), None]),
        (pd.to_datetime(["2024-01-31T09:00+09:00"]), "date", [pd.Timestamp("2024-01-31")]),
        (pd.period_range("2024-01", periods=2, freq="M"), "unsupported", ["2024-01", "2024-02"]),
    ],
)
def test_every_dtype_becomes_one_of_five(values, kind, wanted):
    """D30, D27, R19, R22, R24."""
    table = read(pd.DataFrame({"x": values}))
    column = table.frame["x"]
    assert table.columns["x"].kind == kind
    assert column.dtype.kind in "fibM" or str(column.dtype) in {"str", "object"}
    assert column.astype(object).where(column.notna(), None).tolist() == wanted


def test_text_of_typed_sources_stays_text():
    """D6: a DataFrame's text is meant; numbers in it are offered."""
    table = read(pd.DataFrame({"code": ["1", "2", "NA"], "n": ["1", "2", "3"]}))
    assert table.frame["code"].tolist() == ["1", "2", "NA"]
    assert table.report.of("read.numbers_as_text")[0].columns == ("n",)
    assert read(pd.DataFrame({"n": ["1", "2"]}), kinds={"n": "integer"}).frame["n"].tolist() == [1, 2]
    assert read(pd.DataFrame({"n": [1.0, 2.0]}), kinds={"n": "category"}).frame["n"].tolist() == ["1", "2"]
    with pytest.raises(ReadError, match="NBML-R23"):
        read(pd.DataFrame({"n": [1.5]}), kinds={"n": "integer"})


def test_index_does_not_count():
    """D32: repeated, unsorted or named labels change nothing."""
    frame = pd.DataFrame({"x": [1.5, 2.5, 3.5]})
    labelled = frame.set_axis([7, 7, 1])
    assert read(labelled).sha256 == read(frame).sha256
    assert read(labelled).report.of("read.index")
    assert read(labelled).frame.index.tolist() == [0, 1, 2]


def test_empty_frames_load():
    """D10 is for the checks: no rows and no columns are tables too."""
    assert read(pd.DataFrame({"x": np.array([], dtype=float)})).frame.shape == (0, 1)
    assert read(pd.DataFrame(index=range(3))).frame.shape == (3, 0)


def test_declared_levels_keep_their_order():
    values = pd.Categorical(["low", "high"], categories=["low", "mid", "high"], ordered=True)
    assert read(pd.DataFrame({"x": values})).columns["x"].levels == ("low", "mid", "high")
    assert read(pd.DataFrame({"x": ["10", "9"]})).columns["x"].levels == ("9", "10")


def test_sheet_of_a_frame_alone():
    frame = read(
        pd.DataFrame(
            {
                "x [K]": [1.5, np.inf, np.nan, -2.0],
                "c": ["b", "a", None, "b"],
                "p": [True, False, True, True],
                "many": [f"v{i}" for i in range(4)],
            }
        )
    ).frame
    sheet = build_sheet(frame)
    x, c, p, _ = sheet.columns
    assert (x.kind, x.label, x.unit, x.low, x.high, x.missing_share) == ("number", "x", "K", -2.0, 1.5, 0.25)
    assert (c.kind, c.levels, c.n_unique, c.missing_share) == ("category", ("a", "b"), 2, 0.25)
    assert (p.kind, p.low, p.high) == ("boolean", 0.0, 1.0)
    assert type(sheet).model_validate_json(sheet.model_dump_json()) == sheet


def test_many_levels_are_cut_with_a_note():
    """D24."""
    frame = pd.DataFrame({"lot": [f"L{i % 3_000:04d}" for i in range(9_000)]})
    column = build_sheet(frame)["lot"]
    assert (column.kind, column.n_unique, len(column.levels)) == ("category", 3_000, 1_000)
    assert column.note


def test_report_in_both_languages(monkeypatch):
    """Every decision has words in both; facts and words are apart."""
    table = read(pd.DataFrame({"強度[MPa]": [1.5], "b": ["x"]}, index=[4]))
    assert type(table.report).model_validate_json(table.report.model_dump_json()) == table.report
    for language in ("en", "ja"):
        monkeypatch.setenv("NBML_LANGUAGE", language)
        assert "read." not in str(table.report)
        assert "?" not in str(table.report)
    assert "単位" in str(table.report)
    assert ReadReport(decisions=(Decision(key="read.index"),)).of("read.ind") == ()


def test_report_is_the_same_for_the_same_bytes(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a [K],a [K],m\n1,NA,x\n2,3,X\n")
    assert read(path).report == read(path, ReadOptions()).report
    assert read(path, ReadOptions(delimiter=",")).report == read(path, delimiter=",").report


FRAME = pd.DataFrame(
    {
        "x": [0.1, np.nan, -np.inf],
        "n": [1, 2, 3],
        "p": [True, False, True],
        "m": ["a", None, "𠮷"],
        "d": np.array(["2024-01-31", "NaT", "1999-12-31T23:59:59.123456"], "datetime64[us]"),
    }
)


def test_stored_frame_comes_back(tmp_path):
    frame = read(FRAME).frame
    sha256 = save_frame(frame, tmp_path / "data")
    assert [p.name for p in (tmp_path / "data").iterdir()] == [f"{sha256}.parquet"]
    again = load_frame(tmp_path / "data", sha256)
    pd.testing.assert_frame_equal(again, frame)
    assert save_frame(again, tmp_path / "data") == sha256
    bare = pd.DataFrame(index=range(3))
    assert load_frame(tmp_path, save_frame(bare, tmp_path)).shape == (3, 0)


def test_stored_frame_is_verified(tmp_path):
    """F25, S7: a cut or swapped file, an id that is a path."""
    sha256 = save_frame(read(FRAME).frame, tmp_path)
    other = save_frame(read(FRAME.iloc[::-1]).frame, tmp_path)
    path = tmp_path / f"{sha256}.parquet"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", (tmp_path / f"{other}.parquet").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(ReadError, match="NBML-R32"):
            load_frame(tmp_path, sha256)
    for bad in ("../x", "0" * 64, sha256.upper(), ""):
        with pytest.raises(ReadError, match="NBML-R31"):
            load_frame(tmp_path, bad)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    """F25: the disk is full when the file is synced."""

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_frame(FRAME, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_hash_tells_frames_apart():
    frame = read(FRAME).frame
    nan = frame.copy()
    nan.loc[1, "x"] = np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\xff")[0]
    assert hash_frame(nan) == hash_frame(frame)
    others = [
        frame.rename(columns={"x": "y"}),
        frame.iloc[:, ::-1],
        frame.iloc[::-1],
        frame.iloc[:2],
        frame.assign(n=[1.0, 2.0, 3.0]),
        frame.assign(m=["a", "", "𠮷"]),
        frame.assign(m=["a𠮷", None, ""]),
    ]
    assert len({hash_frame(other) for other in [frame, *others]}) == 8
    known = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", "ÿ"]})
    assert hash_frame(known) == "30db44ba3ae4a1b0cbc21fa071c66d0a9ad12d264c4c7462df0f0f013d7ffb8e"


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('ab,;"\n\r 1'), max_size=40), st.integers(1, 3))
def test_both_readers_of_delimited_text_agree(body, width):
    """R8, R10: what Arrow accepts, the exact reader reads the same."""
    try:
        fast = [column.to_pylist() for column in delimited._parse(body, 0, 1, ",", width, "t", _NoExact())]
    except _FellError:
        return
    exact = delimited._parse_exactly(body, 1, ",", width, "t", Notes())
    assert fast == [column.to_pylist() for column in exact]


class _FellError(Exception):
    pass


class _NoExact(Notes):
    """Stops where the fast reader would hand over."""


@pytest.fixture(autouse=True)
def _no_hand_over(request, monkeypatch):
    if "agree" in request.node.name:
        exact = delimited._parse_exactly

        def stop(*args):
            if isinstance(args[-1], _NoExact):
                raise _FellError
            return exact(*args)

        monkeypatch.setattr(delimited, "_parse_exactly", stop)


def test_options_are_one_record_for_all():
    options = ReadOptions(header=(3, 4), kinds={"a": "category"}, keep_tokens={"a": "all"}, convert="all")
    assert ReadOptions.model_validate_json(options.model_dump_json()) == options
    assert ReadOptions.model_validate({"header": [3, 4], "missing_tokens": ["ND"]}).missing_tokens == ("ND",)

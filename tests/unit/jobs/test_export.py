"""S15: files that a spreadsheet opens without running a cell."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.errors import EngineError
from nbml.jobs.export import FORMATS, ExportError, harmless, table_writer, write_table

FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_get_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell", ["-5", "+3.2e-4", "-.5", "x=1", "", " =1", None, -1.5, np.float64(-2.0), True]
)
def test_numbers_and_other_text_are_untouched(cell):
    assert harmless(cell) is cell


@given(st.text())
def test_what_is_written_never_begins_a_formula(text):
    safe = harmless(text)
    assert safe.endswith(text)
    if safe.startswith(("=", "@", "\t", "\r", "\n")):
        pytest.fail(safe)
    if safe.startswith(("+", "-")):
        float(safe)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_delimited_names_categories_and_numbers(tmp_path, suffix):
    table = pd.DataFrame({"=name": pd.Categorical(["=cmd", "b", None]), "温度[℃]": [-1.5, np.nan, 0.1 + 0.2]})
    file = tmp_path / f"out{suffix}"
    write_table(table, file)
    separator = "," if suffix == ".csv" else "\t"
    back = pd.read_csv(file, sep=separator, float_precision="round_trip")  # pandas 2 reads the last bit off
    assert list(back.columns) == ["'=name", "温度[℃]"]
    assert back["'=name"].tolist()[:2] == ["'=cmd", "b"]
    np.testing.assert_array_equal(back["温度[℃]"], table["温度[℃]"])


def test_byte_order_mark_for_excel(tmp_path):
    write_table(pd.DataFrame({"温度": [1]}), tmp_path / "a.csv", byte_order_mark=True)
    write_table(pd.DataFrame({"温度": [1]}), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "b.csv").read_bytes()


def test_excel_text_is_typed_text(tmp_path):
    table = pd.DataFrame({
        "=name": [*FORMULAS[:4], "bell\x07"], "n": [1.5, np.nan, -2, np.inf, 4],
        "when": pd.to_datetime(["2024-01-02"] * 5), "zone": pd.to_datetime(["2024-01-02T00:00Z"] * 5),
        "i": np.arange(5), "ok": [True, False] * 2 + [True]})  # fmt: skip
    write_table(table, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO((tmp_path / "out.xlsx").read_bytes())).active
    cells = list(sheet.iter_rows())
    assert [cell.data_type for cell in cells[0]] == ["s"] * 6
    assert [row[0].value for row in cells[1:]] == [*FORMULAS[:4], "bell\\u0007"]
    assert {row[0].data_type for row in cells[1:]} == {"s"}
    assert [row[1].value for row in cells[1:]] == [1.5, None, -2, "inf", 4]
    assert cells[1][2].is_date
    assert cells[1][3].value.startswith("2024-01-02T")
    assert [row[5].value for row in cells[1:]] == [True, False, True, False, True]


def test_parquet_keeps_types(tmp_path):
    table = pd.DataFrame({"=a": pd.Categorical(["=x", "y"]), "b": [1.0, None]})
    write_table(table, tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), table)


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_rows_keep_their_names(tmp_path, suffix):
    """P9"""
    write_table(
        pd.DataFrame({"a": pd.Series(dtype=float), "b": pd.Series(dtype=str)}), tmp_path / f"out{suffix}"
    )
    readers = {
        ".csv": pd.read_csv,
        ".tsv": lambda file: pd.read_csv(file, sep="\t"),
        ".xlsx": lambda file: pd.read_excel(file, engine="openpyxl"),
        ".parquet": pd.read_parquet,
    }
    assert list(readers[suffix](tmp_path / f"out{suffix}").columns) == ["a", "b"]


def test_refusals_leave_the_old_file(tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("kept")
    with pytest.raises(ExportError, match="NBML-C06"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "out.pkl")
    with pytest.raises(ExportError, match="NBML-C07"):
        write_table(pd.DataFrame(np.zeros((1, 17_000))), tmp_path / "wide.xlsx")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(EngineError, match="NBML-E02"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "folder.csv")
    assert old.read_text() == "kept"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.csv", "old.csv"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_pieces_make_the_same_file(tmp_path, suffix):
    """P15"""
    table = pd.DataFrame({"=n": np.arange(10.0), "t": [*FORMULAS, "x", None]})
    write_table(table, tmp_path / f"whole{suffix}")
    with table_writer(tmp_path / f"parts{suffix}") as write:
        for start in (0, 3, 9):
            write(table.iloc[start : {0: 3, 3: 9, 9: 10}[start]])
    whole, parts = tmp_path / f"whole{suffix}", tmp_path / f"parts{suffix}"
    if suffix in (".csv", ".tsv"):
        assert whole.read_bytes() == parts.read_bytes()
        return
    read = pd.read_parquet if suffix == ".parquet" else partial(pd.read_excel, engine="openpyxl")
    pd.testing.assert_frame_equal(read(whole), read(parts))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_failure_midway_leaves_the_older_file_and_nothing_else(tmp_path, suffix):
    """S15"""
    file = tmp_path / f"out{suffix}"
    file.write_bytes(b"old")

    def begin():
        with table_writer(file) as write:
            write(pd.DataFrame({"a": [1]}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        begin()
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]

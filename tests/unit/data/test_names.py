"""Names, units and hostile text (R13-R15, D31-D37, S1): read, shown, stored."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbml.data.limits import ReadLimits
from nbml.data.names import settle_names
from nbml.data.raw import Notes
from nbml.data.read import read
from nbml.data.store import hash_frame, load_frame, save_frame
from nbml.data.units import split_unit
from nbml.errors import ReadError

HOSTILE = (
    '[ ] < , : " { }',
    "a\nb",
    "a b",
    "a_b",
    "rmse",
    "target",
    "fold",
    "index",
    "level_0",
    "__proto__",
    "0",
    "constructor",
    "Unnamed: 0",
    "<img src=x onerror=alert(1)>",
    "\u202eabc",
    "a\u200bb",
    "𠮷野",
    "é",
    "e\u0301",
    "ﾃｽﾄ",
    "テスト",
    "THT",
    "THt",
    "=1+1",
    "{{7*7}}",
    "${x}",
    "a.b",
    "",
    " ",
    "x" * 300,
    "\x00",
    "a\x00b",
    "\ufeffx",
    "NaN",
    "'; DROP TABLE t",
)
names = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=12))
settled = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def unique(listed):
    return settle_names(listed, Notes(), "t", ReadLimits())


def test_repeated_names_are_renamed_visibly(tmp_path):
    """R13: the case a, a, a.1, and one where the new name is taken already."""
    path = tmp_path / "t.csv"
    path.write_text("a,a,a.1,a (2),a\n1,2,3,4,5\n")
    table = read(path)
    assert table.columns.names == ("a", "a (3)", "a.1", "a (2)", "a (4)")
    assert table.frame.iloc[0].tolist() == [1, 2, 3, 4, 5]
    assert [d.fields["place"] for d in table.report.of("read.renamed")] == [2, 5]


def test_unnamed_and_odd_names(tmp_path):
    """R14: empty, blank, NUL, newline, 10,000 characters; the name as in the file, the label stripped."""
    odd = ["", "  ", "a\nb", " x [K] ", "n\x00l", "y" * 10_000]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([odd, [1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 7]])
    path = tmp_path / "t.csv"
    path.write_bytes(out.getvalue().encode())
    table = read(path)
    assert table.columns.names == ("column 1", "column 2", *odd[2:])
    assert table.report.of("read.unnamed")[0].columns == ("column 1", "column 2")
    assert (table.columns[" x [K] "].label, table.columns[" x [K] "].unit) == ("x", "K")
    assert "\x00" not in str(table.report)
    assert "a\\u000ab" in str(table.report)
    assert len(max(str(table.report).splitlines(), key=len)) < 2_000


@pytest.mark.parametrize(
    "pair", [("THT", "THt"), ("é", "e\u0301"), ("ﾃｽﾄ", "テスト"), ("a", "a "), ("Ａ", "A")]
)
def test_near_equal_names_stay_apart_and_are_reported(pair):
    """R15."""
    table = read(pd.DataFrame([[1, 2]], columns=list(pair)))
    assert table.columns.names == pair
    assert [d.columns for d in table.report.of("read.near_names")] == [pair]


def test_integer_names_become_text_without_collision():
    """D31."""
    table = read(pd.DataFrame([[1, 2, 3]], columns=[1, "1", 2.5]))
    assert table.columns.names == ("1", "1 (2)", "2.5")
    with pytest.raises(ReadError, match="NBML-R28"):
        read(pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1]], columns=pd.Index(["a\ud800"], dtype=object)),
        pd.DataFrame({"a": pd.Series(["x", "y\udfff"], dtype=object)}),
    ],
)
def test_half_characters_are_refused(frame):
    """D36."""
    with pytest.raises(ReadError, match="NBML-R27"):
        read(frame)


@settled
@given(st.lists(names, max_size=8))
def test_settled_names_are_unique_and_keep_what_they_can(listed):
    """R13, R14: unique, in order, unchanged where they were unique and not blank."""
    found = unique(listed)
    assert len(set(found)) == len(found) == len(listed)
    for before, after in zip(listed, found, strict=True):
        assert after == before or listed.count(before) > 1 or not before.strip()
    assert unique(found) == found


@settled
@given(st.lists(names, min_size=2, max_size=6), st.lists(names, min_size=1, max_size=6))
@example(["a", "\ufeffx"], ["\x00"])
def test_hostile_names_and_levels_survive(tmp_path, columns, levels):
    """D29, D33-D37: CSV -> read -> save -> load gives the same names, values and hash."""
    header = unique(columns)
    rows = [
        [str(i + 0.5), *(levels[(i + j) % len(levels)] for j in range(len(header) - 1))] for i in range(6)
    ]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    path = tmp_path / "t.csv"
    path.write_bytes(out.getvalue().encode())
    table = read(
        path,
        header=1,
        delimiter=",",
        encoding="utf-8",
        missing_tokens="none",
        kinds=dict.fromkeys(header[1:], "category"),
    )
    assert list(table.columns.names) == header
    for j, name in enumerate(header[1:], start=1):
        wanted = [row[j] if row[j].strip() else None for row in rows]
        assert table.frame[name].astype(object).where(table.frame[name].notna(), None).tolist() == wanted
    again = load_frame(tmp_path, save_frame(table.frame, tmp_path))
    pd.testing.assert_frame_equal(again, table.frame)
    assert hash_frame(again) == table.sha256
    assert read(again, kinds=dict.fromkeys(header[1:], "category")).sha256 == table.sha256


def test_html_view_is_escaped_and_short(tmp_path):
    """S1: names, levels and the path are text."""
    bad = "<img src=x onerror=alert(1)>"
    path = tmp_path / "<b>x.csv"
    path.write_text(f"{bad},y\n</td><script>,1\nb,2\n")
    table = read(path)
    shown = table._repr_html_()
    for tag in ("<img", "<script", "<b>"):
        assert tag not in shown
    assert "&lt;img" in shown
    assert len(repr(table)) < 200
    assert "\u202e" not in read(pd.DataFrame({"\u202eabc": [1]}))._repr_html_()


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("Air temperature [K]", "Air temperature", "K"),
        ("平均気温(℃)", "平均気温", "℃"),
        ("湿度（％）", "湿度", "%"),
        ("圧力〔ＭＰａ〕", "圧力", "MPa"),
        ("日射量(MJ/㎡)", "日射量", "MJ/㎡"),
        ("風速 (m s^-1)", "風速", "m s^-1"),
        ("Strength (28-day)(Mpa)", "Strength (28-day)", "Mpa"),
        ("x [arb. scale]", "x", "arb. scale"),
        ("Jitter(Abs)", "Jitter(Abs)", None),
        ("天気(昼：06時～18時)", "天気(昼：06時～18時)", None),
        ("[K]", "[K]", None),
        ("a(b)c", "a(b)c", None),
        ("f(x)", "f(x)", None),
        (" x ", "x", None),
    ],
)
def test_units_are_taken_from_brackets(name, label, unit):
    assert split_unit(name) == (label, unit)

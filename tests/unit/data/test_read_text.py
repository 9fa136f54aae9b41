"""Delimited text: encodings, separators, headers, rows (R1-R12, R17-R23)."""

from __future__ import annotations

import numpy as np
import pytest

from nbml.data.read import read
from nbml.errors import ReadError


def keys(table):
    return {d.key.removeprefix("read.") for d in table.report.decisions}


@pytest.fixture
def file(tmp_path):
    def write(content, name="t.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


JAPANESE = "温度[℃],材料①,面積㎡\n20.5,㈱A～B,3\n21.5,ﾎﾟﾘﾏｰ,4\n"


def test_cp932_is_found_and_can_be_said(file):
    """R1: CP932 with the characters that Shift-JIS proper lacks."""
    table = read(file(JAPANESE, encoding="cp932"))
    assert table.columns.names == ("温度[℃]", "材料①", "面積㎡")
    assert list(table.frame["材料①"]) == ["㈱A～B", "ﾎﾟﾘﾏｰ"]
    found = table.report.of("read.encoding.likely")[0]
    assert found.fields == {"encoding": "cp932", "certainty": "100%"}
    said = read(file(JAPANESE, encoding="cp932"), encoding="cp932")
    assert "encoding.said" in keys(said)
    assert said.sha256 == table.sha256 == read(file(JAPANESE)).sha256


@pytest.mark.parametrize(
    "text", ["Temp [°C],name\n1,a\n2,b\n", "Größe,Température\n1,2\n3,4\n", "µm,x\n1,2\n"]
)
def test_latin_1_is_neither_guessed_nor_taken_for_cp932(file, text):
    """R2: Western bytes are refused with the guess named, until the user says what they are."""
    path = file(text, encoding="latin-1")
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.code == "NBML-R14"
    assert caught.value.fields["byte"] == next(i for i, c in enumerate(text) if ord(c) > 127)
    assert caught.value.fields["guess"] == "cp1252"
    assert read(path, encoding="latin-1").columns.names[0] == text.split(",")[0]


def test_utf8_with_mark_has_a_clean_first_name(file):
    """R3."""
    table = read(file(JAPANESE, encoding="utf-8-sig"))
    assert table.columns.names[0] == "温度[℃]"
    assert "encoding.bom" in keys(table)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_with_and_without_mark(file, encoding):
    """R4."""
    table = read(file(JAPANESE, encoding=encoding))
    assert table.columns.names[0] == "温度[℃]"
    assert table.frame.shape == (2, 3)


def test_binary_with_nuls_is_refused(file):
    """R4: NULs without the pattern of UTF-16."""
    with pytest.raises(ReadError, match="NBML-R16"):
        read(file(b"a,b\n" + bytes([0, 0, 255, 1]) * 50))


def test_broken_byte_is_named_with_offset_and_line(file):
    """R5: valid UTF-8 up to one broken byte far below."""
    good = "名前,値\n" + "あいう,1\n" * 9_000
    data = good.encode() + b"\xe3\x81,2\n"
    with pytest.raises(ReadError) as caught:
        read(file(data))
    assert caught.value.code == "NBML-R15"
    assert (caught.value.fields["byte"], caught.value.fields["line"]) == (len(good.encode()), 9_002)


@pytest.mark.parametrize(("encoding", "guess"), [("euc_jp", "euc_jp"), ("iso2022_jp", "iso2022_jp")])
def test_other_japanese_encodings_are_refused_by_name(file, encoding, guess):
    """R6."""
    path = file("温度,強度,備考\n20,3,あいうえお\n21,4,東京都千代田区\n", encoding=encoding)
    with pytest.raises(ReadError) as caught:
        read(path)
    assert (caught.value.code, caught.value.fields["guess"]) == ("NBML-R14", guess)
    assert read(path, encoding=encoding).columns.names == ("温度", "強度", "備考")


def test_said_encoding_is_strict_and_known(file):
    path = file(JAPANESE, encoding="cp932")
    with pytest.raises(ReadError, match="NBML-R13"):
        read(path, encoding="utf-8")
    for name in ("no-such", "rot13", "hex"):
        with pytest.raises(ReadError, match="NBML-R21"):
            read(path, encoding=name)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "R11"), ("\n \n", "R11"), ("\ufeff", "R11"), ("a,b\n", "R12"), ("a,b\n\n , \n", "R12")],
)
def test_empty_and_header_only_are_told_apart(file, content, code):
    """R7."""
    with pytest.raises(ReadError, match=f"NBML-{code}"):
        read(file(content))


def test_one_row_loads_with_a_warning(file):
    """R7."""
    table = read(file("a,b\n1,2\n"))
    assert table.frame.shape == (1, 2)
    assert "one_row" in {d.key.removeprefix("read.") for d in table.report.warnings}


def test_longer_row_is_refused_with_its_line(file):
    """R8: blank lines and line ends in quotes count as the editor counts."""
    with pytest.raises(ReadError) as caught:
        read(file('a,b\n1,"x\ny"\n\n1,2\n1,2,3\n4,5,6\n'))
    assert caught.value.code == "NBML-R17"
    fields = {name: caught.value.fields[name] for name in ("line", "found", "expected", "count")}
    assert fields == {"line": 6, "found": 3, "expected": 2, "count": 2}


def test_every_row_one_longer_is_refused(file):
    """R9: never an index column made of the first."""
    with pytest.raises(ReadError, match="NBML-R18"):
        read(file("a,b\n1,2,3\n4,5,6\n7,8,9\n"))


def test_trailing_separators_are_cut(file):
    """R9: a separator at the end of every row is no field."""
    table = read(file("a,b\n1,2,\n3,4,\n"))
    assert table.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert "trailing_empty" in keys(table)
    assert read(file("a,b,\n1,2,\n3,4,\n")).sha256 == table.sha256


def test_short_rows_are_filled_and_counted(file):
    """R10."""
    table = read(file("a,b,c\n1,2,3\n4,5\n6\n"))
    assert table.frame["c"].isna().tolist() == [False, True, True]
    assert table.report.of("read.short_rows")[0].fields == {"count": 2, "line": 3, "expected": 3}


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_separators_are_found(file, sign):
    """R11."""
    table = read(file(f"a{sign}b c{sign}d\n1{sign}x, y. z{sign}2.5\n3{sign}p{sign}4.5\n".replace(", ", " ")))
    assert table.columns.names == ("a", "b c", "d")
    assert table.frame["d"].tolist() == [2.5, 4.5]


def test_decimal_comma(file):
    """R11: found beside a semicolon, said anywhere, never guessed from 1,234 alone."""
    table = read(file("a;b\n0,5;1\n-1,25;2\n1,5e3;3\n"))
    assert table.frame["a"].tolist() == [0.5, -1.25, 1500.0]
    assert "decimal.comma" in keys(table)
    unclear = read(file("a;b\n1,234;1\n2,345;2\n"))
    assert unclear.columns["a"].kind == "category"
    assert "decimal.unclear" in keys(unclear)
    assert read(file("a;b\n1,234;1\n"), decimal=",").frame["a"].tolist() == [1.234]


def test_single_column_is_said(file):
    """R11: a file with another separator does not pass unseen."""
    assert "delimiter.single" in keys(read(file("a:b\n1:2\n")))
    assert read(file("a:b\n1:2\n"), delimiter=":").columns.names == ("a", "b")


PREAMBLE = "装置,X-1,,\n測定日,2024/1/1,,\n\n温度,圧力,時間,備考\n℃,MPa,s,-\n1.5,2,3,ok\n2.5,3,4,ng\n"


def test_preamble_and_unit_row(file):
    """R12."""
    table = read(file(PREAMBLE))
    assert table.columns.names == ("温度 [℃]", "圧力 [MPa]", "時間 [s]", "備考")
    assert [c.unit for c in table.columns.columns] == ["℃", "MPa", "s", None]
    assert table.report.of("read.header.joined")[0].fields["lines"] == "4, 5"
    assert table.report.of("read.header.preamble")[0].fields["count"] == 2
    assert table.frame["温度 [℃]"].tolist() == [1.5, 2.5]


def test_header_can_be_said(file):
    """R12: lines counted from 1, blank ones too."""
    table = read(file(PREAMBLE), header=4, first_row=6)
    assert table.columns.names == ("温度", "圧力", "時間", "備考")
    none = read(file(PREAMBLE), header="none", first_row=6)
    assert none.columns.names == ("column 1", "column 2", "column 3", "column 4")
    assert none.frame.shape == (2, 4)
    for missing in (3, 99):
        with pytest.raises(ReadError, match="NBML-R20"):
            read(file(PREAMBLE), header=missing)


def test_no_header_and_years_as_header(file):
    """R12: a first line of data is no header; consecutive years over numbers are one."""
    table = read(file("1,2.5,x\n2,3.5,y\n3,4.5,z\n"))
    assert table.frame.shape == (3, 3)
    assert "header.none" in {d.key.removeprefix("read.") for d in table.report.warnings}
    years = read(file("県,2013,2014,2015\n東京,1.5,2.5,3.5\n大阪,1.1,2.1,3.1\n"))
    assert years.columns.names == ("県", "2013", "2014", "2015")
    days = read(file("銘柄,2024/1/1,2024/1/2,2024/1/3\nA,1,2,3\nB,4,5,6\n"))
    assert days.columns.names == ("銘柄", "2024/1/1", "2024/1/2", "2024/1/3")


def test_merged_group_row_is_used_where_names_repeat(file):
    """R12: two rows as spreadsheets merge them."""
    table = read(file(",上部,,下部,\n番号,温度,湿度,温度,湿度\n1,20,50,21,51\n2,20,50,21,51\n"))
    assert table.columns.names == ("番号", "上部 温度", "上部 湿度", "下部 温度", "下部 湿度")


def test_text_marks_in_the_first_rows_are_data(file):
    """R12: a value that is no number does not become a second header row when it occurs below."""
    table = read(file("id,x\na,ND\nb,1\nc,ND\nd,2\n"))
    assert table.columns.names == ("id", "x")
    assert len(table.frame) == 4


def test_missing_tokens_are_listed_and_switched_by_column(file):
    """R16: NA as a grade, None as a treatment."""
    path = file("grade,dose,x\nNA,None,1\nA,low,NA\nB,None,-\n")
    table = read(path)
    assert table.frame["grade"].isna().tolist() == [True, False, False]
    (grade,) = [d for d in table.report.of("read.missing.in_text") if d.columns == ("grade",)]
    assert grade.severity == "warning"
    assert grade.fields == {"tokens": ["NA"], "counts": [1]}
    assert table.report.of("read.missing.in_numbers")[0].fields == {"tokens": ["-", "NA"], "counts": [1, 1]}
    kept = read(path, keep_tokens={"grade": ("NA",), "dose": "all"})
    assert kept.frame["grade"].tolist() == ["NA", "A", "B"]
    assert kept.frame["dose"].tolist() == ["None", "low", "None"]
    assert kept.frame["x"].isna().sum() == 2
    assert read(path, missing_tokens="none").frame["dose"].tolist() == ["None", "low", "None"]
    assert read(file("x\n1\nND\n3\n"), missing_tokens=("ND",)).frame["x"].tolist()[::2] == [1.0, 3.0]


def test_decorated_numbers_are_offered_not_converted(file):
    """R17."""
    path = file('a,b,c,d\n"1,234",￥500,12%,１２\n"12,345,678",1200円,3.5％,３\n5,▲7,4,5\n')
    table = read(path)
    assert {c.kind for c in table.columns.columns} == {"category"}
    assert table.report.of("read.decorated")[0].fields == {"count": 2, "example": "1,234"}
    converted = read(path, convert="all")
    assert converted.frame.to_dict("list") == {
        "a": [1234, 12345678, 5],
        "b": [500, 1200, -7],
        "c": [12, 3.5, 4],
        "d": [12, 3, 5],
    }
    assert len(converted.report.of("read.converted")) == 4
    european = file("a;b\n1.234,5;0,5\n2,5;1\n")
    assert read(european).report.of("read.decorated")[0].columns == ("a",)
    assert read(european, convert=("a",)).frame["a"].tolist() == [1234.5, 2.5]
    for cells in ("x", '"1,5"', "1 2"):
        with pytest.raises(ReadError, match="NBML-R23"):
            read(file(f"a,b\n1,1\n{cells},1\n"), convert=("a",), decimal=".")


def test_leading_zeros_stay_text(file):
    """R18."""
    table = read(file("lot,zero,x\n00123,0,0.5\n00124,1,0.25\n00123,0,1\n"))
    assert table.frame["lot"].tolist() == ["00123", "00124", "00123"]
    assert [c.kind for c in table.columns.columns] == ["category", "integer", "number"]
    assert table.report.of("read.leading_zeros")[0].fields == {"count": 3}
    assert read(file("lot\n00123\n"), kinds={"lot": "number"}).frame["lot"].tolist() == [123.0]


def test_a_group_keeps_what_a_number_would_lose(file):
    """R18, D16: lots 1.1 and 1.10, 1E2 and 100 stay apart where the column groups rows, and only there."""
    path = file("lot,plain,x\n1.1,1,0.5\n1.10,2,0.25\n100,3,1\n1E2, 3,1\n-,-,2\n")
    grouped = read(path, labels=("lot", "plain", "absent"))
    assert grouped.frame["lot"].tolist()[:4] == ["1.1", "1.10", "100", "1E2"]
    assert grouped.frame["lot"].isna().tolist() == [False] * 4 + [True]
    assert (grouped.columns["lot"].kind, grouped.columns["plain"].kind) == ("category", "integer")
    assert grouped.report.of("read.label")[0].columns == ("lot",)
    assert read(path).columns["lot"].kind == "number"
    assert read(path, labels=("lot",), kinds={"lot": "number"}).columns["lot"].kind == "number"
    ordinary = file("lot,x\n1,0.5\n2,0.25\n2,3\n")
    assert read(ordinary, labels=("lot",)).sha256 == read(ordinary).sha256


@pytest.mark.parametrize("number", [2**53, 2**63, 2**64 + 1, -(2**53)])
def test_huge_integers_stay_text(file, number):
    """R19: or become a float with a warning when asked for."""
    path = file(f"id,x\n{number},1\n1,2\n")
    table = read(path)
    assert table.frame["id"].tolist() == [str(number), "1"]
    assert "big_integers" in keys(table)
    asked = read(path, kinds={"id": "number"})
    assert asked.frame["id"].tolist() == [float(number), 1.0]
    assert "inexact" in {d.key.removeprefix("read.") for d in asked.report.warnings}
    assert read(file(f"id\n{2**53 - 1}\n")).frame["id"].tolist() == [2**53 - 1]


def test_infinities_are_numbers_and_said(file):
    """R20."""
    table = read(file("x,y\ninf,1\n-Infinity,2\n1e400,3\n1,4\n"))
    assert np.isinf(table.frame["x"]).sum() == 3
    assert table.report.of("read.infinite")[0].fields == {"count": 3, "row": 1}
    assert table.columns["x"].low == table.columns["x"].high == 1.0


def test_mixed_column_is_reported(file):
    """R21."""
    table = read(file("x,y\n" + "".join(f"{i},1\n" for i in range(97)) + "ND,1\n<1,1\nND,1\n"))
    (mixed,) = table.report.of("read.mixed")
    assert mixed.severity == "warning"
    assert mixed.fields == {"numbers": "97 %", "others": "3 %", "count": 3, "row": 98, "first": "ND"}
    assert table.columns["x"].role == "ignored"


def test_booleans_with_and_without_gaps(file):
    """R22: one form for all models."""
    table = read(file("p,q\nTrue,true\nFALSE,\nTrue,false\n"))
    assert table.frame["p"].tolist() == [True, False, True]
    assert table.frame["q"].dtype == "float64"
    assert table.frame["q"].tolist()[::2] == [1.0, 0.0]
    assert {c.kind for c in table.columns.columns} == {"boolean"}
    assert read(file("p\n0\n1\n"), kinds={"p": "boolean"}).frame["p"].tolist() == [False, True]
    with pytest.raises(ReadError, match="NBML-R23"):
        read(file("p\n0\n2\n"), kinds={"p": "boolean"})


@pytest.mark.parametrize(
    "values",
    [
        ("2024-01-31", "2024-02-01"),
        ("2013/10/20 23:31", "2013/1/2 0:00"),
        ("1/1/11", "12/31/12"),
        ("令和6年1月2日", "平成元年12月31日"),
        ("R6.1.2", "H31.4.30"),
        ("2024年3月", "2024年4月"),
        ("2024-01-31T10:00:00+09:00", "2024-01-31T10:00:00Z"),
        ("12:30", "23:59:59"),
        ("31-Jan-2024", "1-Feb-24"),
    ],
)
def test_dates_are_recognised_and_no_feature(file, values):
    """R23: kept as written."""
    table = read(file("day,x\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values))))
    assert (table.columns["day"].kind, table.columns["day"].role) == ("date", "ignored")
    assert table.frame["day"].tolist() == list(values)
    assert table.columns["day"].note


def test_date_serials_are_noted(file):
    """R23."""
    header = "測定日付,packed,n,update_rate,日時,code\n"
    rows = "45000,20240131,45000,45000,45000.25,20240177\n45001,20240201,45001,1,45001.5,20240201\n"
    table = read(file(header + rows))
    noted = {column.name for column in table.columns.columns if column.note}
    assert noted == {"測定日付", "packed", "日時"}


def test_open_quote_is_named(file):
    with pytest.raises(ReadError) as caught:
        read(file('a,b\n1,2\n3,"4\n5,6\n'))
    assert (caught.value.code, caught.value.fields["line"]) == ("NBML-R19", 3)


def test_free_text_is_no_feature_and_categories_are(file):
    rows = "".join(f"note {i},{'AB'[i % 2]},{i}\n" for i in range(40))
    table = read(file(f"memo,type,x\n{rows}"))
    assert (table.columns["memo"].kind, table.columns["memo"].role) == ("text", "ignored")
    assert table.columns["type"].levels == ("A", "B")


def test_near_levels_are_reported(file):
    """D28 as far as reading goes: a trailing blank or a full-width letter makes another level."""
    table = read(file("m,x\nabc,1\nabc ,2\nＡＢＣ,3\n"))
    assert table.frame["m"].tolist() == ["abc", "abc ", "ＡＢＣ"]
    assert table.report.of("read.near_levels")[0].columns == ("m",)


def test_wrong_options_are_named(file):
    path = file("a,b\n1,2\n")
    for option in ({"kinds": {"zz": "number"}}, {"keep_tokens": {"zz": "all"}}, {"convert": ("zz",)}):
        with pytest.raises(ReadError, match="NBML-R22"):
            read(path, **option)
    for option in (
        {"delimeter": ","},
        {"header": 0},
        {"delimiter": ";;"},
        {"decimal": "x"},
        {"kinds": {"a": "float"}},
    ):
        with pytest.raises(ReadError, match="NBML-R21"):
            read(path, **option)
    with pytest.raises(ReadError) as caught:
        read(file("a\n1\nx\ny\n"), kinds={"a": "number"})
    fields = {name: caught.value.fields[name] for name in ("column", "kind", "count", "row")}
    assert fields == {"column": "a", "kind": "number", "count": 2, "row": 2}

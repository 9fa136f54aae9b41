"""Files as such and the other formats (R24-R31), and the real tables."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from nbml.data.arrow_sizes import unpacked_sizes
from nbml.data.limits import ReadLimits
from nbml.data.merged import fill_down, merged_cells
from nbml.data.read import read
from nbml.data.source import opened
from nbml.errors import ReadError

CSV = "a,b\n1,x\n2,y\n"
FRAME = pd.DataFrame(
    {"温度[℃]": [1.5, np.nan, 3.0], "n": [1, 2, 3], "p": [True, False, True], "m": ["A", None, "B"]}
)


def refused(code, source, **options):
    with pytest.raises(ReadError) as caught:
        read(source, **options)
    assert caught.value.code == f"NBML-{code}"
    assert "?" not in caught.value.message
    return caught.value


@pytest.fixture
def put(tmp_path):
    def write(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def workbook(*sheets, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_format_gives_the_same_table(tmp_path):
    """The hash is of the content, not of the file."""
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    FRAME.to_csv(tmp_path / "t.tsv", index=False, sep="\t", encoding="utf-16")
    FRAME.to_csv(tmp_path / "t.csv.gz", index=False)
    FRAME.to_csv(tmp_path / "cp932.csv", index=False, encoding="cp932")
    (tmp_path / "t.zip").write_bytes(zipped(("t.csv", (tmp_path / "t.csv").read_bytes())))
    FRAME.to_parquet(tmp_path / "t.parquet")
    FRAME.to_feather(tmp_path / "t.feather")
    FRAME.to_excel(tmp_path / "t.xlsx", index=False)
    tables = [read(path) for path in sorted(tmp_path.iterdir())] + [read(FRAME)]
    assert len(tables) == 9
    assert {table.sha256 for table in tables} == {tables[0].sha256}
    for table in tables:
        assert [c.kind for c in table.columns.columns] == ["number", "integer", "boolean", "category"]
        assert table.columns["温度[℃]"].unit == "℃"
        assert [str(d) for d in table.frame.dtypes][:3] == ["float64", "int64", "bool"]


def test_not_usable_columns_are_named():
    """R24: durations, complex numbers, nested and binary values are kept for show, never as a number."""
    frame = pd.DataFrame(
        {
            "t": pd.to_timedelta([1, 2], unit="s"),
            "z": np.array([1 + 2j, 3j]),
            "l": [[1], [2, 3]],
            "b": [b"\x00", b"\x01"],
            "o": [object(), 1],
            "x": [1.0, 2.0],
        }
    )
    table = read(frame)
    assert [c.kind for c in table.columns.columns] == ["unsupported"] * 5 + ["number"]
    assert all(table.columns[name].role == "ignored" and table.columns[name].note for name in "tzlbo")
    assert {d.columns[0] for d in table.report.of("read.unsupported")} == set("tzlbo")
    assert table.frame["z"].tolist() == ["(1+2j)", "3j"]


def test_nested_parquet_columns_are_named(tmp_path):
    """R24."""
    table = pa.table({"s": [{"a": 1}], "d": pa.array([5], pa.duration("s")), "x": [1.5]})
    pq.write_table(table, tmp_path / "t.parquet")
    kinds = [c.kind for c in read(tmp_path / "t.parquet").columns.columns]
    assert kinds == ["unsupported", "unsupported", "number"]


def test_archives(put):
    """R25: one member only, torn streams, bombs."""
    assert refused("R07", put(zipped(("a.csv", CSV), ("b.csv", CSV)), "t.zip")).fields["count"] == 2
    refused("R07", put(zipped(), "empty.zip"))
    packed = gzip.compress(CSV.encode() * 1_000)
    refused("R08", put(packed[: len(packed) // 2], "t.csv.gz"))
    refused("R08", put(zipped(("a.csv", CSV * 99))[:60], "torn.zip"))
    bomb = b"x\n" + b"0" * (20 << 20)
    refused("R06", put(gzip.compress(bomb), "bomb.gz"))
    refused("R06", put(zipped(("a.csv", bomb)), "bomb.zip"))
    big = put(gzip.compress(os.urandom(300_000).hex().encode()), "big.gz")
    refused("R06", big, limits=ReadLimits(unpacked_bytes=100_000))
    refused("R09", put(zipped(("t.xlsx", workbook(("s", [["a"], [1]])))), "wrapped.zip"))


def test_zip_that_understates_its_size(put):
    """R25: what comes out is counted, not what the directory of the archive says."""
    data = bytearray(zipped(("a.csv", b"x\n" + b"1\n" * 50_000)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + at
        data[place : place + 4] = (10).to_bytes(4, "little")
    refused("R08", put(bytes(data), "liar.zip"))


def test_content_decides_not_the_name(put):
    """R26."""
    book = workbook(("s", [["a", "b"], [1, "x"], [2, "y"]]))
    table = read(put(book, "really_excel.csv"))
    assert table.sha256 == read(put(CSV, "plain.csv")).sha256
    assert table.report.of("read.format")[0].severity == "warning"
    refused("R09", put("\n<!DOCTYPE html><html><body>404</body></html>", "page.csv"))
    refused("R09", put('<?xml version="1.0"?><a/>', "x.csv"))
    refused("R09", put('[{"a": 1}]', "j.csv"))
    refused("R10", put(CSV, "t.parquet"))
    refused("R10", put(CSV, "t.xlsx"))
    refused("R10", put(CSV, f"{'long' * 50}.xlsx"))


def test_excel_sheets_formulas_and_kinds(tmp_path):
    """R27: stored values only, hidden sheets listed, what was never calculated is said."""
    day = dt.datetime(2024, 1, 31)
    path = tmp_path / "t.xlsx"
    path.write_bytes(
        workbook(
            ("hidden", [["h"], [1]]),
            ("空", []),
            (
                "data",
                [
                    ["測定結果"],
                    [],
                    ["id", "x", "day", "f", "mixed"],
                    ["001", 1, day, "=1+1", 1.5],
                    ["002", 2.5, day, "=2+2", "ND"],
                ],
            ),
            ("other", [["z"], [9]]),
            hidden=("hidden",),
        )
    )
    table = read(path)
    assert table.columns.names == ("id", "x", "day", "f", "mixed")
    sheet = table.report.of("read.sheet.found")[0]
    assert sheet.fields == {"sheet": "data", "sheets": ["hidden *", "空", "data", "other"]}
    assert table.frame["id"].tolist() == ["001", "002"]
    assert table.frame["day"].tolist() == [pd.Timestamp(day)] * 2
    assert table.frame["f"].isna().all()
    assert table.report.of("read.sheet.formulas")[0].fields == {"count": 2}
    assert table.frame["mixed"].tolist() == ["1.5", "ND"]
    assert read(path, sheet="other").columns.names == ("z",)
    assert read(path, sheet=4).columns.names == ("z",)
    assert read(path, sheet="hidden").columns.names == ("h",)
    assert "data" in refused("R26", path, sheet="nope").fields["sheets"]
    refused("R11", path, sheet="空")
    refused("R26", path, sheet=9)


def sheet_with(rows, merged=(), hidden_rows=(), hidden_columns=()):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for place in merged:
        sheet.merge_cells(place)
    for row in hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for column in hidden_columns:
        sheet.column_dimensions[column].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_stand_in_every_row_they_cover(put):
    """R27: a lot merged over its rows is the lot of each; a merged title and header are not filled down."""
    rows = [
        ["配合試験", None, None, None],
        ["ロット", "温度", None, "備考"],
        [None, "上", "下", None],
        ["00A", 1.5, 2.5, "ok"],
        [None, 2.0, 3.5, None],
        [None, 2.5, 1.5, None],
        ["00B", 3.0, 0.5, None],
        [None, 3.5, 0.5, None],
        [None, None, None, None],
    ]
    merged = ("A1:D1", "A2:A3", "B2:C2", "A4:A6", "A7:A9", "D4:D5")
    table = read(put(sheet_with(rows, merged), "lots.xlsx"))
    assert table.columns.names == ("ロット", "温度 上", "温度 下", "備考")
    assert table.frame["ロット"].tolist() == ["00A", "00A", "00A", "00B", "00B"]
    assert table.frame["備考"].tolist()[:2] == ["ok", "ok"]
    assert table.frame["備考"].isna().tolist() == [False, False, True, True, True]
    assert table.frame["温度 上"].tolist() == [1.5, 2.0, 2.5, 3.0, 3.5]
    (said,) = table.report.of("read.sheet.merged")
    assert (said.severity, said.fields) == ("warning", {"count": 4, "found": ["ロット", "備考"]})


def test_hidden_rows_and_columns_are_read_and_said(put):
    """R27"""
    rows = [["a", "b", "c"], [1, 2, 3], [4, 5, 6], [7, 8, 9]]
    table = read(put(sheet_with(rows, hidden_rows=(3,), hidden_columns=("B",)), "hidden.xlsx"))
    assert table.frame["b"].tolist() == [2, 5, 8]
    assert table.report.of("read.sheet.hidden")[0].fields == {"rows": 1, "width": 1}
    plain = read(put(sheet_with(rows), "plain.xlsx"))
    assert plain.sha256 == table.sha256
    assert not plain.report.of("read.sheet.hidden")
    assert not plain.report.of("read.sheet.merged")


def test_merged_cells_that_overlap_fill_each_cell_once():
    """R27, R31: a sheet that says so a million times costs no more than its cells."""
    body = [["x"], [None], [None], [None]]
    wide = merged_cells(b'<mergeCell ref="A1:XFD1048576"/>' * 3 + b"<mergeCell ref='A1'/>")
    assert (wide[0].last_column, wide[0].last) == (16_383, 1_048_576)
    assert fill_down([5, 6, 7, 9], body, [replace(cell, first=5) for cell in wide]) == (3, {0})
    assert body == [["x"]] * 4
    assert fill_down([5, 6], [[None], [1]], [replace(wide[0], first=5)]) == (0, set())


def test_a_row_far_down_is_no_sheet(put):
    """R31: a made-up row number, not a row of Excel's grid."""
    with zipfile.ZipFile(io.BytesIO(workbook(("s", [["a"], [1], [2]])))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    members[part] = members[part].replace(b'r="3"', b'r="9000000"').replace(b'r="A3"', b'r="A9000000"')
    assert refused("R24", put(zipped(*members.items()), "far.xlsx")).fields["limit"] == 1 << 20


def test_excel_with_macros_or_damage(put):
    """R27: macros refused, a torn part named."""
    book = workbook(("s", [["a"], [1]]))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    macros = put(zipped(*members.items(), ("xl/vbaProject.bin", b"x")), "m.xlsm")
    assert refused("R09", macros).fields["format"] == "xlsm"
    refused("R09", put(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls"))
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"][:80]
    refused("R10", put(zipped(*members.items()), "torn.xlsx"))
    members["xl/worksheets/sheet1.xml"] = b"<a>" + b" " * (20 << 20)
    refused("R06", put(zipped(*members.items()), "bomb.xlsx"))


def test_parquet_faults(tmp_path, put):
    """R28: corrupt, repeated names, objects, row labels."""
    FRAME.to_parquet(tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    refused("R10", put(data[:200], "cut.parquet"))
    refused("R10", put(data[:60] + b"\xff" * 40 + data[100:], "flipped.parquet"))
    twice = pa.Table.from_arrays([pa.array([1.5]), pa.array([2.5])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    table = read(tmp_path / "twice.parquet")
    assert table.columns.names == ("a", "a (2)")
    assert table.frame["a (2)"].tolist() == [2.5]
    pd.DataFrame({"x": [1.5, 2.5]}, index=[5, 9]).to_parquet(tmp_path / "index.parquet")
    labelled = read(tmp_path / "index.parquet")
    assert labelled.columns.names == ("x",)
    assert labelled.report.of("read.index")
    pyarrow.feather.write_feather(FRAME, tmp_path / "t.feather")
    refused("R10", put((tmp_path / "t.feather").read_bytes()[:300], "cut.feather"))


def test_a_text_stored_once_and_meant_often_is_counted(tmp_path):
    """R25, R31: a column of a few bytes in the file and of gigabytes in memory."""
    many = pa.table({"x": pa.array(range(1000)), "t": pa.array(["long " * 10_000] * 1000)})
    pq.write_table(many, tmp_path / "t.parquet", compression="zstd")
    pyarrow.feather.write_feather(many, tmp_path / "t.feather", compression="zstd")
    coded = many.set_column(1, "t", many["t"].combine_chunks().dictionary_encode())
    pq.write_table(coded, tmp_path / "coded.parquet", compression="zstd")
    pyarrow.feather.write_feather(coded, tmp_path / "coded.feather")
    for path in sorted(tmp_path.iterdir()):
        assert path.stat().st_size < 200_000
        assert refused("R06", path, limits=ReadLimits(unpacked_bytes=20 << 20)).fields["size"] > 20 << 20
    assert read(tmp_path / "t.parquet").sha256 == read(tmp_path / "coded.feather").sha256


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_sizes_are_told_without_unpacking(tmp_path, compression):
    """R25: what a Feather file says of its parts is what they take."""
    frame = pd.DataFrame({"x": np.arange(5000.0), "n": range(5000), "m": pd.Categorical(["a", "b"] * 2500)})
    pyarrow.feather.write_feather(frame, tmp_path / "t.feather", compression=compression, chunksize=2000)
    sizes = [size for size in unpacked_sizes((tmp_path / "t.feather").read_bytes()) if size]
    assert 85_000 <= sum(sizes) <= 90_000
    assert len(sizes) == 4
    assert read(tmp_path / "t.feather").sha256 == read(frame).sha256


def test_a_feather_bomb_is_refused_unopened(tmp_path):
    """R25"""
    pyarrow.feather.write_feather(
        pd.DataFrame({"x": np.zeros(3_000_000)}),
        tmp_path / "bomb.feather",
        compression="zstd",
        chunksize=3_000_000,
    )
    assert (tmp_path / "bomb.feather").stat().st_size < 50_000
    assert refused("R06", tmp_path / "bomb.feather").fields["size"] >= 24_000_000


def test_pickles_are_no_data(put):
    """R29: refused by content and by name, never loaded."""

    class Trap:
        def __reduce__(self):
            return (os._exit, (3,))

    for protocol in (2, 4, 5):
        refused("R09", put(pickle.dumps(Trap(), protocol), "t.csv"))
    refused("R09", put(CSV, "t.pkl"))
    refused("R29", pickle.dumps(Trap()))


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/a.csv",
        "s3://bucket/a.csv",
        "file:///etc/hosts",
        "ftp://x/y",
        "dbfs:/a",
        "data:text/csv,a",
    ],
)
def test_addresses_are_refused(source):
    """R30."""
    refused("R01", source)


def test_only_regular_files_inside_the_roots(tmp_path, put):
    """R30: folder, device, pipe, link out of the root, missing, no name at all."""
    refused("R03", tmp_path)
    refused("R03", "/dev/null")
    os.mkfifo(tmp_path / "pipe.csv")
    refused("R03", tmp_path / "pipe.csv")
    refused("R02", tmp_path / "none.csv")
    refused("R02", "a\x00b.csv")
    inside, outside = tmp_path / "in", put(CSV, "out.csv")
    inside.mkdir()
    (inside / "link.csv").symlink_to(outside)
    (inside / "ok.csv").write_text(CSV)
    assert len(read(inside / "ok.csv", roots=[inside]).frame) == 2
    refused("R04", inside / "link.csv", roots=[inside])
    refused("R04", inside / ".." / "out.csv", roots=[inside])
    refused("R04", outside, roots=[])


def test_growing_file_is_refused(put):
    """R30: size and time of change are taken once and compared."""
    path = put(CSV)

    def read_while_it_grows():
        with opened(path.resolve(), ReadLimits()) as (stream, size):
            stream.read(size)
            with path.open("a") as more:
                more.write("3,z\n")

    with pytest.raises(ReadError, match="NBML-R30"):
        read_while_it_grows()


def test_sizes_are_checked_first(put):
    """R31: on disk, columns, rows, a cell, memory."""
    refused("R05", put(CSV), limits=ReadLimits(file_bytes=5))
    wide = ",".join(f"c{i}" for i in range(30_000)) + "\n" + ",".join("1" * 30_000) + "\n"
    refused("R24", put(wide))
    refused("R24", put("a,b\n" + "1,2\n" * 200), limits=ReadLimits(rows=100))
    refused("R24", put("a,b\n" + "1,2\n" * 200), limits=ReadLimits(cells=300))
    refused("R24", put("a,b\n1," + "x" * 120_000 + "\n"))
    refused("R24", put("a,b\n1," + "x" * (3 << 20) + "\n"))
    refused("R24", put("a" * 30_000 + ",b\n1,2\n"))
    refused("R24", FRAME, limits=ReadLimits(rows=2))


def test_memory_is_asked_for_before_anything_is_read(put):
    """R31: by the size on disk, and again while a stream is unpacked."""
    text = ("a,b\n" + "1,2\n" * 6_000_000).encode()
    for packed in (text, gzip.compress(text, 1)):
        path = put(packed, "t.csv" if packed is text else "t.csv.gz")
        limits = ReadLimits(memory_share=1e-6, ratio=10_000)
        error = refused("R34", path, limits=limits)
        assert error.fields["need_mb"] == pytest.approx(6 * error.fields["size_mb"], abs=6)


def test_memory_estimate_is_shown(put):
    """R31."""
    error = refused("R25", put("a,b\n" + "1,2\n" * 2_000_000), limits=ReadLimits(memory_share=1e-6))
    assert error.fields["rows"] >= 2_000_000
    assert error.fields["need_mb"] > 0


def test_real_tables_have_the_shapes_stated(shared_data):
    """R1, R18: all tables of the measuring data, with names and kinds as they are."""
    for entry in json.loads((shared_data / "datasets.json").read_text()):
        table = read(shared_data / entry["file"])
        assert table.frame.shape == (entry["rows"], entry["columns"]), entry["name"]
        assert set(entry["target"]) <= set(table.columns.names)
        assert int(table.frame.isna().sum().sum()) == entry["missing"], entry["name"]
        for target in entry["target"]:
            wanted = {"category"} if entry["name"] == "steel_plates_faults" else {"number", "integer"}
            assert table.columns[target].kind in wanted


def test_raw_weather_file_has_proper_names(shared_data):
    """R12: time stamp, blank line, four header rows, repeated names."""
    path = next((shared_data / "raw_ja").glob("*.csv"))
    table = read(path)
    assert table.frame.shape == (365, 96)
    assert table.columns.names[:5] == (
        "年月日",
        "日照時間(時間)",
        "日照時間(時間) 現象なし情報",
        "日照時間(時間) 品質情報",
        "日照時間(時間) 均質番号",
    )
    assert "最高気温(℃) 時分 品質情報" in table.columns
    assert not table.report.of("read.renamed")
    assert table.columns["平均気温(℃)"].unit == "℃"
    assert (table.columns["年月日"].kind, table.columns["年月日"].role) == ("date", "ignored")
    assert table.frame["平均気温(℃)"].iloc[0] == 15.2
    said = read(path, header=(3, 4, 5, 6), encoding="cp932")
    assert said.sha256 == table.sha256
    assert read(path, header=4, first_row=7).report.of("read.renamed")

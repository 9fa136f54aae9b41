"""Code that is copied makes the same table again, whatever the names; first lines as an editor has them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbml
from nbml.data.code import as_code, frame_expression, quoted
from nbml.data.lines import first_lines
from nbml.data.preparing import Preparation, prepare
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions

HARD = ['"quoted" \\ back', "a,b", "温度[℃]", "\u202eevil", "new\nline", "'", "</script>", "${x}", "𠮷"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_text_is_that_text_and_can_be_seen(value):
    written = quoted(value)
    assert eval(written) == value
    assert written.isprintable()


def test_the_code_makes_the_same_table(tmp_path):
    path = tmp_path / 'a "b" 表.csv'
    frame = pd.DataFrame({name: [1, 2, 2, 5] for name in HARD})
    frame.to_csv(path, index=False, encoding="utf-16")
    options = ReadOptions(
        encoding="utf-16", kinds={HARD[0]: "category", HARD[3]: "number"}, missing_tokens=("5",)
    )
    said = Preparation(
        roles={HARD[1]: "target", HARD[2]: "ignored"}, units={HARD[4]: "m\u202e"}, copies="drop"
    )
    table = prepare(nbml.read(path, options), **said.said)
    scope = {}
    exec(as_code(quoted(str(path)), options, said), scope)
    assert scope["table"].sha256 == table.sha256
    assert scope["table"].columns == table.columns


def test_only_what_was_said_is_written(tmp_path):
    code = as_code(quoted("mix.csv"), ReadOptions(header=4), Preparation())
    assert code == 'import nbml\n\ntable = nbml.read("mix.csv", header=4)\n'
    assert "\nimport os" not in as_code(quoted("x"), ReadOptions(), Preparation(), "a\nimport os")


def test_long_calls_are_broken_and_still_run():
    options = ReadOptions(kinds={f"column number {i}": "category" for i in range(9)}, encoding="utf-8")
    code = as_code(quoted("mix.csv"), options, Preparation())
    assert '(\n    "mix.csv",\n    encoding=' in code
    compile(code, "copied", "exec")


@pytest.mark.parametrize("name", ["df; import os", "a b", "class", "", "df.x", "__import__('os')"])
def test_only_a_name_becomes_an_expression(name):
    with pytest.raises(ValueError, match=r"^"):
        frame_expression(name)
    assert frame_expression("表") == "表"


def test_the_first_lines_as_an_editor_counts_them(tmp_path):
    """R12"""
    path = tmp_path / "raw.csv"
    path.write_bytes("測定 2024\r\n\r\nx,y\r\n\u202e1,2\r\n".encode("utf-16"))
    assert first_lines(path) == ("測定 2024", "", "x,y", "\\u202e1,2")
    assert len(first_lines(path, most=2)) == 2


def test_the_first_lines_of_a_published_file(shared_data):
    """R1, R12: header in lines 3 to 6 of a CP932 file."""
    path = shared_data / "raw_ja" / "jma_tokyo_2013-10-20_2014-10-19_raw_cp932.csv"
    lines = first_lines(path)
    assert lines[0].startswith("ダウンロードした時刻")
    assert lines[3].startswith("年月日,日照時間(時間)")


def test_the_first_rows_of_a_sheet(tmp_path):
    """R27"""
    path = tmp_path / "book.xlsx"
    pd.DataFrame({"a": [1], "b": ["x"]}).to_excel(path, index=False)
    assert first_lines(path) == ("a | b", "1 | x")


def test_lines_are_refused_as_tables_are(tmp_path):
    """R14, R30"""
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,caf\xe9\n2,d\xe9j\xe0\n")
    with pytest.raises(ReadError, match="NBML-R14"):
        first_lines(tmp_path / "x.csv")
    with pytest.raises(ReadError, match="NBML-R04"):
        first_lines(tmp_path / "x.csv", roots=[tmp_path / "other"])

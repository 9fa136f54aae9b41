"""``nbml read``: what is made of a file, and what stands against training on it."""

from __future__ import annotations

import json

import pytest

MIX = "配合表\n\nロット,温度[℃],強度(MPa)\n00A,1.5,10\n00A,2.5,12\n00B,-,11\n00B,3.5,14\n00B,4.5,13\n"


@pytest.fixture
def mix(tmp_path):
    """A CP932 file with a preamble, a unit of its own and a missing value."""
    file = tmp_path / "配合.csv"
    file.write_bytes(MIX.encode("cp932"))
    return str(file)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("NBML_LANGUAGE", "en")


def test_the_report_and_the_columns_in_words(nbml_cli, mix):
    done = nbml_cli("read", mix, "--language", "ja")
    assert (done.code, done.err) == (0, "")
    assert "文字コード: cp932 と推定" in done.out
    assert "見出し: 3 行目" in done.out
    assert "見出しより上の" in done.out
    for cell in ("温度", "数値", "説明変数", "℃", "1.5 .. 4.5", "20.0%"):
        assert cell in done.out


def test_as_json_with_what_the_checks_find(nbml_cli, mix):
    done = nbml_cli("read", mix, "-y", "強度(MPa)", "--group", "ロット", "--encoding", "cp932", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert [column["kind"] for column in told["columns"]] == ["category", "number", "integer"]
    assert told["report"][1]["key"] == "read.encoding.said"
    assert [finding["code"] for finding in told["findings"]] == ["NBML-D14"]


def test_what_stands_against_training_gives_the_exit_code_of_data(nbml_cli, mix):
    done = nbml_cli("read", mix, "-y", "強度(MPa)", "--group", "温度[℃]")
    assert done.code == 3
    assert "!! NBML-D15" in done.out
    assert nbml_cli("read", mix, "-y", "強度").code == 3


def test_training_says_first_how_the_table_was_read(nbml_cli, face, mix):
    """Finding 13: a guess is seen before it is trained on; scripts see the job alone."""
    done = nbml_cli("train", mix, "-y", "y", "--detach")
    told = done.err.splitlines()
    assert "cp932" in told[0]
    assert "line 3" in told[1]
    assert told[3].endswith("5 rows, 3 columns.")
    assert "5 rows" not in nbml_cli("train", mix, "-y", "y", "--detach", "--json").err


def test_names_cannot_write_to_the_terminal(nbml_cli, tmp_path):
    """S20"""
    file = tmp_path / "t.csv"
    file.write_bytes("[red]\x1b[31m,‮b\n1,2\n3,4\n".encode())
    done = nbml_cli("read", str(file))
    assert "\x1b" not in done.out
    assert "‮" not in done.out
    assert "[red]\\u001b[31m" in done.out

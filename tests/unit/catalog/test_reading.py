"""``nbml.read`` of a table, a Volume file and a local file: one reader, one answer, one version."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import nbml
from nbml.errors import PlatformError, ReadError
from nbml.platform.local.tables import LocalTables
from nbml.settings import Settings
from nbml.spec.parse import load_spec
from nbml.spec.source import TableName, is_remote, table_name

ROWS = {"温度[℃]": [20.5, 21.0, None, 22.25], "種類": ["A", "B", "A", None], "n": [1, 2, 3, 4]}


@pytest.fixture
def in_workspace(stand_in):
    rows = pa.table(ROWS)
    stand_in.workspace.tables["lab", "mixes", "t"] = [rows, rows.slice(0, 2)]
    csv = pd.DataFrame(ROWS).to_csv(index=False).encode()
    stand_in.workspace.files["/Volumes/lab/nbml/nbml/raw/mix.csv"] = csv
    return stand_in


def test_the_same_rows_are_the_same_table(in_workspace, tmp_path):
    local = tmp_path / "mix.parquet"
    pd.DataFrame(ROWS).to_parquet(local)
    tables = [nbml.read(one) for one in ("lab.mixes.t@v0", "/Volumes/lab/nbml/nbml/raw/mix.csv", str(local))]
    assert len({table.sha256 for table in tables}) == 1
    assert [table.path for table in tables] == [
        "lab.mixes.t@v0",
        "/Volumes/lab/nbml/nbml/raw/mix.csv",
        str(local),
    ]


def test_the_latest_version_is_pinned(in_workspace):
    table = nbml.read("lab.mixes.t")
    assert table.path == "lab.mixes.t@v1"
    assert len(table.frame) == 2
    in_workspace.workspace.tables["lab", "mixes", "t"].append(pa.table(ROWS).slice(0, 3))
    assert nbml.read(table.path).sha256 == table.sha256
    assert len(nbml.read("lab.mixes.t").frame) == 3


def test_a_job_is_described_by_the_pinned_version(in_workspace, monkeypatch, tmp_path):
    from nbml.jobs import launch

    monkeypatch.setattr(launch, "launch", lambda *_, **__: None)
    rows = pa.table({"a": [float(k) for k in range(40)], "y": [float(k % 7) for k in range(40)]})
    in_workspace.workspace.tables["lab", "mixes", "u"] = [rows]
    job = nbml.train("lab.mixes.u", "y")
    assert job.spec.data.path == "lab.mixes.u@v0"
    assert job.spec.resolved.user == "ana@example.com"
    assert load_spec(job.paths.spec).data.path == "lab.mixes.u@v0"


def test_tables_of_this_machine(nbml_home):
    kept = LocalTables(Settings()).write(TableName.parse("lab.mixes.t"), pa.table(ROWS))
    assert str(kept) == "lab.mixes.t@v0"
    assert nbml.read("lab.mixes.t").path == "lab.mixes.t@v0"
    with pytest.raises(PlatformError) as failure:
        nbml.read("lab.mixes.t@v1")
    assert failure.value.code == "NBML-U25"


@pytest.mark.parametrize(
    "name", ["mix.v2.csv", "a.b", "a.b.c.d", "./a.b.c", "a b.c.d", "a.b.c@v", "a.b.c@v-1", "a..c", ""]
)
def test_what_is_no_table(name):
    assert table_name(name) is None
    assert not is_remote(name)


def test_a_file_that_is_there_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.mixes.t").write_text("a,b\n1,2\n")
    assert nbml.read("lab.mixes.t").path == "lab.mixes.t"
    assert table_name("`lab`.mixes.t") == TableName("lab", "mixes", "t")


def test_addresses_are_refused_as_before(nbml_home):
    with pytest.raises(ReadError):
        nbml.read("https://example.com/a.csv")
    with pytest.raises(PlatformError) as failure:
        nbml.read("/Volumes/lab/none/x.csv")
    assert failure.value.code == "NBML-U21"


@pytest.mark.parametrize("parts", [("a", "b", "c"), ("日本", "x y", "`"), ("a.b", "``", "x@v1")])
def test_names_of_tables_come_back(parts):
    name = TableName(*parts, 7)
    assert TableName.parse(str(name)) == name
    assert name.quoted.count("`") % 2 == 0

"""Both sides of the five ports behave the same: this machine, and a workspace through its own clients."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from nbml.errors import NbmlError, PlatformError
from nbml.platform.choose import current_user, platform
from nbml.platform.ports import Platform
from nbml.settings import Settings
from nbml.spec.source import TableName

TABLE = TableName("lab", "mixes", "強度 `1`")
FIRST = pa.table({"cement": [100.0, 200.0], "種類": ["A", None]})
SECOND = pa.table({"cement": [100.0], "種類": ["A"]})
BAD_NAMES = [
    "", ".", "..", "../x", "..\\x", "a/../../b", "/etc/passwd", "C:\\x", "\\\\host\\x", "%2e%2e/x",
    "%252e%252e/", "x\0", "a" * 300, "data ", "data.", "CON/x", "datasets/../../etc/passwd",
    "datasets/" + "g" * 64,
]  # fmt: skip


@dataclass
class Side:
    """One side, and how its surroundings are filled."""

    ports: Platform
    put_secret: Callable[[str, str], None]
    put_table: Callable[[TableName, list[pa.Table]], None]
    user: str


@pytest.fixture(params=["local", "volume", "databricks"])
def side(request, tmp_path, monkeypatch) -> Side:
    """Local; local with its files in a mounted Volume; a workspace over HTTP."""
    if request.param == "databricks":
        stand = request.getfixturevalue("stand_in")

        def put_secret(name: str, value: str) -> None:
            stand.workspace.secrets.setdefault("nbml", {})[name] = value

        stand.workspace.secrets["nbml"] = {}

        def put_table(name: TableName, versions: list[pa.Table]) -> None:
            stand.workspace.tables[name.catalog, name.schema, name.table] = versions

        return Side(platform(Settings()), put_secret, put_table, "ana@example.com")
    from nbml.platform.local.files import FolderFiles

    monkeypatch.setenv("LOGNAME", "ana")
    monkeypatch.setenv("NBML_HOME", str(tmp_path / "home"))
    ports = platform(Settings(home=tmp_path / "home"))
    if request.param == "volume":
        files = FolderFiles(tmp_path / "Volumes" / "lab" / "nbml" / "nbml", is_volume=True)
        ports = Platform(ports.identity, files, ports.tables, ports.secrets, ports.tracking)

    def put_local_secret(name: str, value: str) -> None:
        monkeypatch.setenv(f"NBML_SECRET_{name.upper()}", value)

    def put_local_table(name: TableName, versions: list[pa.Table]) -> None:
        for rows in versions:
            ports.tables.write(name, rows)

    return Side(ports, put_local_secret, put_local_table, "ana")


def test_identity_is_the_one_who_works(side):
    person = side.ports.identity.current()
    assert person.user == side.user
    assert person.groups == tuple(sorted(person.groups))
    assert side.ports.identity.current() == person


def test_a_file_is_kept_under_the_hash_of_its_content(side, tmp_path):
    source = tmp_path / "温度[℃].CSV"
    source.write_bytes(b"a,b\n1,2\n")
    name = side.ports.files.keep(source, "datasets")
    assert name.endswith(".csv")
    assert name.split("/")[1].split(".")[0] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert side.ports.files.keep(source, "datasets") == name
    assert side.ports.files.names("datasets") == [name]
    back = side.ports.files.fetch(name, tmp_path / "back")
    assert back.read_bytes() == source.read_bytes()
    side.ports.files.remove(name)
    side.ports.files.remove(name)
    assert side.ports.files.names("datasets") == []
    with pytest.raises(PlatformError) as failure:
        side.ports.files.fetch(name, tmp_path / "back")
    assert failure.value.code == "NBML-U21"


def test_an_empty_and_a_large_file_come_back_whole(side, tmp_path):
    for size in (0, 9_000_001):
        source = tmp_path / f"of-{size}.bin"
        source.write_bytes(bytes(k % 251 for k in range(1009)) * (size // 1009 + 1))
        with source.open("r+b") as stream:
            stream.truncate(size)
        name = side.ports.files.keep(source, "results")
        assert side.ports.files.fetch(name, tmp_path / "back").stat().st_size == size


def test_a_folder_that_is_not_there_is_empty(side):
    assert side.ports.files.names("nothing") == []


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_never_becomes_a_path_unchecked(side, tmp_path, name):
    """S7"""
    source = tmp_path / "x.csv"
    source.write_text("a")
    for call in (
        lambda: side.ports.files.keep(source, name),
        lambda: side.ports.files.fetch(name, tmp_path),
        lambda: side.ports.files.remove(name),
        lambda: side.ports.files.names(name),
    ):
        with pytest.raises(PlatformError) as failure:
            call()
        assert failure.value.code == "NBML-U20"


def test_a_local_path_is_read_where_it_is(side, tmp_path):
    file = tmp_path / "mix.csv"
    file.write_text("a\n1\n")
    assert side.ports.files.local_path(str(file)) == file
    with pytest.raises(PlatformError) as failure:
        side.ports.files.local_path("/Volumes/lab/nbml/nbml/none.csv")
    assert failure.value.code == "NBML-U21"


def test_a_table_is_read_and_pinned(side):
    side.put_table(TABLE, [FIRST, SECOND])
    rows, pinned = side.ports.tables.read(TABLE)
    assert pinned.version == 1
    assert rows.to_pydict() == SECOND.to_pydict()
    rows, pinned = side.ports.tables.read(TableName.parse("lab.mixes.`強度 ``1```@v0"))
    assert pinned.version == 0
    assert rows.to_pydict() == FIRST.to_pydict()


@pytest.mark.parametrize("name", ["lab.mixes.none", "lab.mixes.`強度 ``1```@v7", 'lab.`"; DROP TABLE x`.t'])
def test_a_table_that_is_not_there(side, name):
    """S19"""
    side.put_table(TABLE, [FIRST])
    with pytest.raises(PlatformError) as failure:
        side.ports.tables.read(TableName.parse(name))
    assert failure.value.code == "NBML-U25"
    assert side.ports.tables.read(TABLE)[0].num_rows == 2


def test_secrets_are_found_by_name_and_never_shown(side):
    side.put_secret("token", "tell-nobody")
    found = side.ports.secrets.get("token")
    assert found.get_secret_value() == "tell-nobody"
    assert "tell-nobody" not in f"{found}{found!r}"
    assert "token" in side.ports.secrets.names()
    with pytest.raises(PlatformError) as failure:
        side.ports.secrets.get("absent")
    assert failure.value.code == "NBML-U23"
    with pytest.raises(PlatformError) as failure:
        side.ports.secrets.get("../token")
    assert failure.value.code == "NBML-U20"


@pytest.mark.parametrize("project", ["mixes", "強度 2026", "a/b", "..", "", "x" * 300])
def test_every_project_has_an_experiment_of_its_own(side, project):
    names = {side.ports.tracking.experiment(one, "ana@example.com") for one in (project, "other")}
    assert len(names) == 2
    side.ports.tracking.prepare(names.pop())


def test_a_model_has_a_name(side):
    assert side.ports.tracking.model_name("強度").endswith("強度")


def test_the_engine_of_the_catalog_answers(side):
    with side.ports.tables.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_whoever_works_can_be_named_without_a_workspace(side, request, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ana")
    if "stand_in" in request.fixturenames:
        request.getfixturevalue("stand_in").workspace.fail("/api/2.0/preview/scim", 403, times=99)
    try:
        assert current_user(Settings()).startswith("ana")
    except NbmlError as error:  # pragma: no cover
        pytest.fail(str(error))


def test_kept_files_do_not_follow_links(tmp_path):
    """S8"""
    from nbml.platform.local.files import FolderFiles

    files = FolderFiles(tmp_path / "root")
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / f"{'0' * 64}.txt"
    secret.write_text("x")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "datasets").symlink_to(outside)
    with pytest.raises(PlatformError):
        files.fetch(f"datasets/{'0' * 64}.txt", tmp_path / "back")
    (tmp_path / "root" / "results").mkdir()
    (tmp_path / "root" / "results" / f"{'0' * 64}.txt").symlink_to(secret)
    with pytest.raises(PlatformError):
        files.fetch(f"results/{'0' * 64}.txt", tmp_path / "back")
    assert Path(secret).read_text() == "x"


def test_a_torn_file_is_told_by_its_name(tmp_path):
    """F23"""
    from nbml.platform.local.files import FolderFiles

    files = FolderFiles(tmp_path / "root", is_volume=True)
    source = tmp_path / "a.csv"
    source.write_bytes(b"0123456789")
    name = files.keep(source, "datasets")
    (tmp_path / "root" / name).write_bytes(b"01234")
    with pytest.raises(PlatformError) as failure:
        files.fetch(name, tmp_path / "back")
    assert failure.value.code == "NBML-U22"
    assert files.keep(source, "datasets") == name
    assert files.fetch(name, tmp_path / "back").read_bytes() == b"0123456789"

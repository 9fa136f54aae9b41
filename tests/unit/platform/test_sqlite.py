"""The SQLite file: no database (F26), locked (F28), on a network disk (F29), disk full (F21)."""

from __future__ import annotations

import sqlite3
import stat
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from nbml.catalog import queries
from nbml.catalog.store import Catalog
from nbml.catalog.tables import RUNS
from nbml.errors import CatalogError, EngineError
from nbml.platform.local.sqlite import is_network, sqlite_engine
from nbml.settings import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "catalog" / "nbml.db"


def run(job_id: str) -> dict:
    return {
        "project": "p", "job_id": job_id, "task": "train", "step": 0, "state": "queued", "title": "t" * 400,
        "targets_json": "[]",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [b"this is not a database, but long enough to be looked at" * 40, b"SQLite format 3\0" + b"\xff" * 4000],
)
def test_a_file_that_is_no_database_is_kept_aside(path, content):
    """F26"""
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(CatalogError) as failure:
        sqlite_engine(path)
    assert failure.value.code == "NBML-K01"
    assert not path.exists()
    (aside,) = path.parent.glob("*.corrupt")
    assert aside.read_bytes() == content
    assert str(aside) in failure.value.message


def test_the_file_is_its_owners_only(path):
    """S22"""
    sqlite_engine(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_journal_of_a_local_disk(path):
    with sqlite_engine(path).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb2", "9p", "fuse.sshfs"])
def test_journal_of_a_network_disk(path, monkeypatch, kind):
    """F29: no write-ahead log where memory cannot be shared; the locks are tried."""
    import psutil

    parts = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(path.parents[2]), fstype=kind),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: parts)
    assert is_network(path)
    with sqlite_engine(path).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_a_network_disk_without_locks(path, monkeypatch):
    """F29"""
    from nbml.platform.local import sqlite as module

    monkeypatch.setattr(module, "is_network", lambda _: True)
    real = sqlite3.connect

    def no_locks(database, **more):
        """Every connection on a file of its own: what a lock that does not hold looks like."""
        return real(":memory:", **more) if more.get("timeout") == 0 else real(database, **more)

    monkeypatch.setattr(sqlite3, "connect", no_locks)
    with pytest.raises(CatalogError) as failure:
        sqlite_engine(path)
    assert failure.value.code == "NBML-K08"


def test_a_second_writer_waits_and_is_told(path):
    """F28"""
    first, second = sqlite_engine(path), sqlite_engine(path, busy_s=0.2)
    holder = Catalog(first, "ana")
    waiter = Catalog(second, "ben")
    with holder._writing() as connection:
        connection.execute(sa.insert(RUNS).values(id="x", made_at="x", user_name="ana", **run("j1")))
        assert queries.runs(waiter) == []
        with pytest.raises(CatalogError) as failure:
            waiter.append((RUNS, [run("j2")]))
    assert failure.value.code == "NBML-K03"
    assert [row["job_id"] for row in queries.runs(holder)] == ["j1"]
    waiter.append((RUNS, [run("j2")]))


def test_a_full_disk_rolls_back(path):
    """F21"""
    catalog = Catalog(sqlite_engine(path), "ana")
    catalog.append((RUNS, [run("j1")]))

    def full(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 1}")

    sa.event.listen(catalog.engine, "connect", full)
    with pytest.raises(CatalogError) as failure:
        catalog.append((RUNS, [run(f"k{number}") for number in range(200)]))
    assert failure.value.code == "NBML-K04"
    sa.event.remove(catalog.engine, "connect", full)
    assert [row["job_id"] for row in queries.runs(catalog)] == ["j1"]
    catalog.append((RUNS, [run("j2")]))
    assert len(queries.runs(catalog)) == 2


def test_a_home_that_cannot_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(EngineError) as failure:
        sqlite_engine(file / "catalog" / "nbml.db")
    assert failure.value.code == "NBML-E02"


@pytest.mark.parametrize(
    "url",
    ["mysql://u:pw@h/d", "sqlite:///relative.db", "sqlite://", "no url", "postgresql+nodriver://u:pw@h/d"],
)
def test_an_address_that_is_no_catalog(tmp_path, url):
    with pytest.raises(CatalogError) as failure:
        Catalog.open(Settings(home=tmp_path, catalog_url=url))
    assert failure.value.code == "NBML-K06"
    assert "pw" not in str(failure.value)


def test_a_server_that_is_away(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(CatalogError) as failure:
        Catalog.open(Settings(home=tmp_path, catalog_url="postgresql://u:tell-nobody@127.0.0.1:9/d"))
    assert failure.value.code == "NBML-K07"
    assert "tell-nobody" not in str(failure.value)

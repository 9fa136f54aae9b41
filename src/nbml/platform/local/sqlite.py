"""A SQLite file that several processes may open: one writer at a time, the others wait; never half written.

Owns the pragmas, the look at the file before it is opened (F26) and at the disk it lies on (F29). Knows
nothing of tables.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.durable import storage_error
from nbml.errors import CatalogError

if TYPE_CHECKING:
    import sqlalchemy as sa

BUSY_S = 20.0
WRITING = "nbml_writing"
"""Execution option of a connection that is going to write: it takes the write lock when it begins."""
_SHARED = ("nfs", "cifs", "smb", "9p", "afs", "afpfs", "lustre", "ceph", "fuse.")
_NO_DATABASE = ("file is not a database", "file is encrypted", "malformed")


def sqlite_engine(path: Path, *, busy_s: float = BUSY_S) -> sa.Engine:
    """An engine for a SQLite file, made with its folder where there is none.

    Write-ahead logging is used on a local disk only: over a network its shared memory does not work, and the
    rollback journal needs locks, which are tried first.

    Raises
    ------
    CatalogError
        NBML-K01 for a file that is no database, which is moved aside and never silently replaced; NBML-K08 on
        a network disk whose locks do not hold.
    EngineError
        NBML-E01, NBML-E02 when the folder cannot be written.
    """
    import sqlalchemy as sa

    _prepare(path)
    mode = "DELETE" if is_network(path) else "WAL"
    if mode == "DELETE":
        _try_locks(path)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=sa.NullPool,
        connect_args={"timeout": busy_s, "isolation_level": None},
    )

    def connected(connection: Any, _: Any) -> None:
        for pragma in (f"journal_mode={mode}", "synchronous=FULL", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: sa.Connection) -> None:
        is_writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begun)
    return engine


def is_network(path: Path) -> bool:
    """Whether a path lies on a disk that other machines write too, as far as the system tells."""
    import psutil

    real = path.absolute().resolve()
    mounts = [part for part in psutil.disk_partitions(all=True) if real.is_relative_to(part.mountpoint)]
    kind = max(mounts, key=lambda part: len(part.mountpoint)).fstype.lower() if mounts else ""
    return kind.startswith(_SHARED) or str(path).startswith("\\\\")


def _prepare(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if not any(words in str(error) for words in _NO_DATABASE):
            raise
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = path.with_name(f"{path.name}.{stamp}.corrupt")
        path.rename(aside)
        for tail in ("-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
        raise CatalogError("NBML-K01", path=str(path), aside=str(aside), reason=str(error)) from error


def _try_locks(path: Path) -> None:
    """See that a second connection is kept out while the first one writes."""
    with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as first:
        first.execute("PRAGMA journal_mode=DELETE")
        first.execute("BEGIN IMMEDIATE")
        try:
            with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as second:
                second.execute("BEGIN IMMEDIATE")
                second.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return
        finally:
            first.execute("ROLLBACK")
    raise CatalogError("NBML-K08", path=str(path))

"""The catalog's database of this machine, and tables with versions in a folder, where no workspace is."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbml.durable import storage_error
from nbml.errors import CatalogError, PlatformError
from nbml.masking import masked
from nbml.settings import Settings
from nbml.spec.source import TableName

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

CONNECT_S = 5


class LocalTables:
    """Parquet files, one a version, below ``<NBML_HOME>/tables``; the catalog in SQLite, or as said."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = settings.home / "tables"

    def engine(self) -> sa.Engine:
        """The database of ``NBML_CATALOG_URL``, else ``<NBML_HOME>/catalog/nbml.db``."""
        return database(self._settings)

    def read(self, table: TableName) -> tuple[pa.Table, TableName]:
        """All rows of a version, the latest when none is named."""
        import pyarrow.parquet as pq

        versions = self.versions(table)
        version = table.version if table.version is not None else max(versions, default=-1)
        if version not in versions:
            raise PlatformError("NBML-U25", name=str(table), reason=str(self._root))
        found = pq.read_table(self._folder(table) / f"{version}.parquet")
        return found, replace(table, version=version)

    def write(self, table: TableName, rows: pa.Table) -> TableName:
        """Keep rows as the next version of a table and return its pinned name."""
        import pyarrow.parquet as pq

        folder = self._folder(table)
        version = max(self.versions(table), default=-1) + 1
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, made = tempfile.mkstemp(dir=folder, prefix=".table-")
            with os.fdopen(descriptor, "wb") as stream:
                pq.write_table(rows, stream)
            os.link(made, folder / f"{version}.parquet")
            Path(made).unlink()
        except OSError as error:
            raise storage_error(folder, error) from error
        return replace(table, version=version)

    def versions(self, table: TableName) -> list[int]:
        """Versions of a table, oldest first."""
        folder = self._folder(table)
        if not folder.is_dir():
            return []
        return sorted(int(file.stem) for file in folder.glob("*.parquet") if file.stem.isdigit())

    def _folder(self, table: TableName) -> Path:
        name = str(replace(table, version=None))
        return self._root / hashlib.sha256(name.encode()).hexdigest()[:32]


def database(settings: Settings) -> sa.Engine:
    """The engine of a database that is addressed by URL: SQLite or PostgreSQL.

    Raises
    ------
    CatalogError
        NBML-K06 for an address of another kind or without its driver; as ``sqlite_engine`` for SQLite.
    """
    import sqlalchemy as sa

    from nbml.platform.local.sqlite import sqlite_engine

    if settings.catalog_url is None:
        return sqlite_engine(settings.home.expanduser().absolute() / "catalog" / "nbml.db")
    said = settings.catalog_url.get_secret_value()
    try:
        url = sa.make_url(said)
    except sa.exc.ArgumentError:
        raise CatalogError("NBML-K06", url=masked(said), reason="?") from None
    if url.get_backend_name() == "sqlite":
        if not url.database or not Path(url.database).is_absolute():
            raise CatalogError("NBML-K06", url=masked(said), reason="relative path")
        return sqlite_engine(Path(url.database))
    if url.get_backend_name() != "postgresql":
        raise CatalogError("NBML-K06", url=masked(said), reason=url.get_backend_name())
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": CONNECT_S})
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise CatalogError("NBML-K06", url=masked(said), reason=str(error)) from None

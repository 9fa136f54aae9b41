"""The catalog as a database: found, made or refused, written in whole events, read by view.

Owns versions, transactions and what a database's failures mean. Knows nothing of what is recorded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from nbml.catalog.ddl import install_statements
from nbml.catalog.migrations import MIGRATIONS, Step, migration_statements
from nbml.catalog.tables import SCHEMA, VERSION
from nbml.catalog.ulid import new_ulid, now
from nbml.errors import CatalogError, NbmlError
from nbml.masking import masked, scrub
from nbml.platform.choose import platform
from nbml.platform.local.sqlite import WRITING
from nbml.settings import Settings

PARAMETERS = 255
"""Most parameters of one statement; Databricks takes no more."""
_FULL = ("disk is full", "disk I/O error", "could not extend file", "No space left")
_LOCKED = ("database is locked", "database table is locked")
_LOCK_KEY = 0x6E626D6C

Row = Mapping[str, Any]


class Catalog:
    """The catalog of the settings.

    Parameters
    ----------
    engine : Engine
        Its database.
    user : str
        Who writes.

    Raises
    ------
    CatalogError
        NBML-K02 for a schema of a newer nbml, NBML-K05 where it must be installed first, NBML-K03, NBML-K04,
        NBML-K07 as the database fails.
    """

    def __init__(
        self,
        engine: sa.Engine,
        user: str,
        *,
        steps: Mapping[int, Step] = MIGRATIONS,
        wanted: int = VERSION,
        install: bool | None = None,
    ) -> None:
        self.engine, self.user, self._steps, self._wanted = engine, user, steps, wanted
        may_install = engine.dialect.name != "databricks" if install is None else install
        self._ensure(may_install=may_install)

    @classmethod
    def open(
        cls, settings: Settings | None = None, *, user: str | None = None, install: bool | None = None
    ) -> Catalog:
        """The catalog of the settings, made where it is a database of one's own and not there yet.

        Parameters
        ----------
        user : str, optional
            On whose behalf is written, as a job's spec names him; the current user when left out.
        install : bool, optional
            Whether to make or migrate it; by default only a database that is nbml's own.
        """
        ports = platform(settings)
        return cls(ports.tables.engine(), user or ports.identity.current().user, install=install)

    @property
    def shown(self) -> str:
        """Where it is, without a credential."""
        return shown_url(self.engine)

    def append(self, *events: tuple[sa.Table, Sequence[Row]]) -> None:
        """Add events of several tables: all or none where the database has transactions.

        Where it has none, as Delta over several tables, they are written in the order given: name last what
        makes the rest count. Key, time and user are filled in.
        """
        with self._writing() as connection:
            for table, rows in events:
                whole = [_event(table, row, self.user) for row in rows]
                step = max(1, PARAMETERS // len(table.columns))
                for start in range(0, len(whole), step):
                    connection.execute(sa.insert(table).values(whole[start : start + step]))

    def read(self, select: sa.Select[Any]) -> list[dict[str, Any]]:
        """Rows of a query as dicts."""
        with self._told(), self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select).mappings()]

    def version(self) -> int | None:
        """Version of the schema that is there; None where there is none."""
        with self._told():
            return schema_version(self.engine)

    def _ensure(self, *, may_install: bool) -> None:
        found = self.version()
        if found is not None and found > self._wanted:
            raise CatalogError("NBML-K02", found=found, known=self._wanted, place=self.shown)
        if found == self._wanted:
            return
        if not may_install:
            raise CatalogError("NBML-K05", place=self.shown)
        if found is None:
            self._change(lambda: install_statements(self.engine.dialect), None)
            return
        copy = _copy(self.engine, found)
        steps = migration_statements(self.engine.dialect, found, steps=self._steps, wanted=self._wanted)
        try:
            self._change(lambda: steps, found)
        except NbmlError:
            if copy is not None:
                copy.unlink()
            raise

    def _change(self, statements: Callable[[], list[str]], found: int | None) -> None:
        """Run statements and note the version, unless another process has done so meanwhile."""
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            if schema_version(self.engine, connection) != found:
                return
            for statement in statements():
                connection.exec_driver_sql(statement)
            row = {"version": self._wanted, "nbml_version": version("nbml")}
            connection.execute(sa.insert(SCHEMA).values(_event(SCHEMA, row, self.user)))

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITING: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise told(error, self.engine) from None


def schema_version(engine: sa.Engine, connection: sa.Connection | None = None) -> int | None:
    """The greatest version noted in a database; None where nothing is noted or there is no such table."""
    query = sa.select(sa.func.max(SCHEMA.c.version))
    if connection is not None and engine.dialect.name != "databricks":
        return connection.scalar(query) if sa.inspect(connection).has_table(SCHEMA.name) else None
    with engine.connect() as own:
        try:
            found: int | None = own.scalar(query)
        except sa.exc.DBAPIError as error:
            if any(
                words in str(error.orig) for words in ("no such table", "does not exist", "TABLE_OR_VIEW")
            ):
                return None
            raise
    return found


def told(error: sa.exc.DBAPIError, engine: sa.Engine) -> NbmlError:
    """A database's failure in nbml's words; parameters, which are users' data, are not among them."""
    reason = scrub(str(error.orig)).strip().splitlines()[0][:300]
    place = shown_url(engine)
    if any(words in reason for words in _LOCKED):
        return CatalogError("NBML-K03", place=place)
    if any(words in reason for words in _FULL):
        folder = Path(engine.url.database or "/").parent
        free = shutil.disk_usage(folder).free // 2**20 if folder.is_dir() else 0
        return CatalogError("NBML-K04", place=place, free_mb=free, reason=reason)
    if engine.dialect.name == "databricks":
        from nbml.platform.databricks.tables import statement_error

        failure = statement_error(error, place, "MODIFY, SELECT")
        return CatalogError("NBML-K05", place=place) if failure.code == "NBML-U25" else failure
    return CatalogError("NBML-K07", place=place, reason=reason)


def shown_url(engine: sa.Engine) -> str:
    """A database's address, fit to be shown."""
    url = engine.url
    if engine.dialect.name == "databricks":
        return f"{url.query.get('catalog')}.{url.query.get('schema')}"
    return str(url.database) if engine.dialect.name == "sqlite" else masked(url.render_as_string())


def _event(table: sa.Table, row: Row, user: str) -> dict[str, Any]:
    unknown = set(row) - set(table.columns.keys())
    assert not unknown, unknown
    start = {"id": new_ulid(), "made_at": now(), "user_name": user}
    return {**dict.fromkeys(table.columns.keys()), **start, **row}


def _copy(engine: sa.Engine, found: int) -> Path | None:
    """A copy of a SQLite database beside it, made by SQLite, so that it is whole; None for a server's."""
    if engine.dialect.name != "sqlite":
        return None
    import sqlite3
    from contextlib import closing

    path = Path(str(engine.url.database))
    copy = path.with_name(f"{path.stem}.v{found}-{new_ulid()[:10]}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
    return copy

"""Tables of Unity Catalog over a SQL warehouse: databricks-sqlalchemy's dialect on databricks-sql-connector.

One connection a question, so that nothing stays open in a warehouse that is paid by the minute. The
connector's telemetry is off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbml.errors import PlatformError
from nbml.masking import scrub
from nbml.platform.databricks.client import asking
from nbml.platform.local.tables import database
from nbml.settings import Settings
from nbml.spec.source import TableName

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa
    from databricks.sdk import WorkspaceClient

STATEMENT_S = 900
"""Longest time of one statement; the warehouse itself ends it then."""
RETRY_S = 120
_GONE = (
    "TABLE_OR_VIEW_NOT_FOUND",
    "SCHEMA_NOT_FOUND",
    "NO_SUCH_CATALOG",
    "DELTA_VERSION",
    "VERSION_NOT_FOUND",
)
_REFUSED = ("INSUFFICIENT_PERMISSIONS", "PERMISSION_DENIED", "42501", "does not have")
_UNVERSIONED = (
    "DELTA_ONLY_OPERATION",
    "EXPECT_TABLE_NOT_VIEW",
    "not a Delta table",
    "only supported for Delta",
)


class UnityTables:
    """Tables of the workspace; nbml's own in ``NBML_CATALOG``.``NBML_SCHEMA`` unless a URL is set."""

    def __init__(self, settings: Settings, client: Callable[[], WorkspaceClient]) -> None:
        self._settings, self._client = settings, client

    def engine(self) -> sa.Engine:
        """The database of nbml's catalog."""
        if self._settings.catalog_url is not None:
            return database(self._settings)
        if self._settings.catalog is None:
            raise PlatformError("NBML-U01", setting="NBML_CATALOG")
        return self._engine(self._settings.catalog, self._settings.schema_name)

    def read(self, table: TableName) -> tuple[pa.Table, TableName]:
        """All rows of a version; what has none, such as a view, is read as it is and not pinned."""
        engine = self._engine(table.catalog, table.schema)
        with statements(str(table), privilege="SELECT"):
            connection = engine.raw_connection()
            try:
                cursor: Any = connection.cursor()
                version = table.version if table.version is not None else _latest(cursor, table)
                pin = "" if version is None else f" VERSION AS OF {version:d}"
                cursor.execute(f"SELECT * FROM {table.quoted}{pin}")
                rows: pa.Table = cursor.fetchall_arrow()
            finally:
                connection.close()
        return rows, replace(table, version=version)

    def _engine(self, catalog: str, schema: str) -> sa.Engine:
        try:
            import sqlalchemy as sa

            import_module("databricks.sqlalchemy")
        except ImportError as error:
            raise PlatformError("NBML-U02", package="databricks-sqlalchemy") from error
        config = self._client().config
        path = f"/sql/1.0/warehouses/{self._warehouse()}"
        arguments: dict[str, Any] = {
            "credentials_provider": lambda: config.authenticate,
            "enable_telemetry": False,
            "session_configuration": {"STATEMENT_TIMEOUT": str(STATEMENT_S)},
            "_retry_stop_after_attempts_duration": RETRY_S,
            "_retry_delay_max": 30,
            "user_agent_entry": "nbml",
        }
        if config.host.startswith("http://"):
            arguments["_connection_uri"] = f"{config.host.rstrip('/')}{path}"
        url = sa.URL.create(
            "databricks",
            host=config.host.split("://", 1)[-1].rstrip("/"),
            query={"http_path": path, "catalog": catalog, "schema": schema},
        )
        return sa.create_engine(url, connect_args=arguments, poolclass=sa.NullPool)

    def _warehouse(self) -> str:
        """The warehouse of the settings, else a running one, else any."""
        if self._settings.warehouse is not None:
            return self._settings.warehouse
        with asking("SQL warehouses", privilege="CAN USE"):
            found = list(self._client().warehouses.list())
        found.sort(key=lambda one: (str(one.state and one.state.value) != "RUNNING", one.name or ""))
        if not found or found[0].id is None:
            raise PlatformError("NBML-U01", setting="NBML_WAREHOUSE")
        return found[0].id


def _latest(cursor: Any, table: TableName) -> int | None:
    from databricks.sql.exc import Error

    try:
        cursor.execute(f"DESCRIBE HISTORY {table.quoted} LIMIT 1")
        return int(cursor.fetchall()[0][0])
    except Error as error:
        if any(words in str(error) for words in _UNVERSIONED):
            return None
        raise


@contextmanager
def statements(what: str, *, privilege: str) -> Iterator[None]:
    """Run SQL in the workspace; its failures become nbml's.

    Raises
    ------
    PlatformError
        NBML-U25 for a table or version that is not there, NBML-U11 without the privilege, NBML-U10 for a
        credential that is not accepted, NBML-U14 when the warehouse does not answer, NBML-U16 else.
    """
    import sqlalchemy as sa
    from databricks.sql.exc import Error

    try:
        yield
    except (Error, sa.exc.DBAPIError) as error:
        raise statement_error(error, what, privilege) from None


def statement_error(error: Exception, what: str, privilege: str) -> PlatformError:
    """The error of a statement that failed, in nbml's words."""
    from databricks.sql.exc import RequestError

    cause = getattr(error, "orig", None) or error
    reason = scrub(str(cause)).strip().splitlines()[0][:300]
    context = str(getattr(cause, "context", "")) + reason
    if isinstance(cause, RequestError):
        is_refused = "401" in context or "403" in context or "access token" in context.lower()
        code = "NBML-U10" if is_refused else "NBML-U14"
        return PlatformError(code, what=what, privilege=privilege, reason=reason)
    if any(words in reason for words in _REFUSED):
        return PlatformError("NBML-U11", what=what, privilege=privilege, reason=reason)
    if any(words in reason for words in _GONE):
        return PlatformError("NBML-U25", name=what, reason=reason)
    return PlatformError("NBML-U16", what=what, reason=reason)

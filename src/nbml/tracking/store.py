"""Where MLflow keeps things, and the client that gets there.

Owns the tracking address, its form without credentials, and the first use of a local SQLite store. Nothing
is ever put into the working directory. Knows nothing of runs.
"""

from __future__ import annotations

import logging
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbml.errors import TrackingError
from nbml.masking import masked
from nbml.platform.choose import platform

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.platform.ports import Tracking
    from nbml.settings import Settings

INITIALISE_S = 120.0

_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_SERVERS = ("http", "https", "databricks", "databricks-uc", "uc")


@dataclass(frozen=True)
class Store:
    """A tracking store.

    Attributes
    ----------
    uri : str
        Address for MLflow; may hold a credential, so it is shown as ``shown`` only.
    registry_uri : str
        Address of the model registry.
    artifacts : Path or None
        Folder of artifacts where the client chooses it, as beside a database; None where a server does.
    database : Path or None
        The SQLite file, where it is one.
    names : Tracking or None
        The port that says how experiments and models are named there; None where they are named as they are.
    """

    uri: str = field(repr=False)
    registry_uri: str = field(repr=False)
    artifacts: Path | None = None
    database: Path | None = None
    names: Tracking | None = field(default=None, repr=False, compare=False)

    @property
    def shown(self) -> str:
        """The address without credentials."""
        return masked(self.uri)

    def experiment(self, project: str, user: str) -> str:
        """Name of the experiment of a project."""
        return project if self.names is None else self.names.experiment(project, user)

    def model_name(self, name: str) -> str:
        """Full name of a registered model, where one has three parts."""
        return name if self.names is None else self.names.model_name(name)

    @property
    def is_remote(self) -> bool:
        """Whether a server does the storing, and chooses where."""
        return self.artifacts is None


def resolve(settings: Settings) -> Store:
    """The store of the settings: an address that is set, the workspace's, or SQLite under ``NBML_HOME``.

    Makes the local folders and tries to write there. Does not import mlflow.

    Raises
    ------
    TrackingError
        NBML-T01 where a local folder cannot be written, NBML-T02 for an address that is of no known kind or
        is relative, so that it would follow the working directory.
    """
    home = Path(os.path.abspath(settings.home.expanduser()))  # noqa: PTH100 - resolve() would follow links
    folder = home / "mlflow"
    names = platform(settings).tracking
    uri, registry = names.tracking_uri, names.registry_uri
    if uri is None:
        database = folder / "mlflow.db"
        if "?" in str(database):
            raise TrackingError("NBML-T02", uri=str(database), reason="'?' in a path")
        _prepare(folder / "artifacts")
        uri = f"sqlite:///{database.as_posix()}"
        return Store(uri, registry or uri, folder / "artifacts", database, names)
    scheme = urlsplit(uri).scheme.split("+")[0]
    if scheme not in (*_DATABASES, *_SERVERS) and uri not in ("databricks", "databricks-uc"):
        raise TrackingError("NBML-T02", uri=masked(uri), reason="unknown kind")
    artifacts, sqlite = None, None
    if scheme in _DATABASES:
        artifacts = folder / "artifacts"
        if scheme == "sqlite":
            sqlite = Path(uri.split("?")[0].split("///", 1)[-1])
            if not sqlite.is_absolute():
                raise TrackingError("NBML-T02", uri=masked(uri), reason="relative path")
            artifacts = sqlite.parent / "artifacts"
        _prepare(artifacts)
    return Store(uri, registry or uri, artifacts, sqlite, names)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        with tempfile.TemporaryFile(dir=folder.parent):
            pass
    except OSError as error:
        raise TrackingError("NBML-T01", path=str(folder), reason=error.strerror or str(error)) from error


def connect(store: Store) -> MlflowClient:
    """A client of the store, initialised when this is its first use.

    Importing mlflow takes seconds where nothing has done so yet (``warm``). Telemetry is switched off unless
    the environment says otherwise.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    if store.database is not None:
        _initialise(store, store.database)
    return MlflowClient(tracking_uri=store.uri, registry_uri=store.registry_uri)


def warm(settings: Settings) -> None:
    """Do ahead of time what a first write would wait for: import mlflow and make the local store."""
    connect(resolve(settings))


def _initialise(store: Store, database: Path) -> None:
    """Make the tables once, whichever of several processes comes first, whole or not at all."""
    from filelock import FileLock

    with FileLock(database.with_name(database.name + ".lock"), timeout=INITIALISE_S):
        if "experiments" in _tables(database, with_rows=True):
            return
        assert store.artifacts is not None
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        draft = database.with_name(f".{database.name}.{uuid.uuid4().hex[:8]}")
        try:
            with quiet("mlflow.store.db.utils", "alembic.runtime.migration"):
                SqlAlchemyStore(f"sqlite:///{draft.as_posix()}", store.artifacts.as_uri()).engine.dispose()
                if _tables(database) <= _tables(draft):  # not there, or left by a first use that was cut off
                    draft.replace(database)
                else:
                    SqlAlchemyStore(store.uri, store.artifacts.as_uri())
        finally:
            draft.unlink(missing_ok=True)


def _tables(database: Path, *, with_rows: bool = False) -> set[str]:
    """The tables of a SQLite file. MLflow's first use fills ``experiments`` last."""
    import sqlite3
    from contextlib import closing

    if not database.exists():
        return set()
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        if with_rows and "experiments" in names:
            has_rows = connection.execute("SELECT 1 FROM experiments LIMIT 1").fetchone() is not None
            return names if has_rows else names - {"experiments"}
        return names


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """Keep what some loggers say by the way out of the user's terminal."""
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

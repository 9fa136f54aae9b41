"""The five ports: what nbml asks of the machine or workspace it stands on.

Protocols and the small values that pass through them. Knows no side of them; tests/contract/test_ports.py
holds both sides to the same behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nbml.spec.source import TableName

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa
    from pydantic import SecretStr


@dataclass(frozen=True)
class Person:
    """Who works here.

    Attributes
    ----------
    user : str
        Name by which what he does is recorded: the login name, or the workspace's user name.
    name : str
        Name for show.
    groups : tuple of str
        Groups, sorted; nbml grants nothing by them.
    """

    user: str
    name: str = ""
    groups: tuple[str, ...] = ()


class Identity(Protocol):
    """Who is asking."""

    def current(self) -> Person:
        """The current user.

        Raises
        ------
        PlatformError
            NBML-U03, NBML-U10 to NBML-U15 when the workspace does not say.
        """
        ...


class Files(Protocol):
    """Data sets and results as files that never change: named by folder and hash of their content."""

    @property
    def root(self) -> str:
        """Where they are, for show."""
        ...

    def keep(self, source: Path, folder: str) -> str:
        """Copy a local file here in one pass and return its name, ``folder/<sha256><suffix>``.

        A file of that content that is here already is not written again.

        Raises
        ------
        PlatformError
            NBML-U20 for a folder name that is none, else as the place fails.
        """
        ...

    def fetch(self, name: str, into: Path) -> Path:
        """Bring a kept file into a local folder, checked against its name.

        Raises
        ------
        PlatformError
            NBML-U20, NBML-U21 when there is no such file, NBML-U22 when it is not what its name says.
        """
        ...

    def names(self, folder: str) -> list[str]:
        """Names of what is kept in a folder, sorted; none when there is no such folder."""
        ...

    def remove(self, name: str) -> None:
        """Delete a kept file; one that is not there is no error."""
        ...

    def local_path(self, path: str) -> Path:
        """Where a file that the user names, ``/Volumes/..`` included, can be read on this machine.

        Raises
        ------
        PlatformError
            NBML-U21 when there is no such file, else as the place fails.
        """
        ...


class Tables(Protocol):
    """Tables of users, read only, and the database that holds nbml's catalog."""

    def engine(self) -> sa.Engine:
        """The catalog's database; nothing is connected yet."""
        ...

    def read(self, table: TableName) -> tuple[pa.Table, TableName]:
        """All rows of one version of a table, and the name that pins that version.

        Raises
        ------
        PlatformError
            NBML-U25 when there is no such table or version, NBML-U11 without the privilege.
        """
        ...


class Secrets(Protocol):
    """Secrets by name; nbml never writes one."""

    def get(self, name: str) -> SecretStr:
        """A secret.

        Raises
        ------
        PlatformError
            NBML-U20 for what is no name, NBML-U23 when there is none of that name.
        """
        ...

    def names(self) -> list[str]:
        """Names of the secrets that can be had, sorted."""
        ...


class Tracking(Protocol):
    """How MLflow is addressed here. Strings only; what is kept there is the business of nbml.tracking."""

    @property
    def tracking_uri(self) -> str | None:
        """Address of runs; None for the local store under ``NBML_HOME``."""
        ...

    @property
    def registry_uri(self) -> str | None:
        """Address of registered models; None for that of runs."""
        ...

    def experiment(self, project: str, user: str) -> str:
        """Name of the experiment of a project."""
        ...

    def prepare(self, experiment: str) -> None:
        """Make what must be there before an experiment of that name can be made."""
        ...

    def model_name(self, name: str) -> str:
        """Full name of a registered model.

        Raises
        ------
        PlatformError
            NBML-U01, NBML-U24 where three names are needed and cannot be had.
        """
        ...


@dataclass(frozen=True)
class Platform:
    """The five ports of one side."""

    identity: Identity
    files: Files
    tables: Tables
    secrets: Secrets
    tracking: Tracking

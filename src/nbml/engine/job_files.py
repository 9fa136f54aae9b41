"""Small files that many workers leave for one job, as each of them reaches them.

A worker beside the job writes into the folder itself; one on another machine hands the content over. Knows
nothing of what the files hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from nbml.durable import write_bytes
from nbml.errors import EngineError


class Files(Protocol):
    """Files by name relative to one folder, parts joined by ``/``; used by several processes at once."""

    def read(self, name: str) -> bytes | None:
        """The content; None where there is no such file."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Make or replace a file; a reader sees the old content or the new, whole."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        ...


@dataclass(frozen=True)
class FolderFiles:
    """Files of a folder that this process sees.

    Attributes
    ----------
    root : Path
        The folder; made when the first file is written.
    """

    root: Path

    def path(self, name: str) -> Path:
        """Where a file stands.

        Raises
        ------
        EngineError
            NBML-E02 for a name that leads out of the folder.
        """
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or any(part in ("..", ".") or "\0" in part for part in parts):
            raise EngineError("NBML-E02", path=repr(name)[:200], reason="not a name within the job")
        return self.root.joinpath(*parts)

    def read(self, name: str) -> bytes | None:
        """The content; None where there is no such file."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write under a temporary name, then rename; not waiting for the disk.

        Raises
        ------
        EngineError
            NBML-E01 when the disk is full, NBML-E02 when the place cannot be written.
        """
        write_bytes(self.path(name), content, sync=False)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return self.path(name).exists()

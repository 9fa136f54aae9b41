"""Kept files in a folder of this machine, a mounted Volume included.

A file is written once, from its first byte to its last, and never opened for anything but reading again: no
append, no seek, no rename on the way, because Volumes take none of that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from nbml.durable import storage_error
from nbml.errors import PlatformError
from nbml.platform.names import check_file, check_folder, content_name, verify

BLOCK = 1 << 22
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class FolderFiles:
    """Kept files below a folder.

    Parameters
    ----------
    root : Path
        The folder; made when the first file is kept.
    is_volume : bool
        Whether it is a mounted Volume. There a file appears under its own name as soon as it is closed, and a
        torn one is told by its hash; elsewhere it is written under another name, synced and renamed.
    """

    def __init__(self, root: Path, *, is_volume: bool = False) -> None:
        self._root, self._is_volume = root, is_volume

    @property
    def root(self) -> str:
        """Where they are, for show."""
        return str(self._root)

    def keep(self, source: Path, folder: str) -> str:
        """Copy a local file here under the hash of its content."""
        name = content_name(source, folder)
        target = self._path(name)
        if target.exists() and target.stat().st_size == source.stat().st_size:
            return name
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._is_volume:
                _copy(source, target)
            else:
                _copy_whole(source, target)
        except OSError as error:
            raise storage_error(target, error) from error
        return name

    def fetch(self, name: str, into: Path) -> Path:
        """Copy a kept file into a folder, checked against its name."""
        source = self._path(name)
        target = into / source.name
        into.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(source, _READ)
        except OSError as error:
            raise PlatformError("NBML-U21", name=name, place=self.root) from error
        with os.fdopen(descriptor, "rb") as stream, target.open("wb") as copy:
            shutil.copyfileobj(stream, copy, BLOCK)
        return verify(target, name)

    def names(self, folder: str) -> list[str]:
        """Names of what is kept in a folder."""
        place = self._root / check_folder(folder)
        if not place.is_dir():
            return []
        return sorted(f"{folder}/{entry.name}" for entry in place.iterdir() if not entry.name.startswith("."))

    def remove(self, name: str) -> None:
        """Delete a kept file."""
        self._path(name).unlink(missing_ok=True)

    def local_path(self, path: str) -> Path:
        """The path itself: what this machine mounts is read where it is."""
        found = Path(path).expanduser()
        if path.startswith("/Volumes/") and not found.exists():
            raise PlatformError("NBML-U21", name=path, place="/Volumes")
        return found

    def _path(self, name: str) -> Path:
        path = self._root / check_file(name)
        if path.parent.exists() and path.parent.resolve().parent != self._root.resolve():
            raise PlatformError("NBML-U20", name=name)
        return path


def _copy_whole(source: Path, target: Path) -> None:
    """Write under a name of its own, sync, rename: the target is whole or absent."""
    descriptor, made = tempfile.mkstemp(dir=target.parent, prefix=".keep-")
    try:
        with os.fdopen(descriptor, "wb") as stream, source.open("rb") as content:
            _pour(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(made).replace(target)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as content, target.open("wb") as stream:
        _pour(content, stream)


def _pour(source: BinaryIO, target: BinaryIO) -> None:
    """Block by block; shutil's short cuts use system calls that a mounted Volume need not know."""
    while block := source.read(BLOCK):
        target.write(block)

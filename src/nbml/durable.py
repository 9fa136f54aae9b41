"""Writing files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from nbml.errors import EngineError


def write_bytes(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file through a temporary name, fsync and rename.

    Parameters
    ----------
    path : Path
        The file; its folder is made when missing.
    content : bytes
        All of it.
    sync : bool
        Whether to wait for the disk. Without it a power loss may lose the file, but a killed process
        may not.

    Raises
    ------
    EngineError
        NBML-E01 when the disk is full, NBML-E02 when the place cannot be written; the old file is intact.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise storage_error(path, error) from error


def write_text(path: Path, content: str, *, sync: bool = True) -> None:
    """Write a UTF-8 text file like ``write_bytes``."""
    write_bytes(path, content.encode("utf-8"), sync=sync)


def storage_error(path: Path, error: OSError) -> EngineError:
    """The error that names the path and, for a full disk, what is free."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EngineError("NBML-E01", path=str(path), free_mb=_free_mb(path))
    return EngineError("NBML-E02", path=str(path), reason=error.strerror or str(error))


def _free_mb(path: Path) -> int:
    for folder in path.parents:
        if folder.exists():
            return shutil.disk_usage(folder).free // 2**20
    return 0

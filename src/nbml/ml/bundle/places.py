"""Names and paths inside a bundle, and reading a file there exactly once.

Owns which names may exist (S7-S10): a path is built from checked parts only, no link is followed, and the
bytes that are checked are the bytes that are used.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from nbml.durable import storage_error
from nbml.errors import ModelError

MANIFEST = "manifest.json"
ENCODER = "encoder.json"
BACKGROUND = "background.json"
REFERENCE = "reference.npz"
FINAL = "final"
MAX_FILE_BYTES = 4 * 2**30
MAX_JSON_BYTES = 64 * 2**20

_NUMBER = r"(?:0|[1-9][0-9]{0,5})"
_RESERVED = r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])"
_FILE = rf"(?!{_RESERVED}\.)[A-Za-z0-9][A-Za-z0-9_-]{{0,63}}\.(?:txt|json|ubj|cbm|npz)"
MODEL_FOLDER = rf"(?P<target>{_NUMBER})-(?P<family>[a-z][a-z0-9_]{{0,31}})"
PART_PATH = re.compile(rf"{MODEL_FOLDER}/(?P<part>{FINAL}|fold-{_NUMBER})", re.ASCII)
FILE_PATH = re.compile(rf"{PART_PATH.pattern}/(?P<file>{_FILE})", re.ASCII)


def fold_part(fold: int) -> str:
    """Name the part that holds the model of one fold."""
    return f"fold-{fold}"


def part_path(target: int, family: str, part: str) -> str:
    """Build the path of one model inside a bundle.

    Raises
    ------
    ModelError
        NBML-M54 when the names are not those of a target's number, a family and a part.
    """
    path = f"{target}-{family}/{part}"
    if PART_PATH.fullmatch(path) is None:
        raise ModelError("NBML-M54", file=path)
    return path


def check_file(part: str, name: str) -> None:
    """Refuse a file name that no model has: other endings, folders, names reserved on any system.

    Raises
    ------
    ModelError
        NBML-M54.
    """
    if FILE_PATH.fullmatch(f"{part}/{name}") is None:
        raise ModelError("NBML-M54", file=f"{part}/{name}")


def iter_files(root: Path) -> Iterator[str]:
    """Yield the path of every entry below `root` that is no folder, relative and with slashes.

    Raises
    ------
    ModelError
        NBML-M54 at the first link, device or other entry that is neither file nor folder.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                path = f"{folder}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    yield path
                else:
                    raise ModelError("NBML-M54", file=path)


def read_once(root: Path, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a regular file below `root` in one go, following no link on the way.

    Parameters
    ----------
    root : Path
        The bundle.
    path : str
        Relative path with slashes, of names that were checked.
    limit : int
        Greatest size in bytes.

    Raises
    ------
    ModelError
        NBML-M53 when it is not there, NBML-M54 when it is a link, a device or lies behind a link, NBML-M52
        when it is larger than `limit`.
    EngineError
        NBML-E02 when the system does not let it be read.
    """
    place = root / path
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # where the system has them
        flags |= getattr(os, name, 0)
    try:
        if place.parent.resolve() != root.resolve() / Path(path).parent:
            raise ModelError("NBML-M54", file=path)
        handle = os.open(place, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError("NBML-M53", file=path) from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO):  # a link, elsewhere a link, a socket
            raise ModelError("NBML-M54", file=path) from error
        raise storage_error(place, error) from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ModelError("NBML-M54", file=path)
        if found.st_size > limit:
            raise ModelError("NBML-M52", file=path, reason=f"{found.st_size} > {limit}")
        return file.read()

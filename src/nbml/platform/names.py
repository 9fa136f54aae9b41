"""Names that may become part of a path or an address: what they are made of, and nothing else (S7)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from nbml.errors import PlatformError

_FOLDER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_FILE = re.compile(r"[a-z][a-z0-9_-]{0,63}/[0-9a-f]{64}(?:\.[a-z0-9]{1,16}){0,2}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,16}")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_BLOCK = 1 << 22


def check_folder(folder: str) -> str:
    """A folder of kept files, or NBML-U20."""
    return _checked(folder, _FOLDER)


def check_file(name: str) -> str:
    """The name of a kept file, ``folder/<sha256><suffix>``, or NBML-U20."""
    return _checked(name, _FILE)


def check_secret(name: str) -> str:
    """The name of a secret, or NBML-U20."""
    return _checked(name, _SECRET)


def _checked(name: str, kind: re.Pattern[str]) -> str:
    if not isinstance(name, str) or not kind.fullmatch(name):
        raise PlatformError("NBML-U20", name=repr(name)[:80])
    return name


def content_name(source: Path, folder: str) -> str:
    """``folder/<sha256><suffix>`` for a local file; a suffix that is unusual is left out."""
    suffix = source.suffix.lower()
    return f"{check_folder(folder)}/{sha256_of(source)}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def verify(path: Path, name: str) -> Path:
    """The path, if the file holds what its kept name says; else it is deleted and NBML-U22 raised."""
    if sha256_of(path) != Path(name).name.split(".")[0]:
        path.unlink(missing_ok=True)
        raise PlatformError("NBML-U22", name=name)
    return path

"""Files under the allowed folders: a page says a folder by its place and entries by name, never a path.

Every name is checked before it becomes part of a path, and the real path must lie inside the folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbml.data.formats import SUFFIXES
from nbml.errors import PanelError
from nbml.spec.reading import shown

MOST_ENTRIES = 500
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a folder."""

    name: str
    size: int
    is_table: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What may be seen of a folder, by name; `more` counts what goes beyond 500 entries."""

    folders: tuple[str, ...]
    files: tuple[Entry, ...]
    more: int


def resolve_in(roots: Sequence[Path], root: int, parts: Sequence[str]) -> Path:
    """The real path of an entry of an allowed folder.

    Raises
    ------
    PanelError
        NBML-W61 for a name that is none, a hidden one, one that is not there, or one whose real path lies
        outside the folder. The words do not tell which: what lies outside is not to be probed.
    """
    if not 0 <= root < len(roots) or not all(_is_name(part) for part in parts):
        raise _refused(parts)
    try:
        home = roots[root].expanduser().resolve(strict=True)
        path = home.joinpath(*parts).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise _refused(parts) from None
    inner = path.relative_to(home).parts if path.is_relative_to(home) else (".",)
    if any(part.startswith(".") for part in inner):
        raise _refused(parts)
    return path


def list_folder(roots: Sequence[Path], root: int, parts: Sequence[str] = ()) -> Listing:
    """Folders and regular files of an allowed folder, sorted by name.

    Hidden entries, links that lead out of the allowed folder, devices and names that are no valid Unicode
    are left out.

    Raises
    ------
    PanelError
        NBML-W61 as for ``resolve_in``, and for what is no folder or may not be read.
    """
    folder = resolve_in(roots, root, parts)
    folders: list[str] = []
    files: list[Entry] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        raise _refused(parts) from None
    for entry in entries:
        if not _is_name(entry.name) or not _is_inside(entry, roots, root, parts):
            continue
        try:
            state = entry.stat()
        except OSError:
            continue
        if stat.S_ISDIR(state.st_mode):
            folders.append(entry.name)
        elif stat.S_ISREG(state.st_mode):
            is_table = Path(entry.name).suffix.lower() in SUFFIXES
            files.append(Entry(entry.name, state.st_size, is_table))
    kept_folders = folders[:MOST_ENTRIES]
    kept_files = files[: MOST_ENTRIES - len(kept_folders)]
    more = len(folders) + len(files) - len(kept_folders) - len(kept_files)
    return Listing(tuple(kept_folders), tuple(kept_files), more)


def _is_inside(entry: os.DirEntry[str], roots: Sequence[Path], root: int, parts: Sequence[str]) -> bool:
    if not entry.is_symlink():
        return True
    try:
        resolve_in(roots, root, (*parts, entry.name))
    except PanelError:
        return False
    return True


def _is_name(part: str) -> bool:
    """Whether a text can only be the name of one entry that is not hidden."""
    if not part or part.startswith(".") or len(part) > _LONGEST_NAME or part != part.strip("\x00"):
        return False
    if any(c in part for c in "/\\\x00") or (os.name == "nt" and ":" in part):
        return False
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(parts: Sequence[str]) -> PanelError:
    return PanelError("NBML-W61", path="/".join(shown(part) for part in parts) or ".")

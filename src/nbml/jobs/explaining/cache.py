"""Arrays that took long to compute, kept under the hash of all they depend on. Never a pickle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.durable import write_bytes
from nbml.settings import Settings

Arrays = dict[str, NDArray[Any]]
VERSION = "nbml.explain/1"
MOST_BYTES = 1 << 30
"""Beyond so much the oldest files go."""


class Cache:
    """Files of arrays in ``NBML_HOME/cache/explain``. What cannot be read or written is computed again."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.home / "cache" / "explain"

    def get(self, depends: dict[str, Any], make: Callable[[], Arrays]) -> Arrays:
        """The arrays for these dependencies, made where they are not kept.

        Parameters
        ----------
        depends : dict
            Plain JSON values that the arrays are a function of, such as hashes of models and rows.
        make : callable
            Computes them; what it raises is raised.
        """
        known = self.find(depends)
        if known is not None:
            return known
        made = make()
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **made)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(buffer.tell())
            write_bytes(self._file(depends), buffer.getvalue())
        return made

    def find(self, depends: dict[str, Any]) -> Arrays | None:
        """The arrays, if they are kept and whole."""
        try:
            content = io.BytesIO(self._file(depends).read_bytes())
            with np.load(content, allow_pickle=False) as saved:
                return {name: saved[name] for name in saved.files}
        except (OSError, ValueError, zipfile.BadZipFile, zlib.error, KeyError, EOFError):
            return None

    def _file(self, depends: dict[str, Any]) -> Path:
        said = json.dumps({"v": VERSION, **depends}, sort_keys=True, allow_nan=False)
        return self._folder / f"{hashlib.sha256(said.encode()).hexdigest()}.npz"

    def _make_room(self, needed: int) -> None:
        files = sorted((f.stat().st_mtime, f.stat().st_size, f) for f in self._folder.glob("*.npz"))
        total = needed + sum(size for _, size, _ in files)
        for _, size, file in files:
            if total <= MOST_BYTES:
                break
            file.unlink(missing_ok=True)
            total -= size


def hash_of(array: NDArray[Any]) -> str:
    """SHA-256 of an array's type, shape and content."""
    whole = np.ascontiguousarray(array)
    return hashlib.sha256(f"{whole.dtype.str}{whole.shape}".encode() + whole.tobytes()).hexdigest()

"""Dropped files on their way in: pieces of any order into one private file, bounded, hashed, cleaned up.

The folder of a file is named by a random id made here; its own name is rebuilt from harmless characters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from nbml.errors import PanelError
from nbml.spec.reading import shown

CHUNK_BYTES = 1 << 20
MOST_BYTES = 512 << 20
MOST_UPLOADS = 8
STALE_S = 2 * 24 * 3600.0
_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 120


@dataclass(slots=True)
class Upload:
    """One dropped file.

    Attributes
    ----------
    name : str
        As the page calls it; for show only.
    path : Path
        Where it lies.
    size : int
        Bytes that were announced.
    received : set of int
        Pieces that have arrived.
    sha256 : str or None
        Of the content, once all have.
    """

    name: str
    path: Path
    size: int
    received: set[int] = field(default_factory=set)
    sha256: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def chunks(self) -> int:
        """Pieces that make up the file."""
        return -(-self.size // CHUNK_BYTES)


class Uploads:
    """The dropped files of one panel.

    Parameters
    ----------
    folder : Path
        Private folder, made when the first file comes; what other sessions left there for two days goes.
    most_bytes : int
        Greatest size of a file.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self.most_bytes = most_bytes
        self._held: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, size: int) -> str:
        """Make room for a file; its id.

        Raises
        ------
        PanelError
            NBML-W62 beyond the size limit or the free space, W63 for an empty file, W64 when the folder
            cannot be written.
        """
        if size <= 0:
            raise PanelError("NBML-W63", name=shown(name))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            free = shutil.disk_usage(self._folder).free
            if size > min(self.most_bytes, free):
                limit = min(self.most_bytes, free) >> 20
                raise PanelError("NBML-W62", name=shown(name), size_mb=-(-size >> 20), limit_mb=limit)
            upload_id = secrets.token_hex(16)
            place = self._folder / upload_id
            place.mkdir(mode=0o700)
            path = place / safe_name(name)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise PanelError("NBML-W64", reason=shown(error.strerror or str(error))) from error
        with self._lock:
            while len(self._held) >= MOST_UPLOADS:
                _remove(self._held.pop(next(iter(self._held))))
            self._held[upload_id] = Upload(name, path, size)
        return upload_id

    def add(self, upload_id: str, index: int, data: str) -> Upload:
        """Write one piece; the same piece again changes nothing.

        Raises
        ------
        PanelError
            NBML-W65 for an unknown upload, W66 for a piece that is no base64 or has not the length it must.
        """
        upload = self._find(upload_id)
        try:
            piece = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise PanelError("NBML-W66", index=index) from None
        is_last = index == upload.chunks - 1
        expected = upload.size - index * CHUNK_BYTES if is_last else CHUNK_BYTES
        if not 0 <= index < upload.chunks or len(piece) != expected:
            raise PanelError("NBML-W66", index=index)
        with upload.lock:
            if index in upload.received or upload.sha256 is not None:
                return upload
            try:
                with upload.path.open("r+b") as stream:
                    stream.seek(index * CHUNK_BYTES)
                    stream.write(piece)
            except OSError as error:
                raise PanelError("NBML-W64", reason=shown(error.strerror or str(error))) from error
            upload.received.add(index)
            if len(upload.received) == upload.chunks:
                with upload.path.open("rb") as stream:
                    upload.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return upload

    def whole(self, upload_id: str) -> Upload:
        """A file that has arrived; NBML-W65 for one that has not."""
        upload = self._find(upload_id)
        if upload.sha256 is None:
            raise PanelError("NBML-W65")
        return upload

    def drop(self, upload_id: str) -> None:
        """Remove a file; nothing happens when there is none."""
        with self._lock:
            upload = self._held.pop(upload_id, None)
        if upload is not None:
            _remove(upload)

    def close(self) -> None:
        """Remove all files of this panel."""
        for upload_id in list(self._held):
            self.drop(upload_id)

    def _find(self, upload_id: str) -> Upload:
        upload = self._held.get(upload_id)
        if upload is None:
            raise PanelError("NBML-W65")
        return upload

    def _sweep(self) -> None:
        """Remove what ended kernels have left behind."""
        for entry in os.scandir(self._folder):
            is_ours = entry.is_dir(follow_symlinks=False) and _ID.fullmatch(entry.name)
            if is_ours and entry.name not in self._held and time.time() - entry.stat().st_mtime > STALE_S:
                shutil.rmtree(entry.path, ignore_errors=True)


def safe_name(name: str) -> str:
    """A file name of letters, digits, blanks, points, dashes and underlines, with the suffix kept."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    told = "".join(c if c.isalnum() or c in " ._-" else "_" for c in plain).strip(" .")
    stem, suffix = os.path.splitext(told)  # noqa: PTH122 - of a text, no path yet
    room = _LONGEST_NAME - len(suffix.encode())
    while len(stem.encode()) > max(room, 1):
        stem = stem[:-1]
    return f"{stem or 'table'}{suffix if len(suffix) <= 20 else ''}"


def _remove(upload: Upload) -> None:
    shutil.rmtree(upload.path.parent, ignore_errors=True)

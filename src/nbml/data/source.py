"""From a path to bytes: local regular files only, opened once, sized before and while they are unpacked.

Knows nothing of what the bytes mean beyond the two packings (gzip, zip with one member).
"""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nbml.data.limits import ReadLimits
from nbml.errors import ReadError
from nbml.spec.reading import shown

_URL = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]+://|(?:file|data|s3|gs|dbfs):)")
_CHUNK = 1 << 20
# No link put there after the path was resolved, and no waiting for ever on a pipe without a writer.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY", "O_CLOEXEC")
)


def resolve(source: str | Path, roots: Sequence[Path] | None) -> Path:
    """The real path of a local file inside the allowed roots.

    Raises
    ------
    ReadError
        NBML-R01 for an address, R02 when there is nothing, R04 outside `roots` (links are followed first).
    """
    named = str(source)
    if isinstance(source, str) and _URL.match(source):
        raise ReadError("NBML-R01", path=shown(named))
    try:
        path = Path(source).expanduser().resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise ReadError("NBML-R02", path=shown(named)) from None
    if roots is not None and not any(path.is_relative_to(Path(root).resolve()) for root in roots):
        raise ReadError("NBML-R04", path=shown(named), roots=[str(root) for root in roots])
    return path


@contextmanager
def opened(path: Path, limits: ReadLimits) -> Iterator[tuple[IO[bytes], int]]:
    """A regular file and its size, refusing one that changes while it is read.

    Raises
    ------
    ReadError
        NBML-R03 for a directory, device or pipe, R33 without permission, R05 beyond the size limit,
        R30 when size or time of change differ at the end.
    """
    name = shown(str(path))
    try:
        descriptor = os.open(path, _FLAGS)
    except IsADirectoryError:
        raise ReadError("NBML-R03", path=name) from None
    except PermissionError:
        raise ReadError("NBML-R03" if path.is_dir() else "NBML-R33", path=name) from None
    except OSError:
        raise ReadError("NBML-R03" if path.exists() else "NBML-R02", path=name) from None
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise ReadError("NBML-R03", path=name)
    with os.fdopen(descriptor, "rb") as stream:
        if before.st_size > limits.file_bytes:
            raise ReadError("NBML-R05", path=name, size=before.st_size, limit=limits.file_bytes)
        yield stream, before.st_size
        after = os.fstat(stream.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise ReadError("NBML-R30", path=name)


def unpack_gzip(data: bytes, name: str, limits: ReadLimits) -> bytes:
    """What a gzip file holds; NBML-R08 when it is torn, R06 when it is a bomb."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
        return _drain(stream, name, len(data), limits)


def unpack_zip(data: bytes, name: str, limits: ReadLimits) -> bytes:
    """The one member of a zip file; NBML-R07 for several or an encrypted one, else as for gzip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")
            ]
            if len(members) != 1:
                raise ReadError("NBML-R07", path=name, count=len(members))
            if members[0].flag_bits & 1:
                raise ReadError("NBML-R08", path=name, reason="encrypted")
            limits.check_unpacked(name, members[0].compress_size, members[0].file_size)
            with archive.open(members[0]) as stream:
                return _drain(stream, name, members[0].compress_size, limits)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ReadError("NBML-R08", path=name, reason=shown(str(error))) from error


def _drain(stream: IO[bytes] | gzip.GzipFile, name: str, packed: int, limits: ReadLimits) -> bytes:
    out = bytearray()
    try:
        while chunk := stream.read(_CHUNK):
            out += chunk
            limits.check_unpacked(name, packed, len(out))
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise ReadError("NBML-R08", path=name, reason=shown(str(error))) from error
    return bytes(out)

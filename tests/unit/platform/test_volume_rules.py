"""A mounted Volume takes one pass from the first byte to the last, and nothing else."""

from __future__ import annotations

import builtins
import errno
import io
import os
from pathlib import Path

import pytest

from nbml.platform.local.files import FolderFiles


@pytest.fixture
def volume(tmp_path, monkeypatch) -> Path:
    """A folder that refuses what Volumes refuse: append, read and write in one, seeking, renaming, links."""
    root = tmp_path / "Volumes" / "lab" / "nbml" / "nbml"
    real_open = io.open

    class OnePass:
        def __init__(self, stream):
            self._stream = stream

        def write(self, block):
            return self._stream.write(block)

        def read(self, size=-1):
            return self._stream.read(size)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._stream.close()

        def __getattr__(self, name):
            raise OSError(errno.EOPNOTSUPP, f"Volumes cannot {name}")

    def guarded(file, mode="r", *arguments, **more):
        is_here = isinstance(file, str | os.PathLike) and Path(file).is_relative_to(root)
        if is_here and ("a" in mode or "+" in mode):
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        stream = real_open(file, mode, *arguments, **more)
        return OnePass(stream) if is_here and "w" in mode else stream

    def refused(path, *_, **__):
        if Path(path).is_relative_to(root):
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        raise AssertionError(path)

    monkeypatch.setattr(io, "open", guarded)
    monkeypatch.setattr(builtins, "open", guarded)
    for name in ("rename", "replace", "link", "symlink", "sendfile", "copy_file_range"):
        if hasattr(os, name):
            monkeypatch.setattr(os, name, refused)
    return root


def test_keeping_needs_one_pass(volume, tmp_path):
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(1 << 20) * 9)
    files = FolderFiles(volume, is_volume=True)
    name = files.keep(source, "datasets")
    assert files.fetch(name, tmp_path / "back").read_bytes() == source.read_bytes()


def test_a_folder_of_ones_own_is_renamed_into_place(volume, tmp_path):
    """The guard bites: what is right on a local disk fails here."""
    source = tmp_path / "a.bin"
    source.write_bytes(b"x")
    with pytest.raises(Exception, match="NBML-E02"):
        FolderFiles(volume).keep(source, "datasets")

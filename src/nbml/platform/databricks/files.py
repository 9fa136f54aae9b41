"""Kept files in a Volume: through the Files API where it is not mounted.

Inside the runtime a Volume is a folder, and ``nbml.platform.local.files`` serves it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nbml.errors import PlatformError
from nbml.platform.databricks.client import asking
from nbml.platform.local.files import BLOCK, FolderFiles
from nbml.platform.names import check_file, check_folder, content_name, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient

_ODD = re.compile(r"[^\w.-]+")


class VolumeFiles:
    """Kept files below a folder of a Volume, over HTTP.

    Parameters
    ----------
    client : callable
        Gives the workspace's client.
    root : str or None
        ``/Volumes/..``; without it only ``local_path`` works.
    cache : Path
        Where files that the user names are copied to.
    """

    def __init__(self, client: Callable[[], WorkspaceClient], root: str | None, cache: Path) -> None:
        self._client, self._root, self._cache = client, root, cache

    @property
    def root(self) -> str:
        """Where they are, for show."""
        if self._root is None:
            raise PlatformError("NBML-U01", setting="NBML_VOLUME")
        return self._root.rstrip("/")

    def keep(self, source: Path, folder: str) -> str:
        """Upload a local file in one pass under the hash of its content."""
        name = content_name(source, folder)
        path = f"{self.root}/{name}"
        try:
            with asking(path, privilege="READ VOLUME"):
                found = self._client().files.get_metadata(path)
            if found.content_length == source.stat().st_size:
                return name
        except PlatformError as error:
            if error.code != "NBML-U12":
                raise
        with asking(path, privilege="WRITE VOLUME"), source.open("rb") as stream:
            files = self._client().files
            files.create_directory(f"{self.root}/{folder}")
            files.upload(path, stream, overwrite=True)
        return name

    def fetch(self, name: str, into: Path) -> Path:
        """Download a kept file, checked against its name."""
        target = into / Path(check_file(name)).name
        into.mkdir(parents=True, exist_ok=True)
        self._download(f"{self.root}/{name}", name, target)
        return verify(target, name)

    def names(self, folder: str) -> list[str]:
        """Names of what is kept in a folder."""
        path = f"{self.root}/{check_folder(folder)}"
        try:
            with asking(path, privilege="READ VOLUME"):
                entries = list(self._client().files.list_directory_contents(path))
        except PlatformError as error:
            if error.code == "NBML-U12":
                return []
            raise
        return sorted(f"{folder}/{entry.name}" for entry in entries if not entry.is_directory)

    def remove(self, name: str) -> None:
        """Delete a kept file."""
        path = f"{self.root}/{check_file(name)}"
        try:
            with asking(path, privilege="WRITE VOLUME"):
                self._client().files.delete(path)
        except PlatformError as error:
            if error.code != "NBML-U12":
                raise

    def local_path(self, path: str) -> Path:
        """A copy of a file of a Volume, made anew when the file has changed; other paths as they are."""
        if not path.startswith("/Volumes/") or Path(path).exists():
            return Path(path).expanduser()
        try:
            with asking(path, privilege="READ VOLUME"):
                found = self._client().files.get_metadata(path)
        except PlatformError as error:
            if error.code == "NBML-U12":
                raise PlatformError("NBML-U21", name=path, place="/Volumes") from None
            raise
        state = f"{path}\n{found.last_modified}\n{found.content_length}"
        name = _ODD.sub("_", path.rsplit("/", 1)[-1])[-100:].lstrip(".") or "file"
        target = self._cache / hashlib.sha256(state.encode()).hexdigest()[:32] / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._download(path, path, target)
        return target

    def _download(self, path: str, name: str, target: Path) -> None:
        """Into a file that appears when it is whole."""
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".fetch-", delete=False) as made:
            try:
                with asking(path, privilege="READ VOLUME"):
                    content = self._client().files.download(path).contents
                    assert content is not None
                    with content:
                        shutil.copyfileobj(content, made, BLOCK)
                made.close()
                Path(made.name).replace(target)
            except PlatformError as error:
                Path(made.name).unlink(missing_ok=True)
                if error.code == "NBML-U12":
                    raise PlatformError("NBML-U21", name=name, place=path) from None
                raise
            except BaseException:
                Path(made.name).unlink(missing_ok=True)
                raise


def volume_files(
    client: Callable[[], WorkspaceClient], root: str | None, cache: Path
) -> FolderFiles | VolumeFiles:
    """The files of a Volume: as a folder where it is mounted, else over HTTP."""
    if root is not None and Path(*Path(root).parts[:5]).is_dir():
        return FolderFiles(Path(root), is_volume=True)
    return VolumeFiles(client, root, cache)

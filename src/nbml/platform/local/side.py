"""The local side put together."""

from __future__ import annotations

from nbml.platform.local.files import FolderFiles
from nbml.platform.local.identity import LocalIdentity
from nbml.platform.local.secrets import LocalSecrets
from nbml.platform.local.tables import LocalTables
from nbml.platform.local.tracking import LocalTracking
from nbml.platform.ports import Platform
from nbml.settings import Settings


def local_side(settings: Settings) -> Platform:
    """The five ports of this machine."""
    return Platform(
        LocalIdentity(),
        FolderFiles(settings.home / "files"),
        LocalTables(settings),
        LocalSecrets(),
        LocalTracking(settings),
    )

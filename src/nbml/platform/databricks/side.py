"""The Databricks side put together: one client, made when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nbml.platform.databricks.client import workspace_client
from nbml.platform.databricks.files import volume_files
from nbml.platform.databricks.identity import WorkspaceIdentity
from nbml.platform.databricks.secrets import ScopeSecrets
from nbml.platform.databricks.tables import UnityTables
from nbml.platform.databricks.tracking import WorkspaceTracking
from nbml.platform.ports import Platform
from nbml.settings import Settings

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def databricks_side(settings: Settings) -> Platform:
    """The five ports of a workspace."""

    @cache
    def client() -> WorkspaceClient:
        return workspace_client(settings)

    return Platform(
        WorkspaceIdentity(client),
        volume_files(client, settings.volume_path, settings.home / "cache" / "volumes"),
        UnityTables(settings, client),
        ScopeSecrets(client, settings.secret_scope),
        WorkspaceTracking(settings, client),
    )


def worker_environment(settings: Settings) -> dict[str, str]:
    """Environment with which another process can speak to the workspace as this user.

    A token that lives as long as the one in use here; for the memory of that process only, never for a spec,
    a file or a log.

    Raises
    ------
    PlatformError
        NBML-U02, NBML-U03 as ``workspace_client``.
    """
    config = workspace_client(settings).config
    header = config.authenticate().get("Authorization", "")
    token = header.removeprefix("Bearer ")
    return {"DATABRICKS_HOST": config.host or "", "DATABRICKS_TOKEN": token} if token != header else {}

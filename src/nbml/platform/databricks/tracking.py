"""How MLflow is addressed in a workspace: runs under the user's folder, models in Unity Catalog."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from nbml.errors import PlatformError
from nbml.platform.databricks.client import asking
from nbml.settings import Settings
from nbml.spec.source import TableName

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient

FOLDER = "ml-app"
_REFUSED = re.compile(r"[/\\\x00-\x1f\x7f]+")
_MODEL_REFUSED = re.compile(r"[./\s\\:\x00-\x1f\x7f]")


class WorkspaceTracking:
    """MLflow of the workspace, unless the settings name another."""

    def __init__(self, settings: Settings, client: Callable[[], WorkspaceClient]) -> None:
        self.tracking_uri: str | None = settings.tracking_uri or "databricks"
        self.registry_uri: str | None = settings.registry_uri or (
            "databricks-uc" if settings.tracking_uri is None else settings.tracking_uri
        )
        self._settings, self._client = settings, client

    @property
    def _is_native(self) -> bool:
        return str(self.tracking_uri).startswith("databricks")

    def experiment(self, project: str, user: str) -> str:
        """``/Users/<user>/ml-app/<project>``; what a path refuses in a project's name is replaced."""
        return f"/Users/{user}/{FOLDER}/{_part(project)}" if self._is_native else project

    def prepare(self, experiment: str) -> None:
        """Make the folder of an experiment, which the workspace wants to be there."""
        if self._is_native:
            folder = experiment.rsplit("/", 1)[0]
            with asking(folder, privilege="CAN MANAGE"):
                self._client().workspace.mkdirs(folder)

    def model_name(self, name: str) -> str:
        """``catalog.schema.name``; a name alone is put into the catalog and schema of the settings."""
        if not str(self.registry_uri).startswith("databricks-uc"):
            return name
        parts = name.split(".")
        if len(parts) == 3 and all(parts):
            TableName.parse(".".join(f"`{part}`" for part in parts))
            return name
        if _MODEL_REFUSED.search(name) or not name:
            raise PlatformError("NBML-U26", name=name[:200])
        if self._settings.catalog is None:
            raise PlatformError("NBML-U01", setting="NBML_CATALOG")
        return f"{self._settings.catalog}.{self._settings.schema_name}.{name}"


def _part(project: str) -> str:
    kept = _REFUSED.sub("_", project).strip(" .")
    if kept == project:
        return kept
    return f"{kept}-{hashlib.sha256(project.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")

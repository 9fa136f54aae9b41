"""How MLflow is addressed on this machine: as the settings say, else the local store; names as they are."""

from __future__ import annotations

from nbml.settings import Settings


class LocalTracking:
    """Names are used as they are; nothing must be there before an experiment is."""

    def __init__(self, settings: Settings) -> None:
        self.tracking_uri = settings.tracking_uri
        self.registry_uri = settings.registry_uri

    def experiment(self, project: str, user: str) -> str:  # noqa: ARG002 - a store of one's own needs no user
        """The project's name."""
        return project

    def prepare(self, experiment: str) -> None:
        """Nothing."""

    def model_name(self, name: str) -> str:
        """The name itself."""
        return name

"""Where nbml keeps things and how it speaks: one typed object from ``NBML_*`` environment variables."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings in force; every field is the environment variable ``NBML_<NAME>``.

    Made anew wherever it is needed, so that a changed environment is seen; nothing is cached globally.
    """

    model_config = SettingsConfigDict(env_prefix="NBML_", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("nbml", appauthor=False)),
        description="Folder of jobs, models and the tracking store.",
    )
    language: Literal["en", "ja"] | None = Field(default=None, description="Language; the locale's if unset.")
    ray_address: str | None = Field(default=None, description="Cluster to use instead of nbml's own head.")
    ray_token: SecretStr | None = Field(default=None, description="Token of that cluster.")
    executor: Literal["ray", "inline"] = Field(default="ray", description="Where jobs run.")
    warm_up: bool = Field(default=True, description="Whether showing a panel starts the cluster beforehand.")
    cpus: int | None = Field(default=None, ge=1, description="CPU budget; from affinity and cgroup if unset.")
    idle_s: float = Field(default=900.0, gt=0, description="Idle time after which nbml's own head stops.")
    tracking_uri: str | None = Field(
        default=None, description="MLflow server; a local SQLite store if unset."
    )
    registry_uri: str | None = Field(default=None, description="MLflow registry; as tracking if unset.")

    @cached_property
    def jobs(self) -> Path:
        """Folder of all job directories."""
        return self.home / "jobs"

    @cached_property
    def engine(self) -> Path:
        """Folder of the cluster's state: head, token, logs."""
        return self.home / "engine"

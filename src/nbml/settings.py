"""Where nbml keeps things and how it speaks: one typed object from ``NBML_*`` environment variables.

Says of every field where its value comes from. Holds secrets as such: they are neither shown nor pickled.
Knows nothing of what is done with a setting.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from nbml.masking import masked

Environment = Literal["local", "databricks"]
Origin = Literal["environment", "argument", "runtime", "default"]

RUNTIME = "DATABRICKS_RUNTIME_VERSION"
"""Set in every process that runs on a Databricks cluster or serverless compute."""

RAY_JOB = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""Set in every program that a Ray cluster runs as a submitted job."""


class Settings(BaseSettings):
    """Settings in force; every field is the environment variable ``NBML_<NAME>``.

    Made anew wherever it is needed, so that a changed environment is seen; nothing is cached globally. A
    pickled copy has no secrets: whoever needs them elsewhere hands them on deliberately.
    """

    model_config = SettingsConfigDict(env_prefix="NBML_", extra="ignore", frozen=True, populate_by_name=True)

    environment: Environment = Field(
        default_factory=lambda: "databricks" if os.environ.get(RUNTIME) else "local",
        description="Side of the ports; databricks inside its runtime, else local.",
    )
    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("nbml", appauthor=False)),
        description="Folder of jobs, models and the tracking store; always on a local disk.",
    )
    language: Literal["en", "ja"] | None = Field(default=None, description="Language; the locale's if unset.")
    ray_address: str | None = Field(default=None, description="Cluster to use instead of nbml's own head.")
    ray_token: SecretStr | None = Field(default=None, description="Token of that cluster.")
    executor: Literal["ray", "inline", "cluster"] = Field(
        default_factory=lambda: "cluster" if os.environ.get(RAY_JOB) else "ray",
        description="Where jobs run; cluster inside a submitted Ray job.",
    )
    warm_up: bool = Field(default=True, description="Whether showing a panel starts the cluster beforehand.")
    cpus: int | None = Field(default=None, ge=1, description="CPU budget; from affinity and cgroup if unset.")
    idle_s: float = Field(default=900.0, gt=0, description="Idle time after which nbml's own head stops.")
    tracking_uri: str | None = Field(
        default=None, description="MLflow server; a local SQLite store, or the workspace's, if unset."
    )
    registry_uri: str | None = Field(default=None, description="MLflow registry; as tracking if unset.")
    catalog_url: SecretStr | None = Field(
        default=None,
        description="Database of nbml's catalog; a local SQLite file, or Unity Catalog, if unset.",
    )
    workspace: str | None = Field(
        default=None, description="Databricks workspace, https://..; as databricks-sdk finds it if unset."
    )
    warehouse: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="Id of the SQL warehouse for tables."
    )
    catalog: str | None = Field(default=None, description="Unity Catalog's catalog for tables and models.")
    schema_name: str = Field(
        default="nbml", validation_alias=AliasChoices("NBML_SCHEMA", "schema_name"), description="Its schema."
    )
    volume: str | None = Field(
        default=None,
        pattern=r"^/Volumes/[^/]+/[^/]+/[^/]+(/.*)?$",
        description="Folder for files in a Volume; the volume nbml of catalog and schema if unset.",
    )
    secret_scope: str = Field(default="nbml", description="Databricks secret scope.")

    @cached_property
    def jobs(self) -> Path:
        """Folder of all job directories."""
        return self.home / "jobs"

    @cached_property
    def engine(self) -> Path:
        """Folder of the cluster's state: head, token, logs."""
        return self.home / "engine"

    @property
    def volume_path(self) -> str | None:
        """The folder for files in a Volume, if it can be told."""
        if self.volume is None and self.catalog is not None:
            return f"/Volumes/{self.catalog}/{self.schema_name}/nbml"
        return self.volume

    def explained(self) -> list[Resolved]:
        """Every setting, fit to be shown, with where its value comes from."""
        return [
            Resolved(variable(name), self._shown(name), self._origin(name))
            for name in type(self).model_fields
        ]

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        return masked(value) if isinstance(value, str) else "" if value is None else str(value)

    def _origin(self, name: str) -> Origin:
        if name in self.model_fields_set:
            said = {key.upper() for key in os.environ}
            return "environment" if variable(name) in said else "argument"
        return "runtime" if name == "environment" and os.environ.get(RUNTIME) else "default"

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, self._shown(name)) for name in self.model_fields_set]

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        values = {name: _public(value) for name, value in state["__dict__"].items()}
        return state | {"__dict__": values}


@dataclass(frozen=True)
class Resolved:
    """One setting as it stands.

    Attributes
    ----------
    variable : str
        Its environment variable.
    value : str
        Its value without credentials; empty where there is none.
    origin : {"environment", "argument", "runtime", "default"}
        Who said so.
    """

    variable: str
    value: str
    origin: Origin


def variable(name: str) -> str:
    """The environment variable of a field."""
    return "NBML_SCHEMA" if name == "schema_name" else f"NBML_{name.upper()}"


def _public(value: Any) -> Any:
    """A value as it may leave the process: no secret, and no address that carries one."""
    is_secret = isinstance(value, SecretStr) or (isinstance(value, str) and masked(value) != value)
    return None if is_secret else value

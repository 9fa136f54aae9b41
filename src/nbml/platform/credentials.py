"""Credentials that are handed to another process on purpose, and only there: in its memory, for one job."""

from __future__ import annotations

import os
from contextlib import suppress

from nbml.errors import PlatformError
from nbml.settings import Settings

NAMES = (
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_CLIENT_SECRET",
    "DATABRICKS_HOST",
    "DATABRICKS_TOKEN",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_TRACKING_USERNAME",
    "NBML_CATALOG_URL",
)


def credentials_of(settings: Settings) -> dict[str, str]:
    """What a job's supervisor needs to keep things in the name of this process's user.

    The variables above as they are set here. In a notebook of a workspace none is set, and its own way of
    signing in does not reach other processes: then the token in use is taken. Without any, the supervisor
    keeps the job on disk and says so.
    """
    found = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    signs_in = {"DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET"} & found.keys()
    if settings.environment == "databricks" and not signs_in:
        from nbml.platform.databricks.side import worker_environment

        with suppress(PlatformError):
            found |= worker_environment(settings)
    return found

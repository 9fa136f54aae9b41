"""The job behind an MLflow run, whatever its task and whether it left a model or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbml.errors import TrackingError
from nbml.tracking.experiments import JOB_ID, VERSION
from nbml.tracking.faults import describe, verdict
from nbml.tracking.store import Store, connect, resolve

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.settings import Settings

_RUN = re.compile(r"(?:runs:/)?(?P<run>[A-Za-z0-9][A-Za-z0-9_-]{0,63})", re.ASCII)


def job_of_run(
    identifier: str, settings: Settings, *, connect: Callable[[Store], MlflowClient] = connect
) -> str | None:
    """The id of the job that a run is of; None for what is no run, or none of nbml's.

    Raises
    ------
    TrackingError
        NBML-T08 when MLflow does not answer.
    """
    match = _RUN.fullmatch(identifier)
    if match is None:
        return None
    store = resolve(settings)
    try:
        tags = connect(store).get_run(match["run"]).data.tags
    except Exception as error:
        if verdict(error) == "refused":
            return None
        if verdict(error) == "away":
            raise TrackingError("NBML-T08", uri=store.shown, reason=describe(error)) from None
        raise
    return str(tags[JOB_ID]) if VERSION in tags and JOB_ID in tags else None

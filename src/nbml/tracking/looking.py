"""Whether the tracking store answers: one small question, and the reason when it does not."""

from __future__ import annotations

import os

from nbml.errors import TrackingError
from nbml.settings import Settings
from nbml.tracking.faults import describe, verdict
from nbml.tracking.store import Store, connect, resolve

IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""MLflow would otherwise ask a server that is away for minutes."""


def look(settings: Settings) -> Store:
    """The store of the settings, once it has answered.

    Raises
    ------
    TrackingError
        NBML-T01, NBML-T02 as ``resolve``; NBML-T08 when it does not answer or refuses.
    """
    store = resolve(settings)
    before = {name: os.environ.get(name) for name in IMPATIENT}
    os.environ |= IMPATIENT
    try:
        connect(store).search_experiments(max_results=1)
    except Exception as error:
        if verdict(error) is None:
            raise
        raise TrackingError("NBML-T08", uri=store.shown, reason=describe(error)) from None
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return store

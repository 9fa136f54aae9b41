"""``nbml.connect("databricks")``: Ray on all nodes of the notebook's cluster, else the next best and why."""

from __future__ import annotations

import os
import warnings
from typing import Any

from nbml.engine.cluster import connect, is_own_head
from nbml.errors import NbmlError
from nbml.i18n import text
from nbml.platform.databricks.compute import spark_with_workers
from nbml.settings import Settings

NAME = "databricks"
EXECUTOR, ADDRESS = "NBML_EXECUTOR", "NBML_RAY_ADDRESS"


def connect_on_databricks(**options: Any) -> None:
    """Have this notebook's jobs run on the workers of its cluster.

    Where that cannot be they run with Ray on the driver alone, or within this process where not even that
    starts; one warning says why and what would change it.

    Parameters
    ----------
    **options : Any
        As for ``nbml.engine.on_spark.start_on_spark``.
    """
    from nbml.engine.on_spark import start_on_spark

    try:
        spark_with_workers()
        address = start_on_spark(**options)
        connect(Settings(ray_address=address))
    except NbmlError as error:
        place = _next_best()
        words = text("connect.fell_back", reason=error.message, next=error.next_step, place=text(place))
        warnings.warn(words, stacklevel=3)
        return
    # Seen by every setting that is made from here on in this process.
    os.environ |= {EXECUTOR: "cluster", ADDRESS: address}


def _next_best() -> str:
    """Have jobs run on this machine, with Ray if it starts; the key of what to call it."""
    os.environ.pop(ADDRESS, None)
    os.environ.pop(EXECUTOR, None)
    try:
        connect(Settings(executor="ray"))
    except NbmlError:
        os.environ[EXECUTOR] = "inline"
        return "connect.inline"
    return "connect.own_head" if is_own_head() else "connect.here"

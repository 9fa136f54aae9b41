"""What kind of compute a Databricks notebook is attached to, as far as Ray's workers depend on it.

Knows nothing of Ray.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from nbml.errors import PlatformError
from nbml.settings import RUNTIME


def spark_with_workers() -> Any:
    """The notebook's Spark session, where its cluster has nodes besides the driver and lets them be used.

    Raises
    ------
    PlatformError
        NBML-U30 outside a Databricks notebook, NBML-U31 in Standard access mode and on serverless compute,
        which give no Spark context, NBML-U32 on a single node.
    """
    if not os.environ.get(RUNTIME):
        raise PlatformError("NBML-U30", reason=f"{RUNTIME} is not set")
    try:
        session: Any = import_module("pyspark.sql").SparkSession.getActiveSession()
    except ImportError as error:
        raise PlatformError("NBML-U30", reason=str(error)) from None
    if session is None:
        raise PlatformError("NBML-U30", reason="no active Spark session")
    try:
        master = str(session.sparkContext.master)
    except Exception as error:
        # Spark Connect refuses with one of several exceptions, by version; each means the same here.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise PlatformError("NBML-U31", reason=reason) from None
    if master.startswith("local"):
        raise PlatformError("NBML-U32", master=master)
    return session

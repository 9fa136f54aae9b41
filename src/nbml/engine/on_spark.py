"""Ray on the nodes of a Spark cluster, set up by Ray's own means.

Its head is a process on the driver, its nodes are a Spark job; both end with the notebook's process. Knows no
access modes.
"""

from __future__ import annotations

import os
from typing import Any

from nbml.engine import cluster
from nbml.errors import EngineError
from nbml.masking import scrub

IDLE = "DATABRICKS_RAY_ON_SPARK_AUTOSHUTDOWN_MINUTES"
"""Ray ends its cluster so many minutes after the last *command*; clicks in a panel are none. 0: never."""


def start_on_spark(
    *,
    max_worker_nodes: int | None = None,
    min_worker_nodes: int | None = None,
    idle_minutes: float | None = None,
    **options: Any,
) -> str:
    """Set up Ray on the Spark cluster of this notebook, if it is not; its address.

    Parameters
    ----------
    max_worker_nodes : int, optional
        Spark workers to take; all of them if unset.
    min_worker_nodes : int, optional
        With fewer than the most, Ray adds and removes nodes by itself between the two.
    idle_minutes : float, optional
        See ``IDLE``; what the environment says if unset, else never.
    **options : Any
        Further arguments of ``ray.util.spark.setup_ray_cluster``.

    Raises
    ------
    EngineError
        NBML-E56 with Ray's reason when it cannot be set up.
    """
    import ray
    from ray.util import spark

    if there := os.environ.get("RAY_ADDRESS"):
        return there
    if ray.is_initialized() and cluster.is_own_head():
        ray.shutdown()
    most = spark.MAX_NUM_WORKER_NODES if max_worker_nodes is None else max_worker_nodes
    least = None if max_worker_nodes is None else min_worker_nodes
    before = os.environ.get(IDLE)
    os.environ[IDLE] = before or "0" if idle_minutes is None else f"{idle_minutes:g}"
    try:
        address, _ = spark.setup_ray_cluster(max_worker_nodes=most, min_worker_nodes=least, **options)
    except (RuntimeError, ValueError, OSError) as error:
        reason = scrub(str(error.__cause__ or error))[:400]
        raise EngineError("NBML-E56", reason=reason) from error
    finally:
        os.environ.pop(IDLE) if before is None else os.environ.update({IDLE: before})
    return str(address)

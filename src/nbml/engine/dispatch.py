"""Handing a written job to a supervisor on the cluster."""

from __future__ import annotations

from typing import Any

from nbml.engine.budget import cpu_budget
from nbml.engine.cluster import NAMESPACE, WarmModules, connect, is_own_head
from nbml.errors import EngineError
from nbml.platform.credentials import credentials_of
from nbml.settings import Settings

WITHIN_S = 120.0
HANDED_ON = {
    "language",
    "cpus",
    "tracking_uri",
    "registry_uri",
    "environment",
    "workspace",
    "warehouse",
    "catalog",
    "schema_name",
    "volume",
    "secret_scope",
}
"""Settings of the caller that hold for its job, whoever started the head."""


def stand_by(settings: Settings, warm_modules: WarmModules, *, wait: bool = False) -> Any:
    """Connect and make sure that the keeper stands, which starts workers and a supervisor beforehand.

    Returns
    -------
    ActorHandle
        The keeper.
    """
    ray = connect(settings, warm_modules=warm_modules)
    from nbml.engine.keeper import find_keeper, wait_for_keeper

    if is_own_head():
        keeper = wait_for_keeper(within_s=WITHIN_S)
    else:
        keeper = find_keeper(
            folder=None, slots=cpu_budget(settings), home=settings.home, warm_modules=warm_modules
        )
    if wait:
        ray.get(ray.get(keeper.idle_pings.remote(), timeout=WITHIN_S), timeout=WITHIN_S)
    return keeper


def dispatch(job_id: str, entry: str, settings: Settings, warm_modules: WarmModules, *, on_nodes: str) -> str:
    """Give a job to a supervisor and return the supervisor's name once it has begun.

    `entry` is how it runs on one machine, `on_nodes` how it does on a cluster of others with several nodes.

    Raises
    ------
    EngineError
        NBML-E15 to E18 as ``connect`` does; NBML-E25 when no supervisor takes the job in time.
    """
    keeper = stand_by(settings, warm_modules)
    import ray

    from nbml.engine.supervisor import Order

    if not is_own_head() and sum(node["Alive"] for node in ray.nodes()) > 1:
        entry = on_nodes
    said = settings.model_dump(mode="json", include=HANDED_ON, exclude_none=True)
    order = Order(job_id, entry, said, credentials_of(settings))
    try:
        name: str = ray.get(keeper.take_supervisor.remote(order), timeout=WITHIN_S)
        ray.get(ray.get_actor(name, namespace=NAMESPACE).assign.remote(order), timeout=WITHIN_S)
    except (ray.exceptions.RayError, ValueError) as error:
        raise EngineError("NBML-E25", reason=str(error)[:600]) from error
    return name

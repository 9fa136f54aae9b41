"""Whether a cluster's nodes come and go by Ray's autoscaler, or are what somebody has started by hand."""

from __future__ import annotations

import json
import time
from typing import Any

import ray

STATUS = "__autoscaling_status"
"""Where Ray's first autoscaler leaves what `ray status` prints."""

BY_HAND = "node_"
"""How it calls the kind of a node that it has not started."""

TOLD_WITHIN_S = 10.0
"""A head that has just begun has said nothing yet."""


def grows(*, within_s: float = TOLD_WITHIN_S) -> bool:
    """Whether nodes may come that workers wait for.

    Parameters
    ----------
    within_s : float
        How long to wait for the autoscaler's first word.
    """
    until = time.monotonic() + within_s
    while (kinds := _kinds_of_nodes()) is None and time.monotonic() < until:
        time.sleep(0.5)
    return any(not kind.startswith(BY_HAND) for kind in kinds or ())


def _kinds_of_nodes() -> set[str] | None:
    """Kinds of nodes that the autoscaler knows; None as long as it has told nothing."""
    from ray.autoscaler.v2.sdk import get_cluster_status
    from ray.autoscaler.v2.utils import is_autoscaler_v2
    from ray.experimental.internal_kv import _internal_kv_get

    if is_autoscaler_v2(fetch_from_server=True):
        status: Any = get_cluster_status(ray.get_runtime_context().gcs_address)
        nodes = [*status.active_nodes, *status.idle_nodes]
        return {node.ray_node_type_name for node in nodes if node.ray_node_type_name} or {BY_HAND}
    said = _internal_kv_get(STATUS)
    report = json.loads(said).get("autoscaler_report") if said else None
    return None if report is None else {*report["active_nodes"], *(report["idle_nodes"] or ())}

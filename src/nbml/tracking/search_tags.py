"""What tells the run of an inverse search from others, and what it was made from: the tags of its lineage."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbml.tracking.names import shown

if TYPE_CHECKING:
    from nbml.spec.optimize import OptimizeSpec, UsedModels

ROLE = "optimisation"


def search_tags(spec: OptimizeSpec) -> dict[str, str]:
    """Tags of an inverse search: jobs and runs of its models, their hashes, their data, an earlier search.

    Lists are JSON, in the order of the spec; what is not known of one of several models is an empty text.
    """
    used = () if spec.resolved is None else spec.resolved.used
    tags = {"nbml.role": ROLE, "nbml.searched": _listed(spec.models)}
    if used:
        tags |= {
            "nbml.searched.run_ids": _listed(one.run_id or "" for one in used),
            "nbml.searched.sha256": _listed(one.bundle_sha256 for one in used),
            "nbml.searched.families": shown(json.dumps(families(used), ensure_ascii=False)),
            "nbml.data.sha256": _listed(dict.fromkeys(one.data_sha256 for one in used if one.data_sha256)),
        }
    if spec.after is not None:
        tags["nbml.after"] = spec.after
    return tags


def families(used: Iterable[UsedModels]) -> dict[str, str]:
    """The family that answers for each target."""
    return {target: family for one in used for target, family in one.families.items()}


def _listed(names: Iterable[str]) -> str:
    """One name as it is, several as JSON."""
    listed = list(names)
    return shown(listed[0] if len(listed) == 1 else json.dumps(listed, ensure_ascii=False))

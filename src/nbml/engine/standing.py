"""Which keeper this process turns to: the one of nbml's own head, or that of its node on a cluster of others.

On a cluster of others what NBML_HOME names is a folder of one node. So each node and home has a keeper there,
and what it keeps stands beside it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

OWN = "nbml-keeper"


class _Standing:
    name = OWN


def keeper_name() -> str:
    """Name of the actor."""
    return _Standing.name


def turn_to(name: str) -> None:
    """Turn to this keeper from now on."""
    _Standing.name = name


def name_of(node_id: str, home: Path) -> str:
    """Name of the keeper of a node and a home on a cluster of others."""
    return f"{OWN}-{hashlib.sha256(f'{node_id} {home}'.encode()).hexdigest()[:12]}"

"""Ray's own ``start`` command without the servers that nbml never asks: dashboard, client, autoscaler.

Each of them is a Python process of some 100 MB that imports Ray, and the start waits for the dashboard's to
answer; its agent, which Ray insists on, then runs without a server, as where the dashboard is not installed.
Ray has a flag for the autoscaler's monitor alone. Run as ``python -m nbml.engine.bare_head start``.
"""

from __future__ import annotations

import sys
from typing import Any

import ray
from ray._private.node import Node
from ray.scripts import scripts


def without(server: str) -> ImportError:
    """Stands for Ray's look at what a server needs; where it is missing, Ray does without."""
    return ImportError(f"nbml does not use Ray's {server}")


def start_no_dashboard(_node: Node, **_asked: Any) -> None:
    """Stands for ``Node.start_api_server``."""


def main() -> int:
    """Run Ray's command line."""
    Node.start_api_server = start_no_dashboard
    ray._private.utils.get_dashboard_dependency_error = lambda: without("dashboard")
    scripts.get_ray_client_dependency_error = lambda: without("client server")
    status: int = scripts.main()
    return status


if __name__ == "__main__":
    sys.exit(main())

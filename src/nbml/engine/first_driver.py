"""The first process that connects to nbml's own head: it starts the keeper and leaves.

Run as ``python -m nbml.engine.first_driver ORDER`` by the head's process, beside the head: it has loaded what
it needs when the head listens.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from nbml.engine.cluster import join, knock
from nbml.engine.head_process import READY_WITHIN_S
from nbml.engine.keeper import find_keeper


def main(order: dict[str, Any]) -> None:
    """Start the keeper of a head, once that listens, and wait until it answers."""
    import ray

    knock(order["address"], within_s=READY_WITHIN_S)
    join(ray, order["address"])
    keeper = find_keeper(
        folder=Path(order["folder"]),
        slots=int(order["cpus"]),
        home=Path(order["home"]),
        warm_modules={who: tuple(modules) for who, modules in order["warm_modules"].items()},
    )
    ray.get(keeper.ping.remote(), timeout=120)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

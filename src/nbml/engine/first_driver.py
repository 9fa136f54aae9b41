"""The first process that connects to nbml's own head: it starts the keeper and leaves.

Run as ``python -m nbml.engine.first_driver ORDER`` by the head's process, beside the head: it has loaded what
it needs when the head listens.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from nbml.engine.cluster import join
from nbml.engine.head_process import READY_WITHIN_S, is_listening
from nbml.engine.keeper import find_keeper


def main(order: dict[str, Any]) -> None:
    """Start the keeper of a head, once that listens, and wait until it answers."""
    import ray

    begun = time.monotonic()
    while not is_listening(order["port"]):
        if time.monotonic() - begun > READY_WITHIN_S:
            return
        time.sleep(0.05)
    join(ray, f"127.0.0.1:{order['port']}")
    keeper = find_keeper(
        folder=Path(order["folder"]),
        slots=int(order["cpus"]),
        home=Path(order["home"]),
        warm_modules={who: tuple(modules) for who, modules in order["warm_modules"].items()},
    )
    ray.get(keeper.ping.remote(), timeout=120)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

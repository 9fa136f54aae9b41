"""The process that keeps nbml's own Ray head: starts it, waits, and ends it when nobody has used it.

Run as ``python -m nbml.engine.head_process ORDER`` in a session of its own, so that it outlives the kernel
that started it. The order is JSON; the token's path comes by environment. The keeper is started from here
and not from a kernel: Ray tells the death of a worker to the process that its actors come from.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from nbml.durable import write_text
from nbml.engine.process_tree import end_tree, started_at

READY_WITHIN_S = 90.0
LOOK_EVERY_S = 1.0
SUPERVISOR_NICENESS = 5
"""Ray's processes yield to the user's; workers add to it and yield to the supervisor that feeds them."""

ENVIRONMENT = {"RAY_worker_niceness": str(SUPERVISOR_NICENESS), "RAY_enable_metrics_collection": "0"}


def main(order: dict[str, Any]) -> int:
    """Keep a head until it is idle, ends by itself, or we are told to stop.

    The order has ``folder``, ``home``, ``cpus``, ``idle_s`` and ``warm_modules``.
    """
    folder, cpus, idle_s = Path(order["folder"]), int(order["cpus"]), float(order["idle_s"])
    scratch = Path(tempfile.mkdtemp(prefix=f"nbml-{os.getuid()}-"))  # short: Ray puts sockets below it
    port = _free_port()
    address = f"127.0.0.1:{port}"
    head = subprocess.Popen(
        _command(port, cpus, scratch), stdin=subprocess.DEVNULL, env=os.environ | ENVIRONMENT
    )
    first = subprocess.Popen(
        [sys.executable, "-m", "nbml.engine.first_driver", json.dumps({**order, "address": address})],
        stdin=subprocess.DEVNULL,
    )
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    used = folder / "last-used"
    try:
        if not _wait_until_listening(port, head):
            return 1
        used.touch()
        write_text(
            folder / "head.json",
            json.dumps(
                {
                    "address": address,
                    "pid": os.getpid(),
                    "cpus": cpus,
                    "process_started": started_at(os.getpid()),
                }
            ),
        )
        while not stopping and head.poll() is None and time.time() - used.stat().st_mtime < idle_s:
            time.sleep(min(LOOK_EVERY_S, idle_s / 4))
            if first.poll() is None:
                used.touch()
        return 0
    finally:
        (folder / "head.json").unlink(missing_ok=True)
        end_tree(first.pid)
        end_tree(head.pid)
        shutil.rmtree(scratch, ignore_errors=True)


def _command(port: int, cpus: int, scratch: Path) -> list[str]:
    memory = psutil.virtual_memory().total
    store = int(min(max(memory * 0.2, 200e6), 4e9))
    return [
        sys.executable,
        "-m",
        "nbml.engine.bare_head",
        "start",
        "--head",
        "--no-monitor",
        "--block",
        f"--port={port}",
        f"--num-cpus={cpus}",
        "--include-dashboard=false",
        "--include-log-monitor=false",
        "--disable-usage-stats",
        f"--object-store-memory={store}",
        f"--temp-dir={scratch}",
        "--log-color=false",
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, head: subprocess.Popen[bytes]) -> bool:
    begun = time.monotonic()
    while head.poll() is None and time.monotonic() - begun < READY_WITHIN_S:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))

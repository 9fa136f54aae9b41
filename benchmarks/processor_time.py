"""Who uses the processor while nbml works: CPU seconds and memory by role, sampled from outside.

Roles are told by what Ray calls its processes. What a process used after its last sample is not seen.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from typing import Any

import psutil

EVERY_S = 0.25
LIST_EVERY = 8
"""Samples between two listings of the processes, which cost more than all the rest."""

ROLES = {
    "ray::Worker": "workers",
    "ray::Supervisor": "supervisors",
    "ray::Keeper": "keeper",
    "ray::IDLE": "idle",
    "raylet": "raylet",
    "gcs_server": "gcs",
}
STARTING = "processes that start"


class ProcessorTime:
    """Samples this process and nbml's head while a ``with`` block runs.

    Parameters
    ----------
    head_pid : int
        Process of nbml's head.
    """

    def __init__(self, head_pid: int) -> None:
        self._head = psutil.Process(head_pid)
        self._me = psutil.Process()
        self._samples: list[tuple[float, dict[int, float]]] = []
        self._processes: list[psutil.Process] = []
        self._role: dict[int, str] = {}
        self._memory: dict[int, float] = defaultdict(float)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample_often, daemon=True)

    def __enter__(self) -> ProcessorTime:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._sample()

    def by_role(
        self, begun: float = 0.0, ended: float = float("inf"), *, job_pid: int | None = None
    ) -> dict[str, float]:
        """CPU seconds by role between two moments of `time.time`.

        ``job_pid``, the process that runs the job, tells its supervisor from the spare one.
        """
        used: dict[str, float] = defaultdict(float)
        inside = [cpu for at, cpu in self._samples if begun <= at <= ended]
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        known_before = {pid for at, cpu in self._samples if at <= begun for pid in cpu}
        for cpu in inside:
            for pid, seconds in cpu.items():
                # A process that was born meanwhile has used all it has used here.
                first.setdefault(pid, seconds if pid in known_before or cpu is inside[0] else 0.0)
                last[pid] = seconds
        for pid, seconds in last.items():
            used[self._name(pid, job_pid)] += seconds - first[pid]
        return {role: round(seconds, 3) for role, seconds in sorted(used.items(), key=lambda item: -item[1])}

    def memory_mb(self, *, job_pid: int | None = None) -> dict[str, float]:
        """Largest resident memory seen of one process of each role."""
        largest: dict[str, float] = defaultdict(float)
        for pid, mb in self._memory.items():
            role = self._name(pid, job_pid)
            largest[role] = max(largest[role], round(mb, 1))
        return dict(largest)

    def _name(self, pid: int, job_pid: int | None) -> str:
        role = self._role[pid]
        if role != "supervisors" or job_pid is None:
            return role
        return "supervisor" if pid == job_pid else "spare supervisor"

    def _sample_often(self) -> None:
        while not self._ended.wait(EVERY_S):
            self._sample()

    def _sample(self) -> None:
        if len(self._samples) % LIST_EVERY == 0:
            self._processes = [self._me, self._head, *self._head.children(recursive=True)]
        cpu = {}
        for process in self._processes:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied), process.oneshot():
                pid, times = process.pid, process.cpu_times()
                if self._role.get(pid) in (None, STARTING, "idle"):
                    self._role[pid] = "client" if pid == self._me.pid else _role(process)
                self._memory[pid] = max(self._memory[pid], process.memory_info().rss / 2**20)
                cpu[pid] = times.user + times.system
        self._samples.append((time.time(), cpu))


def _role(process: Any) -> str:
    words = process.cmdline()
    if any("default_worker" in word for word in words):
        return STARTING
    return next((role for start, role in ROLES.items() if words and start in words[0]), "other")

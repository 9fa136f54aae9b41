"""How many processors and how much memory a job may use on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from nbml.settings import Settings

CGROUPS = Path("/sys/fs/cgroup")
MEMORY_SHARE = 0.8
WORKER_BASE_MB = 450.0
"""Resident memory of a worker that has imported every family, measured."""

COPIES = 4.0
"""Copies of the encoded table a worker may hold: the fold's rows, the binned sets, a library's own."""


def cpu_budget(settings: Settings | None = None) -> int:
    """Processors for workers: the setting, else the least of affinity and cgroup quota; at least 1."""
    asked = (settings or Settings()).cpus
    if asked is not None:
        return asked
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cgroup_cpus(CGROUPS, own_cgroup())
    return max(1, affinity if quota is None else min(affinity, int(quota) or 1))


def cgroup_cpus(root: Path, inside: str = "") -> float | None:
    """The CPU quota over a process in processors, or None where there is none.

    Parameters
    ----------
    root : Path
        Where cgroups are mounted.
    inside : str
        The process's own group below it (v2); the least quota on the way up counts.
    """
    quotas = []
    for folder in _way_up(root, inside):
        try:
            limit, period = (folder / "cpu.max").read_text().split()
            quotas += [] if limit == "max" else [float(limit) / float(period)]
        except (OSError, ValueError):
            continue
    try:
        quota = int((root / "cpu/cpu.cfs_quota_us").read_text())
        quotas += [] if quota <= 0 else [quota / int((root / "cpu/cpu.cfs_period_us").read_text())]
    except (OSError, ValueError):
        pass
    return min(quotas, default=None)


def memory_budget_mb(root: Path = CGROUPS, inside: str | None = None) -> float:
    """Memory in MB that workers may fill: 0.8 of what machine and cgroups leave free."""
    free = psutil.virtual_memory().available / 2**20
    places = [
        (folder / "memory.max", folder / "memory.current")
        for folder in _way_up(root, own_cgroup() if inside is None else inside)
    ]
    places.append((root / "memory/memory.limit_in_bytes", root / "memory/memory.usage_in_bytes"))
    for limit, used in places:
        try:
            free = min(free, (int(limit.read_text()) - int(used.read_text())) / 2**20)
        except (OSError, ValueError):
            continue
    return max(free, 0.0) * MEMORY_SHARE


def own_cgroup(path: Path = Path("/proc/self/cgroup")) -> str:
    """Name the process's own group below the mount (v2); empty where there is none."""
    try:
        line = next(line for line in path.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return ""
    return line[3:].strip("/")


def _way_up(root: Path, inside: str) -> list[Path]:
    parts = [part for part in inside.split("/") if part not in ("", "..")]
    return [root.joinpath(*parts[:n]) for n in range(len(parts), -1, -1)]


def worker_memory_mb(n_rows: int, n_features: int, n_fold_sets: int) -> float:
    """Estimated memory of one worker in MB.

    Parameters
    ----------
    n_rows, n_features : int
        Shape of the encoded float64 table.
    n_fold_sets : int
        Prepared (family, fold) sets a worker may keep, each about an eighth of the table.
    """
    table = n_rows * n_features * 8 / 2**20
    return WORKER_BASE_MB + table * (COPIES + n_fold_sets / 8)


def worker_count(*, asked: int | None, cpus: int, threads: int, memory_mb: float, each_mb: float) -> int:
    """Workers that fit processors and memory, at most as many as asked; 0 when not one fits the memory."""
    by_cpu = max(cpus // threads, 1)
    return min(asked or by_cpu, by_cpu, int(memory_mb // each_mb))

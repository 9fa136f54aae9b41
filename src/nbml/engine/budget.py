"""How many processors and how much memory a job may use on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from nbml.settings import Settings

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
    quota = cgroup_cpus(Path("/sys/fs/cgroup"))
    return max(1, affinity if quota is None else min(affinity, int(quota) or 1))


def cgroup_cpus(root: Path) -> float | None:
    """The CPU quota of this process's cgroup (v2, else v1) in processors, or None where there is none."""
    try:
        limit, period = (root / "cpu.max").read_text().split()
        return None if limit == "max" else float(limit) / float(period)
    except (OSError, ValueError):
        pass
    try:
        quota = int((root / "cpu/cpu.cfs_quota_us").read_text())
        return None if quota <= 0 else quota / int((root / "cpu/cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return None


def memory_budget_mb(root: Path = Path("/sys/fs/cgroup")) -> float:
    """Memory in MB that workers may fill: 0.8 of what machine and cgroup leave free."""
    free = psutil.virtual_memory().available / 2**20
    for limit, used in (("memory.max", "memory.current"),
                        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")):
        try:
            free = min(free, (int((root / limit).read_text()) - int((root / used).read_text())) / 2**20)
        except (OSError, ValueError):
            continue
    return max(free, 0.0) * MEMORY_SHARE


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
    """Workers that fit the processors and the memory, at most as many as asked; 0 when not one fits the memory."""
    by_cpu = max(cpus // threads, 1)
    return min(asked or by_cpu, by_cpu, int(memory_mb // each_mb))

"""Telling a process from one that has its id later, and ending one with all it has started."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil


def started_at(pid: int) -> float:
    """When a process started, in seconds; since boot where the system says so, else since the epoch.

    A time since the epoch is computed from the wall clock and moves when that is set; Linux counts from boot.

    Raises
    ------
    psutil.NoSuchProcess
        When there is no such process.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return psutil.Process(pid).create_time()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def end_tree(pid: int, *, grace_s: float = 1.0) -> None:
    """End a process and all its descendants: asked first, killed after ``grace_s``.

    Descendants are gathered before and after asking, since some start others while they end.
    """
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    family = {root, *_descendants(root)}
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, alive = psutil.wait_procs(family, timeout=grace_s)
    for process in {*alive, *(child for parent in alive for child in _descendants(parent))}:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5.0)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def is_same_process(pid: int, started: float) -> bool:
    """Whether the process that began then (``started_at``) still runs and does not just wait to be reaped."""
    try:
        is_same = abs(started_at(pid) - started) < 0.02
        return is_same and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""Ending a process with all it has started, so that none is left behind."""

from __future__ import annotations

import contextlib

import psutil


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

"""Doing ahead of time what the first task or job of a process would wait for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from importlib import import_module

from nbml.errors import NbmlError
from nbml.settings import Settings


def warm_up(entries: Iterable[str], settings: Settings) -> None:
    """Import modules and call functions.

    Parameters
    ----------
    entries : iterable of str
        ``module``, which is imported, or ``module:function``, which is called with the settings. What a
        function finds wrong is not told here but by the job that meets it.
    settings : Settings
    """
    for entry in entries:
        module, _, function = entry.partition(":")
        loaded = import_module(module)
        if function:
            with contextlib.suppress(NbmlError):
                getattr(loaded, function)(settings)

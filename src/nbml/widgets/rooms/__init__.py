"""The rooms of the workbench: a module each, with ``NAME`` and ``HANDLERS``; an absent one is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec

from nbml.spec.messages.base import Request
from nbml.widgets.bridge import Handler

ORDER = ("data", "train", "explain", "predict", "optimize", "runs")


def present() -> tuple[str, ...]:
    """Names of the rooms there are, in the order of their tabs."""
    return tuple(name for name in ORDER if find_spec(f"{__name__}.{name}") is not None)


def handlers(names: Iterable[str]) -> Mapping[type[Request], Handler]:
    """What these rooms answer, by type of request."""
    found: dict[type[Request], Handler] = {}
    for name in names:
        found |= import_module(f"{__name__}.{name}").HANDLERS
    return found

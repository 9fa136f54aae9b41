"""The rooms of the workbench: a module each, with ``NAME`` and ``HANDLERS``; an absent one is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from nbml.spec.messages import BY_ROOM
from nbml.spec.messages.base import Request
from nbml.widgets.bridge import Handler
from nbml.widgets.progress import Progress
from nbml.widgets.session import Session

ORDER = ("data", "train", "explain", "predict", "optimize", "runs")


def present() -> tuple[str, ...]:
    """Names of the rooms there are, in the order of their tabs."""
    return tuple(name for name in ORDER if find_spec(f"{__name__}.{name}") is not None)


def handlers(names: Iterable[str]) -> Mapping[type[Request], Handler]:
    """What these rooms answer, by type of request; a room is loaded when it is asked for the first time."""
    return {request: partial(_answer, name) for name in names for request in BY_ROOM[name]}


def _answer(name: str, session: Session, request: Request, progress: Progress) -> Any:
    room = import_module(f"{__name__}.{name}")
    return room.HANDLERS[type(request)](session, request, progress)

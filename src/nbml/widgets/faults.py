"""Failures as a page is told of them: a code, words in its language, the field they belong to."""

from __future__ import annotations

import traceback
from pathlib import PurePath

from pydantic import ValidationError

from nbml.errors import NbmlError, PanelError
from nbml.spec.messages.base import PanelFault
from nbml.spec.reading import shown
from nbml.widgets.progress import RequestCancelledError

_PROBLEMS = 5


def fault_of(error: BaseException) -> PanelFault:
    """The fault of a failure, in the language in force.

    An ``NbmlError`` may carry ``field``, the form field it belongs to. What nobody foresaw is NBML-W55 with
    its type, words and place, never silence.
    """
    if isinstance(error, RequestCancelledError):
        error = PanelError("NBML-W56")
    elif not isinstance(error, NbmlError):
        error = PanelError(
            "NBML-W55", kind=type(error).__name__, reason=shown(str(error), 400), where=_place(error)
        )
    field = error.fields.get("field") or next(iter(error.fields.get("places") or ()), None)
    return PanelFault(
        code=error.code,
        message=error.message,
        next_step=error.next_step,
        field=None if field is None else str(field),
    )


def not_understood(error: Exception) -> PanelError:
    """The refusal of a message that is no request."""
    if not isinstance(error, ValidationError):
        return PanelError("NBML-W51", problems=shown(str(error), 200))
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = [".".join(str(part) for part in problem["loc"][1:]) for problem in found[:_PROBLEMS]]
    problems = [
        f"{shown(place)}: {shown(problem['msg'], 200)}" if place else shown(problem["msg"], 200)
        for place, problem in zip(places, found, strict=False)
    ]
    return PanelError("NBML-W51", problems="; ".join(problems), places=[place for place in places if place])


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"

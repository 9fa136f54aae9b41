"""Search ranges a user may narrow, widen or fix, checked before anything is searched."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbml.errors import ModelError
from nbml.ml.models.base import Param, Params

Space = dict[str, Param]


def override(space: Mapping[str, Param], overrides: Mapping[str, Any]) -> Space:
    """A search space with some ranges replaced.

    Parameters
    ----------
    space : mapping of str to Param
        What is searched by default.
    overrides : mapping
        For each parameter to change ``{"low": .., "high": .., "log": ..}`` (any part of it),
        ``{"choices": [..]}``, or one value that fixes it.

    Raises
    ------
    ModelError
        NBML-M11 for a name that is not searched, NBML-M12 for a range that cannot be drawn from.

    Examples
    --------
    >>> override({"depth": Param("int", 2, 8)}, {"depth": {"high": 5}})["depth"].high
    5
    >>> override({"depth": Param("int", 2, 8)}, {"depth": 6})["depth"].low
    6
    """
    for name in overrides:
        if name not in space:
            raise ModelError("NBML-M11", name=name, known=sorted(space))
    return {
        name: _replaced(name, param, overrides[name]) if name in overrides else param
        for name, param in space.items()
    }


def nearest(space: Mapping[str, Param], params: Params) -> Params:
    """``params`` moved into the space; what the space does not know is left out."""
    moved = {}
    for name, param in space.items():
        if name not in params:
            continue
        value = params[name]
        if param.kind == "choice":
            moved[name] = value if value in param.choices else param.choices[0]
        else:
            moved[name] = min(max(value, param.low), param.high)
    return moved


def _replaced(name: str, param: Param, given: Any) -> Param:
    def refuse() -> ModelError:
        return ModelError("NBML-M12", name=name, kind=param.kind, given=repr(given)[:200])

    if not isinstance(given, Mapping):
        given_choices: Sequence[Any] = [given]
    elif given.keys() == {"choices"} and isinstance(given["choices"], list | tuple):
        given_choices = given["choices"]
    elif param.kind != "choice" and given and given.keys() <= {"low", "high", "log"}:
        changed = replace(param, **given)
        low, high = changed.low, changed.high
        if not (_fits(param, low) and _fits(param, high) and isinstance(changed.log, bool)):
            raise refuse()
        if low is None or high is None or low > high or (changed.log and low <= 0):
            raise refuse()
        return changed
    else:
        raise refuse()
    choices = tuple(given_choices)
    distinct = len(set(map(repr, choices))) == len(choices)
    if not choices or not distinct or not all(_fits(param, choice) for choice in choices):
        raise refuse()
    if len(choices) == 1 and param.kind != "choice":
        return replace(param, low=choices[0], high=choices[0], log=False)
    return Param("choice", choices=choices, why=param.why)


def _fits(param: Param, value: Any) -> bool:
    """Whether a value is of a parameter's kind."""
    if param.kind == "choice":
        return any(type(value) is type(c) and value == c for c in param.choices)
    if isinstance(value, bool) or not isinstance(value, int | (float if param.kind == "float" else int)):
        return False
    return math.isfinite(value)

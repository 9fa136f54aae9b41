"""The Python that does what was clicked: the exact calls of ``nbml.read`` and ``prepare``."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from typing import Any

from nbml.data.preparing import Preparation
from nbml.spec.reading import ReadOptions

_WIDTH = 100


def as_code(source: str, options: ReadOptions, preparation: Preparation, comment: str = "") -> str:
    """Lines that make the same table again.

    Parameters
    ----------
    source : str
        A Python expression: the quoted path of a file, or the name of a DataFrame.
    options : ReadOptions
        Only what is not found out by the reader is written.
    preparation : Preparation
    comment : str
        One line above, such as where the file came from.
    """
    usual = ReadOptions()
    said = {name: value for name, value in options.model_dump().items() if value != getattr(usual, name)}
    lines = ["import nbml"]
    if preparation.said:
        lines.append("from nbml.data.preparing import prepare")
    lines.append("")
    if comment:
        lines.append("# " + " ".join(comment.split()))
    lines.append(_call("table", "nbml.read", source, said))
    if preparation.said:
        lines.append(_call("table", "prepare", "table", preparation.said))
    return "\n".join(lines) + "\n"


def frame_expression(name: str) -> str:
    """A DataFrame's name as an expression; only names that Python takes as such come through.

    Raises
    ------
    ValueError
        When it is no identifier.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(name)
    return name


def _call(made: str, function: str, first: str, arguments: Mapping[str, Any]) -> str:
    said = [f"{name}={_literal(value)}" for name, value in arguments.items()]
    line = f"{made} = {function}({', '.join([first, *said])})"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{made} = {function}(", f"    {first},", *(f"    {part}," for part in said), ")"])


def _literal(value: Any) -> str:
    """Plain data as Python writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        items = [_literal(item) for item in value]
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
    return repr(value)


def quoted(value: str) -> str:
    """A text as a Python string in double quotes; what is not seen, bidirectional marks too, is escaped."""
    return "".join(
        c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(value, ensure_ascii=False)
    )

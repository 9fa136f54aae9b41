"""Values as Python literals to stand in code that others run: whatever a name holds, it stays a string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 100


def assign(name: str, value: Any) -> str:
    """One assignment of a literal.

    Parameters
    ----------
    name : str
        An identifier of ours.
    value : str, bool, int, float, None, or lists and dicts of them
        What the user has named goes in here and nowhere else.

    Examples
    --------
    >>> print(assign("LEVELS", {"kind": ["a", "b"]}))
    LEVELS = {"kind": ["a", "b"]}
    """
    if not name.isidentifier():
        raise ValueError(name)
    return f"{name} = {literal(value, taken=len(name) + 3)}"


def literal(value: Any, *, indent: int = 0, taken: int = 0) -> str:
    """A literal that Python reads back as the value, broken into lines where it is long.

    Parameters
    ----------
    value : Any
        As for ``assign``.
    indent : int
        Spaces before what follows on further lines.
    taken : int
        Characters that stand before it on its first line.
    """
    if isinstance(value, Mapping):
        items = [(f"{literal(key)}: ", one) for key, one in value.items()]
        return _bracketed("{}", items, indent, taken, one_a_line=True)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _bracketed("[]", [("", one) for one in value], indent, taken, one_a_line=False)
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool | int | float):
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            raise ValueError(value)
        return repr(value)
    raise TypeError(type(value).__name__)


def _bracketed(
    brackets: str, items: list[tuple[str, Any]], indent: int, taken: int, *, one_a_line: bool
) -> str:
    short = brackets[0] + ", ".join(key + literal(one) for key, one in items) + brackets[1]
    if indent + taken + len(short) <= WIDTH:
        return short
    inner = indent + 4
    parts = [key + literal(one, indent=inner, taken=len(key)) for key, one in items]
    lines = parts if one_a_line or any("\n" in part for part in parts) else list(_filled(parts, inner))
    body = "".join(f"{' ' * inner}{line},\n" for line in lines)
    return f"{brackets[0]}\n{body}{' ' * indent}{brackets[1]}"


def _filled(parts: list[str], indent: int) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and indent + len(line) + len(part) + 3 > WIDTH:
            yield line
            line = ""
        line += f", {part}" if line else part
    if line:
        yield line


def _quoted(text: str) -> str:
    """In double quotes where that needs no escape; ``repr`` writes out what hides or turns text."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain.startswith("'") and '"' not in text else plain

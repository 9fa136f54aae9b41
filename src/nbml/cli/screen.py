"""Where words go: two consoles that take every text literally, and JSON lines.

Markup, emoji codes and highlighting are off, so a column name is never more than its characters.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

UTF8 = ("utf-8", "utf8", "utf_8", "cp65001")


def out() -> Console:
    """Console of stdout, for answers."""
    return Console(markup=False, highlight=False, emoji=False)


def err() -> Console:
    """Console of stderr, for progress, questions and failures."""
    return Console(markup=False, highlight=False, emoji=False, stderr=True)


def is_dialogue() -> bool:
    """Whether a person can be asked: both ends are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def write_json(value: Any, *, to_stderr: bool = False) -> None:
    """One JSON value on one line, strict (no NaN), flushed; in ASCII where the stream is not UTF-8."""
    stream = sys.stderr if to_stderr else sys.stdout
    ascii_only = (stream.encoding or "").lower() not in UTF8
    stream.write(json.dumps(value, ensure_ascii=ascii_only, allow_nan=False) + "\n")
    stream.flush()


def be_lenient() -> None:
    """Let a terminal of a narrow encoding show what it cannot as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

"""The catalogue of sentences, English and Japanese, for Python and the panels.

One folder a language, one JSON file an area (``data.json``, ``engine.json``, ...); the same keys in
both. A sentence is a ``str.format`` template over plain fields; no attribute or index is looked up.
"""

from __future__ import annotations

import json
import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

LANGUAGES = ("en", "ja")
_SPOKEN: ContextVar[str | None] = ContextVar("nbml_language", default=None)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Have this language in force within the block, for this thread or task alone."""
    before = _SPOKEN.set(lang)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def language() -> str:
    """The language in force: of ``speaking``, else ``NBML_LANGUAGE``, else the locale's, else English."""
    asked = _SPOKEN.get() or os.environ.get("NBML_LANGUAGE") or locale.getlocale()[0] or "en"
    return asked[:2] if asked[:2] in LANGUAGES else "en"


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All sentences of a language by dotted key."""
    sentences: dict[str, str] = {}
    for entry in sorted(files(__name__).joinpath(lang).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            for key, value in json.loads(entry.read_text(encoding="utf-8")).items():
                if isinstance(value, dict):
                    sentences |= {f"{key}.{part}": words for part, words in value.items()}
                else:
                    sentences[key] = value
    return sentences


class _Plain(Formatter):
    """Format templates whose fields are names only, so that a value is never walked into."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:  # noqa: ARG002
        if not field_name.isidentifier():
            raise ValueError(f"not a plain field: {field_name!r}")
        value = kwargs.get(field_name, "?")
        if isinstance(value, list | tuple):
            value = ", ".join(str(item) for item in value)
        return value, field_name


def text(key: str, lang: str | None = None, /, **fields: Any) -> str:
    """The sentence of a key.

    Parameters
    ----------
    key : str
        Dotted key, for example ``NBML-D01.message``.
    lang : str, optional
        ``en`` or ``ja``; the language in force when not given.
    **fields : Any
        Values for the placeholders; lists are joined by commas. A missing one shows as ``?``.

    Returns
    -------
    str
        The sentence, or the key itself where the catalogue has none.
    """
    template = catalogue(lang or language()).get(key)
    return key if template is None else _Plain().format(template, **fields)

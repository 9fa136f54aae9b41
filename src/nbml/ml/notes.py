"""What is worth saying beside an answer: notes on a call, and flags on its rows.

A note has a code of the catalogue as an error has, but nothing failed. A flag is one stable word with the
name of a feature; the flags of a row are one text that can be taken apart again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.i18n import text

Flag = Literal["outside", "unseen", "missing"]
FLAGS: tuple[Flag, ...] = ("outside", "unseen", "missing")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"\\": "\\\\", ";": "\\;", "\n": "\\n", "\r": "\\r"}
_PARTS = re.compile(r"((?:[^\\;]|\\.)*)(?:; |$)", re.DOTALL)


@dataclass(frozen=True)
class Note:
    """Something the user should know of an answer that stands.

    Attributes
    ----------
    code : str
        Stable code, a key of the catalogue.
    fields : dict
        Plain JSON values for its sentences.
    """

    code: str
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What there is to know, in the user's language."""
        return text(f"{self.code}.message", **self.fields)

    @property
    def next_step(self) -> str:
        """What may be done about it, in the user's language."""
        return text(f"{self.code}.next", **self.fields)

    def to_dict(self) -> dict[str, Any]:
        """Return the note as an event or a result carries it."""
        words = {"message": self.message, "next_step": self.next_step}
        return {"code": self.code, **words, "fields": self.fields}


def flag(word: Flag, name: str) -> str:
    """Make one flag, ``outside:<name>``; backslash, semicolon and line break in the name get a backslash."""
    return f"{word}:{''.join(_ESCAPES.get(c, c) for c in name)}"


def join_flags(flags: Sequence[str], masks: Sequence[NDArray[np.bool_]], n_rows: int) -> NDArray[np.object_]:
    """Join the flags of every row to one text by ``"; "``, empty where there is none.

    Rows with the same flags share one string, so a flagged table of any length stays small.

    Parameters
    ----------
    flags : sequence of str
        As ``flag`` makes them.
    masks : sequence of ndarray of bool, shape (n_rows,)
        The rows each one is true of.
    n_rows : int
        Number of rows.
    """
    if not flags or not n_rows:
        return np.full(n_rows, "", dtype=object)
    packed = np.packbits(np.column_stack(masks), axis=1)
    patterns, places = np.unique(packed, axis=0, return_inverse=True)
    raised = np.unpackbits(patterns, axis=1, count=len(flags)).astype(bool)
    texts = np.empty(len(patterns), dtype=object)
    texts[:] = ["; ".join(compress(flags, row)) for row in raised]
    joined: NDArray[np.object_] = texts[places.reshape(-1)]
    return joined


def split_flags(flags: str) -> list[tuple[str, str]]:
    r"""Take the flags of one row apart again: pairs of word and feature name.

    Examples
    --------
    >>> split_flags("outside:age; unseen:a\\;b")
    [('outside', 'age'), ('unseen', 'a;b')]
    """
    parts = [part for part in _PARTS.findall(flags) if part]
    plain = {"n": "\n", "r": "\r"}
    pairs = [part.split(":", 1) for part in parts]
    return [(word, _ESCAPED.sub(lambda m: plain.get(m[1], m[1]), name)) for word, name in pairs]

"""Keys that MLflow accepts for names that it does not.

Owns the mapping from any text to a key; different texts never share one. The text itself is kept in a tag
or a JSON artifact. Knows nothing of runs.
"""

from __future__ import annotations

import hashlib
import re

MAX_KEY = 250
MAX_SLUG = 180
MAX_TAG = 5_000
MAX_PARAM = 5_000

_PLAIN = re.compile(r"[\w.\- ]+")
_OTHER = re.compile(r"[^\w.\- ]+")
_HASHED = re.compile(r".*-[0-9a-f]{12}", re.DOTALL)
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def slug(name: str) -> str:
    """A key for any text, the text itself where that is possible.

    Parameters
    ----------
    name : str
        Any text, the empty one and lone surrogates included.

    Returns
    -------
    str
        1 to 180 letters of any script, digits, ``_``, ``-``, ``.`` and blanks. Where something had to go, a
        hash of the text ends it; a text that looks as if it ended so gets one too, so the mapping is
        injective (up to collisions of 48 bits of SHA-256).
    """
    is_plain = (
        _PLAIN.fullmatch(name) is not None
        and len(name) <= MAX_SLUG
        and name == name.strip()
        and name.strip(".") != ""
        and not _HASHED.fullmatch(name)
    )
    if is_plain:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = _OTHER.sub("_", name).strip(" .")[: MAX_SLUG - 13]
    return f"{kept}-{digest}" if kept else f"name-{digest}"


def key(stem: str, name: str | None = None) -> str:
    """Key of a metric, parameter or tag: a stem without dots of nbml's own, and a user's name.

    >>> key("rmse"), key("rmse", "strength"), key("rmse", "a,b")
    ('rmse', 'rmse.strength', 'rmse.a_b-1eb7c54d5283')
    """
    return stem if name is None else f"{stem}.{slug(name)}"


def shown(text: object, limit: int = MAX_TAG) -> str:
    """Text as a tag or parameter value: one line, every store can hold it, cut visibly at ``limit``."""
    line = _UNPRINTED.sub("\ufffd", str(text))
    return line if len(line) <= limit else line[: limit - 1] + "…"

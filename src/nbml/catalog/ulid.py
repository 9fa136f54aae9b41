"""Keys of rows: ULIDs that grow within a process even when its clock jumps back (F34)."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM = 80


class _Clock:
    """The last key that was given away."""

    lock = threading.Lock()
    last = 0


def new_ulid() -> str:
    """26 characters: milliseconds since 1970, then 80 random bits; always greater than the one before."""
    with _Clock.lock:
        number = (time.time_ns() // 1_000_000) << _RANDOM | secrets.randbits(_RANDOM)
        if number <= _Clock.last:
            number = _Clock.last + 1 + secrets.randbits(32)
        _Clock.last = number
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def now() -> str:
    """The time in UTC as rows hold it: ISO 8601 with microseconds, so that text sorts as time does."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

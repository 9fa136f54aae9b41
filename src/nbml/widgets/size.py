"""Bounds on what comes in and goes out. Knows nothing of meaning."""

from __future__ import annotations

import json
from typing import Any

from nbml.spec.snapshot import Snapshot

DEEPEST = 40
_STEPS = ((1_000, 100, 10_000), (200, 20, 1_000), (50, 5, 50), (5, 1, 0), (0, 1, 0))
"""Trials a search, notices and names that are kept, from all to least."""


def is_within(value: Any, limit: int) -> bool:
    """Whether a plain value has at most about `limit` characters as JSON; looks no further than that."""
    left, stack = limit, [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > DEEPEST:
            return False
        if isinstance(item, str | bytes | bytearray | memoryview):
            left -= len(item)
        elif isinstance(item, dict):
            left -= sum(len(str(key)) for key in item)
            stack += [(part, depth + 1) for part in item.values()] if len(item) <= left else []
        elif isinstance(item, list | tuple):
            stack += [(part, depth + 1) for part in item] if len(item) <= left else []
        left -= 1 + (len(item) if isinstance(item, dict | list | tuple) else 0)
        if left < 0:
            return False
    return True


def bytes_of(value: Any) -> int:
    """Size of a plain value as the longest JSON that a front end may make of it."""
    return len(json.dumps(value))


def fit(snapshot: Snapshot, limit: int) -> dict[str, Any]:
    """A job's state as plain values of at most `limit` bytes, leaving out the oldest and the longest first.

    Old trials go first, then notices, then the names of folds and artifacts; counts and bests stay.
    """
    said: dict[str, Any] = {}
    for trials, notices, names in _STEPS:
        studies = [
            study.model_copy(
                update={
                    "trials": study.trials[len(study.trials) - trials :]
                    if trials < len(study.trials)
                    else study.trials
                }
                | ({} if trials else {"best": None})
            )
            for study in snapshot.studies[: 1_000 if trials else 300]
        ]
        smaller = snapshot.model_copy(
            update={
                "studies": tuple(studies),
                "notices": snapshot.notices[-notices:],
                "fold_names": snapshot.fold_names[:names],
                "fold_rows": snapshot.fold_rows[:names],
                "artifacts": snapshot.artifacts[:names],
            }
        )
        said = smaller.model_dump(mode="json")
        if bytes_of(said) <= limit:
            break
    return said

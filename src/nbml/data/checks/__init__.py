"""Checks before training: what would stop a job, or make its score say too much, found before it runs.

One file a family of checks; the list of codes stands in ``docs/checks.md``. Nothing here changes a
table, and nothing knows models or folds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbml.data.checks.features import resolve_features
    from nbml.data.checks.mixtures import Mixture, find_mixtures
    from nbml.data.checks.training import check_training

__all__ = ["Mixture", "check_training", "find_mixtures", "resolve_features"]

_HOME = {"check_training": "training", "resolve_features": "features"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME.get(name, 'mixtures')}"), name)

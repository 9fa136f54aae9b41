"""The families of models, one file each, behind one protocol.

``family("lightgbm")`` imports its library on first use, so that listing families costs nothing.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from nbml.ml.models.base import Family

FAMILIES = ("lightgbm", "catboost", "xgboost", "mlp")


@cache
def family(name: str) -> Family:
    """The family of a name, one of ``FAMILIES``.

    Raises
    ------
    KeyError
        For any other name.
    """
    if name not in FAMILIES:
        raise KeyError(name)
    return cast("Family", import_module(f"nbml.ml.models.{name}_family").FAMILY)

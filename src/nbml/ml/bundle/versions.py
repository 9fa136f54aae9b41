"""Which versions wrote a bundle, or would read it here."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version

_LIBRARIES = {"lightgbm": "lightgbm", "catboost": "catboost", "xgboost": "xgboost", "mlp": "sklearn"}


def versions_of(families: Iterable[str]) -> dict[str, str]:
    """Versions of nbml, Python, numpy and the libraries behind `families`."""
    libraries = {_LIBRARIES[name] for name in families if name in _LIBRARIES}
    return {
        "nbml": version("nbml"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        **{name: str(import_module(name).__version__) for name in sorted(libraries)},
    }

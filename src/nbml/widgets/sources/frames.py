"""DataFrames of the kernel's namespace, by name. Nothing in it is called or changed."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from nbml.errors import PanelError
from nbml.spec.reading import shown

if TYPE_CHECKING:
    import pandas as pd

MOST_FRAMES = 200


def kernel_namespace() -> Mapping[str, Any]:
    """What the user's cells have defined; empty outside IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return {} if shell is None else dict(shell.user_ns)


def list_frames(namespace: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Name, rows and columns of every DataFrame; not the notebook's own ``_`` names, at most 200."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return []
    found = [
        (name, len(value), value.shape[1])
        for name, value in namespace.items()
        if isinstance(value, pandas.DataFrame) and _is_offered(name)
    ]
    return sorted(found)[:MOST_FRAMES]


def find_frame(namespace: Mapping[str, Any], name: str) -> pd.DataFrame:
    """A DataFrame by its name.

    Raises
    ------
    PanelError
        NBML-W60 when the name is none, or is no DataFrame any more.
    """
    pandas = sys.modules.get("pandas")
    value = namespace.get(name) if _is_offered(name) else None
    if pandas is None or not isinstance(value, pandas.DataFrame):
        raise PanelError("NBML-W60", name=shown(name))
    return cast("pd.DataFrame", value)


def _is_offered(name: object) -> bool:
    is_name = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
    return is_name and not str(name).startswith("_")

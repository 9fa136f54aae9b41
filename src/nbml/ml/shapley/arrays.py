"""Names for the arrays that the compiled loops take, in one place for the type checker and for numba."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Kinds: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.uint32]
Numbers: TypeAlias = Annotated[NDArray[np.uint32], "two dimensions"]
Matrix: TypeAlias = Annotated[NDArray[np.float64], "two dimensions"]
Cube: TypeAlias = Annotated[NDArray[np.float64], "three dimensions or more"]
Sums: TypeAlias = Annotated[NDArray[np.float64], "written to"]
Values: TypeAlias = Annotated[NDArray[np.float64], "two dimensions, written to"]


def freeze(record: Iterable[Any]) -> None:
    """Make the arrays of a (nested) record read-only, as the compiled loops take them inside of records."""
    for field in record:
        if isinstance(field, np.ndarray):
            field.flags.writeable = False
        elif isinstance(field, tuple):
            freeze(field)

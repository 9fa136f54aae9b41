"""Compilation by numba: once per machine where a cache can be written, once per process where not.

A function's annotations are its signature, so it is compiled (or loaded) when its module is imported and
never again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from numba import njit, types

from nbml.ml.shapley.arrays import Flags, Floats, Ints, Kinds, Matrix, Numbers, Sums, Values, Words

Function = TypeVar("Function", bound=Callable[..., Any])

# "contract" lets a*b+c become one instruction; no other freedom, so NaN and signed zeros are kept.
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}}

# A read-only argument takes writable arrays as well.
_TYPES: dict[Any, Any] = {
    int: types.int64,
    float: types.float64,
    bool: types.boolean,
    Floats: types.Array(types.float64, 1, "C", readonly=True),
    Ints: types.Array(types.int64, 1, "C", readonly=True),
    Flags: types.Array(types.boolean, 1, "C", readonly=True),
    Kinds: types.Array(types.uint8, 1, "C", readonly=True),
    Words: types.Array(types.uint32, 1, "C", readonly=True),
    Numbers: types.Array(types.uint32, 2, "C", readonly=True),
    Matrix: types.Array(types.float64, 2, "C", readonly=True),
    Sums: types.Array(types.float64, 1, "C"),
    Values: types.Array(types.float64, 2, "C"),
}


def compiled(function: Function) -> Function:
    """Compile a function that returns nothing, free of the interpreter lock.

    The machine code is kept beside the source, else in the user's cache or in ``NUMBA_CACHE_DIR``; where
    none of them can be written the function is compiled again by every process.

    Parameters
    ----------
    function : callable
        Its arguments are annotated with names of ``arrays``, plain numbers, or named tuples of those.
    """
    hints = get_type_hints(function, include_extras=True)
    hints.pop("return")
    signature = types.void(*map(_numba_type, hints.values()))
    try:
        return njit(signature, cache=True, **_OPTIONS)(function)  # type: ignore[no-any-return]
    except (RuntimeError, OSError):  # no place to keep it, or the place is full
        return njit(signature, **_OPTIONS)(function)  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """Make a function usable in compiled ones; it is compiled with them."""
    return njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def _numba_type(hint: Any) -> Any:
    if hint in _TYPES:
        return _TYPES[hint]
    fields = get_type_hints(hint, include_extras=True)
    return types.NamedTuple([_numba_type(field) for field in fields.values()], hint)

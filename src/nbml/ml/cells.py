"""The cells of one column of a user's table, read strictly, whatever dtype they came in.

Owns what counts as missing, as a number and as the text of a level; the same cell reads the same in every
dtype that can hold it. Knows nothing of models, features or whole tables.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Fault = Literal["text", "type", "infinite"]
Faults = list[tuple[int, Fault, str]]
"""Position from 0, what is wrong, and the cell (or its type) cut short for show."""

SHOWN = 24
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_BOOLEAN = {"true": 1.0, "false": 0.0}
_WHOLE = 2**64
_LARGEST = 2**1023


class _BadCellError(ValueError):
    """A cell that does not read as what its feature needs."""

    def __init__(self, fault: Fault, shown: str) -> None:
        super().__init__(shown)
        self.fault = fault
        self.shown = shown


def read_numbers(column: pd.Series[Any], *, boolean: bool = False) -> tuple[NDArray[np.float64], Faults]:
    """Read a column as numbers.

    Text is a number when all of it is written in ASCII digits with a point, an exponent if need be; blank
    text is missing. Nothing else is guessed: no thousands mark, no decimal comma, no full-width digit.

    Parameters
    ----------
    column : Series
        Any dtype of numpy, pandas or Arrow, sparse and categorical ones too.
    boolean : bool
        Read as 0 and 1: also the texts true and false in any case, and no other number.

    Returns
    -------
    values : ndarray of float64, shape (n_rows,)
        NaN where missing or faulty; infinities stay and are also among the faults.
    faults : list
        One entry for each faulty cell, in row order.
    """
    dtype = column.dtype
    faults: Faults = []
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        cells = column.to_numpy(dtype=object)
        values = np.array(_each(cells, lambda cell: _number(cell, boolean), np.nan, faults), dtype=np.float64)
    infinite = np.isinf(values)
    if infinite.any():
        faults += [(int(i), "infinite", str(values[i])) for i in np.flatnonzero(infinite)]
    if boolean:
        odd = ~(np.isnan(values) | infinite | (values == 0) | (values == 1))
        faults += [(int(i), "text", _short(f"{values[i]:g}")) for i in np.flatnonzero(odd)]
    return values, sorted(faults)


def read_texts(column: pd.Series[Any]) -> tuple[NDArray[np.object_], Faults]:
    """Read a column as the texts of levels: text as it stands, numbers in one form (1.0 is "1").

    Returns
    -------
    texts : ndarray of object, shape (n_rows,)
        ``str``, or None where missing or faulty.
    faults : list
        One entry for each cell that is neither text, number nor boolean, in row order.
    """
    faults: Faults = []
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        distinct, places = np.unique(column.to_numpy(), return_inverse=True)
        of_distinct = np.empty(len(distinct), dtype=object)
        of_distinct[:] = _each(distinct, level_text, None, faults)
        wrong = {k: (fault, shown) for k, fault, shown in faults}
        if wrong:
            faults = [(i, *wrong[k]) for i, k in enumerate(places.reshape(-1).tolist()) if k in wrong]
        return of_distinct[places.reshape(-1)], faults
    texts = np.empty(len(column), dtype=object)
    texts[:] = _each(column.to_numpy(dtype=object), level_text, None, faults)
    return texts, faults


def level_text(cell: Any) -> str | None:
    """Return the text under which a cell is a level, None where it is missing.

    Whole numbers have no decimal point whatever their type, so that a column of 1, 2 and one that became
    1.0, 2.0 by a missing cell have the same levels.

    Raises
    ------
    ValueError
        When the cell is neither text, number nor boolean, or infinite.
    """
    if isinstance(cell, str):
        return str(cell)
    if _is_missing(cell):
        return None
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell))
    if isinstance(cell, int | np.integer):
        return str(int(cell))
    if isinstance(cell, float | np.floating | Decimal):
        value: Any = float(cell) if isinstance(cell, Decimal) else cell
        if np.isinf(value):
            raise _BadCellError("infinite", str(value))
        return str(int(value)) if abs(value) < _WHOLE and value == int(value) else str(value)
    raise _BadCellError("type", type(cell).__name__)


def _number(cell: Any, boolean: bool) -> float:
    if isinstance(cell, str):
        words = cell.strip()
        if not words:
            return np.nan
        if boolean and words.lower() in _BOOLEAN:
            return _BOOLEAN[words.lower()]
        if _NUMBER.fullmatch(words) is None:
            raise _BadCellError("text", _short(cell))
        return float(words)
    if _is_missing(cell):
        return np.nan
    if isinstance(cell, int):
        return float(cell) if abs(cell) < _LARGEST else (np.inf if cell > 0 else -np.inf)
    if isinstance(cell, float | np.bool_ | np.number | Decimal) and not isinstance(cell, np.complexfloating):
        return float(cell)
    raise _BadCellError("type", type(cell).__name__)


def _each(cells: NDArray[Any], read: Callable[[Any], Any], otherwise: Any, faults: Faults) -> list[Any]:
    """`read` of every cell, once for each distinct text; bad ones become `otherwise` and a fault."""
    known: dict[str, Any] = {}
    out: list[Any] = []
    for position, cell in enumerate(cells):
        if type(cell) is str and cell in known:
            out.append(known[cell])
            continue
        try:
            value = read(cell)
        except _BadCellError as bad:
            faults.append((position, bad.fault, bad.shown))
            value = otherwise
        else:
            if type(cell) is str:
                known[cell] = value
        out.append(value)
    return out


def _is_missing(cell: Any) -> bool:
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    if isinstance(cell, Decimal):
        return cell.is_nan()
    if isinstance(cell, np.datetime64 | np.timedelta64):
        return bool(np.isnat(cell))
    return isinstance(cell, float | np.floating) and bool(np.isnan(cell))


def _short(cell: str) -> str:
    """Cut a cell to what an error shows: one line, never long."""
    return printable(cell if len(cell) <= SHOWN else cell[: SHOWN - 1] + "…")


def printable(words: str) -> str:
    """Write control and bidirectional marks out, so that a text cannot break a log line or a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)

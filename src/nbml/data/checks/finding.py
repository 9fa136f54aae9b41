"""How a finding is worded: the catalogue's sentence for a code, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.i18n import text
from nbml.spec.columns import Finding

SHOWN = 5
"""So many rows or values are named in a sentence; the count is always given."""


def error(code: str, columns: Iterable[str] = (), /, **fields: Any) -> Finding:
    """Build a finding that stops training."""
    return _finding(code, "error", columns, fields)


def warning(code: str, columns: Iterable[str] = (), /, **fields: Any) -> Finding:
    """Build a finding that is carried into the result."""
    return _finding(code, "warning", columns, fields)


def row_numbers(where: NDArray[np.bool_]) -> list[int]:
    """Name the first rows of a mask as the user counts them: data rows from 1."""
    return [int(row) + 1 for row in np.flatnonzero(where)[:SHOWN]]


def plain(value: float) -> float | int:
    """Show a whole number without its decimal point."""
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


def _finding(
    code: str, severity: Literal["error", "warning"], columns: Iterable[str], fields: dict[str, Any]
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        columns=tuple(columns),
        fields=fields,
        message=text(f"{code}.message", **fields),
        next_step=text(f"{code}.next", **fields),
    )

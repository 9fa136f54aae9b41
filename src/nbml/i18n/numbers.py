"""Numbers as people read them: digits that the spread supports, counts. Pure text, no words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import stdev

_HUGE, _TINY = 1e7, 1e-4


def decimals(value: float | None, spread: float | None) -> int:
    """Decimal places worth showing: the spread's first digit (two if that is a 1), else four digits in all.

    Examples
    --------
    >>> decimals(3.8971, 0.31), decimals(3.8971, 0.14), decimals(53.81, None), decimals(12345.6, 678.0)
    (1, 2, 2, -2)
    """
    if spread and math.isfinite(spread):
        exponent = math.floor(math.log10(abs(spread)))
        return int(abs(spread) < 2 * 10.0**exponent) - exponent
    if value and math.isfinite(value):
        return 3 - math.floor(math.log10(abs(value)))
    return 1


def number(value: float | None, places: int | None = None) -> str:
    """A number with so many decimal places, or four significant digits; ``-`` where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    if value and not _TINY <= abs(value) < _HUGE:
        return f"{value:.3g}"
    places = decimals(value, None) if places is None else places
    return f"{round(value, places):.{max(places, 0)}f}"


def plus_minus(value: float | None, spread: float | None) -> str:
    """A value with its spread in digits that the spread supports.

    Examples
    --------
    >>> plus_minus(3.8971, 0.31), plus_minus(0.8712, 0.0234), plus_minus(53.8, None), plus_minus(None, None)
    ('3.9 ± 0.3', '0.87 ± 0.02', '53.80', '-')
    """
    if value is None or spread is None or not math.isfinite(value):
        return number(value)
    places = decimals(value, spread)
    return f"{number(value, places)} ± {number(spread, places)}"


def fold_spread(folds: Iterable[float | None]) -> float | None:
    """Standard deviation over the folds that have a value; None for fewer than two."""
    known = [value for value in folds if value is not None]
    return stdev(known) if len(known) > 1 else None

"""What may be wrong with a feature's values: infinities, scale, identifiers, levels."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.data.checks.finding import SHOWN, error, plain, row_numbers, warning
from nbml.data.checks.view import LARGEST, Numbers, TrainingView
from nbml.data.patterns import NUMBER, serial_date
from nbml.spec.columns import Finding

IDENTIFIER_ROWS = 20
"""In shorter tables all values of a measured column are easily different."""

MANY_LEVELS = 50
ROWS_PER_LEVEL = 10
"""More levels than the first, with fewer rows each than the second, are hardly learnt from."""

_SAMPLE = 5_000
_NUMBER = re.compile(NUMBER)


def check_values(view: TrainingView, infinite: Literal["refuse", "missing"]) -> Iterator[Finding]:
    """Check each feature by itself."""
    for name, x in view.numbers.items():
        yield from _check_range(name, x, infinite)
        if view.n_rows >= IDENTIFIER_ROWS and (
            is_row_number(x) or (view.sheet[name].kind == "integer" and _all_different(x))
        ):
            yield warning("NBML-D20", [name], column=name, rows=view.n_rows)
        yield from _check_dates(name, view.sheet[name].label or name, x)
    for name, (codes, levels) in view.levels.items():
        yield from _check_levels(name, codes, levels)


def is_row_number(x: Numbers) -> bool:
    """Tell whether values rise, or fall, from every row to the next."""
    steps = np.diff(x)
    return bool((steps > 0).all() or (steps < 0).all())


def _check_range(name: str, x: Numbers, infinite: Literal["refuse", "missing"]) -> Iterator[Finding]:
    endless = np.isinf(x)
    if endless.any():
        found = error if infinite == "refuse" else warning
        code = "NBML-D04" if infinite == "refuse" else "NBML-D62"
        yield found(code, [name], column=name, count=int(endless.sum()), rows=row_numbers(endless))
    finite = np.isfinite(x)
    huge = finite & (np.abs(x) > LARGEST)
    if huge.any():
        yield error("NBML-D38", [name], column=name, count=int(huge.sum()), rows=row_numbers(huge))
        return
    sample = x[finite][:: max(1, x.size // _SAMPLE)]
    distinct, single = np.unique(sample).size, np.unique(sample.astype(np.float32)).size
    if 2 * single <= distinct:
        yield warning("NBML-D63", [name], column=name, distinct=distinct, single=single)


def _check_dates(name: str, label: str, x: Numbers) -> Iterator[Finding]:
    told = x[np.isfinite(x)]
    if told.size and serial_date(label, float(told.min()), float(told.max())):
        yield warning("NBML-D74", [name], column=name, example=plain(float(told[0])))


def _all_different(x: Numbers) -> bool:
    if np.isnan(x).any() or np.unique(x[:1000]).size < min(1000, x.size):
        return False
    return np.unique(x).size == x.size


def _check_levels(name: str, codes: NDArray[np.intp], levels: Sequence[Any]) -> Iterator[Finding]:
    rows = int(np.count_nonzero(codes >= 0))
    if rows == codes.size == len(levels) and rows >= IDENTIFIER_ROWS:
        yield warning("NBML-D20", [name], column=name, rows=rows)
    elif len(levels) > MANY_LEVELS and rows < ROWS_PER_LEVEL * len(levels):
        yield warning("NBML-D24", [name], column=name, levels=len(levels), rows=rows)
    if twins := spelled_alike(levels):
        yield warning("NBML-D28", [name], column=name, count=len(twins), levels=shown_alike(twins))


def spelled_alike(levels: Sequence[Any], *, as_numbers: bool = False) -> list[list[str]]:
    """Levels that are one to the eye: they differ in width, blanks or case, or in how a number is written."""
    spellings: dict[str | float, list[str]] = defaultdict(list)
    for level in map(str, levels):
        bare = " ".join(unicodedata.normalize("NFKC", level).casefold().split())
        spellings[float(bare) if as_numbers and _NUMBER.match(bare) else bare].append(level)
    return [same for same in spellings.values() if len(same) > 1]


def shown_alike(twins: Sequence[Sequence[str]]) -> list[str]:
    """The first of them for a sentence."""
    return [" = ".join(f"'{level}'" for level in same) for same in twins[:SHOWN]]

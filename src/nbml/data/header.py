"""Which rows are the header: a guess from the shapes and kinds of the first rows, or what the user says.

The first row of data is the first whose cells, in columns of numbers and dates, are numbers and dates. The
header starts above it with the first row about as full as any; what stands higher still is a preamble.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from nbml.data.names import fill_right, join_names
from nbml.data.patterns import cell_kind
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions

_MOST_HEADER_ROWS = 8
_FULL_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file and the line it starts on, from 1."""

    line: int
    cells: list[str]

    @property
    def filled(self) -> int:
        """Number of cells that hold something."""
        return sum(bool(cell.strip()) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table starts and what its columns are called.

    Attributes
    ----------
    names : list of str
        As many as the header rows have cells; empty where there is no header.
    lines : tuple of int
        Lines of the header, from 1.
    first : int
        Place in the given rows of the first row of data; their number when there is none.
    preamble : int
        Lines above the header that hold something and are left out.
    how : {"said", "found", "joined", "none"}
        ``joined`` for several rows, ``none`` where the first row is data already.
    """

    names: list[str]
    lines: tuple[int, ...]
    first: int
    preamble: int
    how: Literal["said", "found", "joined", "none"]


def common_width(rows: Sequence[Row]) -> int:
    """Number of cells that most rows have, the lower ones deciding; the larger of two equally common."""
    counts = Counter(len(row.cells) for row in _lower(rows))
    return max(counts, key=lambda width: (counts[width], width), default=0)


def said_header(rows: Sequence[Row], options: ReadOptions, path: str) -> Header | None:
    """The header the user named, or None where nothing was said; NBML-R20 for a line that holds nothing."""
    if options.header is None:
        return None
    asked: tuple[int, ...] = ()
    if options.header != "none":
        asked = tuple(sorted({options.header} if isinstance(options.header, int) else set(options.header)))
    picked = [row for row in rows if row.line in asked]
    if len(picked) < len(asked):
        raise ReadError("NBML-R20", path=path, lines=sorted(set(asked) - {row.line for row in picked}))
    start = options.first_row or (asked[-1] + 1 if asked else 1)
    first = next((i for i, row in enumerate(rows) if row.line >= start), len(rows))
    preamble = sum(row.line < (asked[0] if asked else start) for row in rows)
    return Header(join_names([row.cells for row in picked]), asked, first, preamble, "said")


def find_header(rows: Sequence[Row], first_row: int | None = None) -> Header:
    """A guess of the header among the first rows of a file.

    Parameters
    ----------
    rows : sequence of Row
        Rows that hold something, from the top of the file.
    first_row : int, optional
        Line of the first row of data where the user says it.
    """
    width = common_width(rows)
    full = [len(row.cells) * 2 >= width and (width == 1 or len(row.cells) > 1) for row in rows]
    measured = _measured_columns(rows, width)
    first = len(rows)
    if first_row is not None:
        first = next((i for i, row in enumerate(rows) if row.line >= first_row), first)
    elif measured:
        first = _first_data_row(rows, full, measured)
    most = max((rows[i].filled for i in range(first) if full[i]), default=0)
    top = next((i for i in range(first) if full[i] and rows[i].filled >= _FULL_ENOUGH * most), first)
    if first_row is None and top < first:
        first = top + (_continuation(rows, top, first, measured) if measured else 1)
    elif top == first and _is_series(rows, top, measured):
        first = top + 1
    block = list(range(top, first))
    if not block:
        return Header([], (), first, first, "none")
    names = join_names([rows[i].cells for i in block])
    above = block[0] - 1
    named = [name for name in names if name]
    if len(set(named)) < len(named) and above >= 0 and full[above] and rows[above].filled > 1:
        spread = fill_right(rows[above].cells)
        names, block = join_names([spread] + [rows[i].cells for i in block]), [above, *block]
    return Header(
        names, tuple(rows[i].line for i in block), first, block[0], "joined" if len(block) > 1 else "found"
    )


def _measured_columns(rows: Sequence[Row], width: int) -> list[int]:
    """Columns that hold numbers or dates in the lower rows."""
    columns = []
    for j in range(width):
        kinds = [cell_kind(row.cells[j]) for row in _lower(rows) if j < len(row.cells)]
        told = [kind for kind in kinds if kind != "empty"]
        if told and sum(kind != "text" for kind in told) >= 0.8 * len(told):
            columns.append(j)
    return columns


def _first_data_row(rows: Sequence[Row], full: Sequence[bool], measured: Sequence[int]) -> int:
    told = [
        [kind for j in measured if j < len(row.cells) and (kind := cell_kind(row.cells[j])) != "empty"]
        for row in rows
    ]
    usual = median(len(kinds) for kinds in told[len(rows) - len(_lower(rows)) :])
    for i, kinds in enumerate(told):
        words = kinds.count("text")
        if not full[i] or not kinds or len(kinds) * 2 < usual or words * 2 > len(kinds):
            continue
        # A line such as "measured on, 2024/1/1" is half a row of data, but a row of words only follows it.
        heads = (
            full[k] and 2 * len(told[k]) > len(measured) and set(told[k]) == {"text"}
            for k in range(i + 1, min(i + _MOST_HEADER_ROWS, len(rows)))
        )
        if not words or not any(heads):
            return i
    return len(rows)


def _continuation(rows: Sequence[Row], top: int, first: int, measured: Sequence[int]) -> int:
    """How many rows from `top` read as header: words above measured columns that no row of data repeats."""
    values = {row.cells[j].strip() for row in rows[first:] for j in measured if j < len(row.cells)}
    count = 1
    while top + count < first and count < _MOST_HEADER_ROWS:
        cells = rows[top + count].cells
        words = {cells[j].strip() for j in measured if j < len(cells) and cell_kind(cells[j]) == "text"}
        if not words or words & values:
            break
        count += 1
    return count


def _is_series(rows: Sequence[Row], top: int, measured: Sequence[int]) -> bool:
    """Whether a row of numbers is a header all the same: 2013, 2014, 2015, or dates over numbers."""
    if top >= len(rows) - 1 or len(measured) < 3:
        return False
    cells = [rows[top].cells[j].strip() for j in measured if j < len(rows[top].cells)]
    others = [c for j, c in enumerate(rows[top].cells) if j not in measured]
    if not others or any(cell_kind(c) in {"number", "date"} for c in others):
        return False
    if all(c.isascii() and c.isdigit() for c in cells):
        return {int(b) - int(a) for a, b in pairwise(cells)} == {1}
    below = {cell_kind(rows[top + 1].cells[j]) for j in measured if j < len(rows[top + 1].cells)}
    return {cell_kind(c) for c in cells} == {"date"} and below <= {"number", "empty"}


def _lower(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that are surely data: the lower half, of a few rows the last third."""
    return rows[len(rows) // 2 :] if len(rows) >= 12 else rows[len(rows) * 2 // 3 :]

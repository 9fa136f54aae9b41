"""Which rows are the header: a guess from the shapes and kinds of the first rows, or what the user says.

A preamble is what stands above the first row that fills at least half the columns. Header rows are those
from there down to the first row whose cells, in columns of numbers and dates, are numbers and dates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from nbml.data.patterns import cell_kind
from nbml.data.units import is_unit, split_unit
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions

_MOST_HEADER_ROWS = 8


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
    """Number of cells that most rows have, the lower half deciding; the larger of two equally common."""
    lower = [len(row.cells) for row in rows[len(rows) // 2:]]
    counts = Counter(lower)
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
    top = next((i for i, row in enumerate(rows) if full[i] and row.filled * 2 >= width), 0)
    measured = _measured_columns(rows, width)
    if first_row is not None:
        first = next((i for i, row in enumerate(rows) if row.line >= first_row), len(rows))
    elif measured:
        first = _first_data_row(rows, full, measured)
        first = min(first, top + _continuation(rows, top, first, measured))
    else:
        first = min(top + 1, len(rows))
    block = list(range(top, first)) if first > top else []
    if not block and first == top and _is_series(rows, top, measured):
        block, first = [top], top + 1
    if not block:
        return Header([], (), first, sum(i < first for i in range(len(rows))), "none")
    names = join_names([rows[i].cells for i in block])
    above = block[0] - 1
    named = [name for name in names if name]
    if len(set(named)) < len(named) and above >= 0 and full[above] and rows[above].filled > 1:
        spread = _fill_right(rows[above].cells)
        names, block = join_names([spread] + [rows[i].cells for i in block]), [above, *block]
    return Header(names, tuple(rows[i].line for i in block), first, block[0],
                  "joined" if len(block) > 1 else "found")


def join_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column from several header rows, top to bottom, joined by a blank.

    A row that says the same in every column (a station's name) tells no columns apart and is left out;
    a last row of units is put in brackets where the name has none.
    """
    if len(rows) == 1:
        return list(rows[0])
    told = [cells for cells in rows if len({c.strip() for c in cells} - {""}) > 1 or len(cells) == 1] or rows[-1:]
    width = max((len(cells) for cells in rows), default=0)
    columns = [[cells[j].strip() if j < len(cells) else "" for cells in told] for j in range(width)]
    units = [parts[-1] for parts in columns if parts[-1] not in {"", "-"}] if len(told) > 1 else []
    is_unit_row = bool(units) and all(is_unit(unit.strip("[]()（）〔〕")) for unit in units)
    names = []
    for parts in columns:
        *upper, last = parts
        if is_unit_row:
            joined = _join(upper)
            bare = last.strip("[]()（）〔〕")
            has_unit = split_unit(joined)[1] is not None
            names.append(joined if bare in {"", "-"} or has_unit else f"{joined} [{bare}]".strip())
        else:
            names.append(_join(parts))
    return names


def _join(parts: Sequence[str]) -> str:
    kept = [part for i, part in enumerate(parts) if part and (i == 0 or part != parts[i - 1])]
    return " ".join(kept)


def _fill_right(cells: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for cell in cells:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def _measured_columns(rows: Sequence[Row], width: int) -> list[int]:
    """Columns that hold numbers or dates in the lower half of the rows."""
    columns = []
    for j in range(width):
        kinds = [cell_kind(row.cells[j]) for row in rows[len(rows) // 2:] if j < len(row.cells)]
        told = [kind for kind in kinds if kind != "empty"]
        if told and sum(kind != "text" for kind in told) >= 0.8 * len(told):
            columns.append(j)
    return columns


def _first_data_row(rows: Sequence[Row], full: Sequence[bool], measured: Sequence[int]) -> int:
    def kinds(row: Row) -> list[str]:
        found = (cell_kind(row.cells[j]) for j in measured if j < len(row.cells))
        return [kind for kind in found if kind != "empty"]

    usual = median(len(kinds(row)) for row in rows[len(rows) // 2:])
    for i, row in enumerate(rows):
        told = kinds(row)
        if full[i] and len(told) * 2 >= usual and told and sum(k != "text" for k in told) * 2 >= len(told):
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
    """Whether a row of numbers is a header all the same: 2013, 2014, 2015 and the like."""
    if top >= len(rows) - 1 or len(measured) < 3:
        return False
    cells = [rows[top].cells[j].strip() for j in measured if j < len(rows[top].cells)]
    others = [c for j, c in enumerate(rows[top].cells) if j not in measured]
    if not others or not all(c.isascii() and c.isdigit() for c in cells):
        return False
    steps = {int(b) - int(a) for a, b in zip(cells, cells[1:], strict=False)}
    return steps == {1} and not any(cell_kind(c) in {"number", "date"} for c in others)

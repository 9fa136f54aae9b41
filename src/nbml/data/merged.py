"""Merged and hidden cells of an Excel sheet, told from its XML: what a reader of values alone cannot see."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb'<(?:\w+:)?col\b([^>]*?\bhidden="(?:1|true)"[^>]*)>')
_ENDS = re.compile(rb'\b(min|max)="([0-9]{1,5})"')


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged cell: its first and last column from 0, line from 1. Its value stands in the first of both."""

    column: int
    last_column: int
    first: int
    last: int


def merged_cells(part: bytes) -> tuple[Merged, ...]:
    """The merged cells of a sheet, top to bottom."""
    told = _MERGED.findall(part, max(0, part.rfind(b"sheetData>")))
    found = (Merged(_place(left), _place(right), int(top), int(end)) for left, top, right, end in told)
    return tuple(sorted(found, key=lambda cell: (cell.first, cell.column)))


def hidden(part: bytes, width: int) -> tuple[int, int]:
    """Number of hidden rows, and of hidden columns among the first `width`."""
    if b"hidden" not in part:
        return 0, 0
    columns = 0
    for words in _COLUMN.findall(part):
        ends = {name: int(place) for name, place in _ENDS.findall(words)}
        columns += max(0, min(ends.get(b"max", 0), width) - ends.get(b"min", 1) + 1)
    return len(_ROW.findall(part)), columns


def fill_down(
    lines: Sequence[int], body: Sequence[list[Any]], cells: Sequence[Merged]
) -> tuple[int, set[int]]:
    """Give every line of a merged cell its value, in place.

    Parameters
    ----------
    lines : sequence of int
        Line of each row of `body`, rising; a merged cell that begins above the first one is left alone.
    body : sequence of list
        Rows of equal length, changed where a merged cell covers an empty cell.
    cells : sequence of Merged

    Returns
    -------
    tuple of int and set of int
        Cells filled, and the columns they stand in.
    """
    place = {line: row for row, line in enumerate(lines)}
    filled, columns = 0, set()
    for cell in cells:
        top = place.get(cell.first)
        if top is None or cell.column >= len(body[top]) or (value := body[top][cell.column]) is None:
            continue
        for row in range(top + 1, len(lines)):
            if lines[row] > cell.last or body[row][cell.column] is not None:
                break  # cells that overlap are no workbook's: each cell is filled once
            body[row][cell.column] = value
            filled += 1
            columns.add(cell.column)
    return filled, columns


def fill_right(rows: Mapping[int, list[str]], cells: Sequence[Merged]) -> bool:
    """Give every column of a merged cell its name, in place; rows by line. Whether anything was filled."""
    has_filled = False
    for cell in cells:
        names = rows.get(cell.first)
        if names is None or cell.column >= len(names) or not names[cell.column].strip():
            continue
        for column in range(cell.column + 1, min(cell.last_column + 1, len(names))):
            if names[column].strip():
                break
            names[column], has_filled = names[cell.column], True
    return has_filled


def _place(letters: bytes) -> int:
    """Column A is 0, Z is 25, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1

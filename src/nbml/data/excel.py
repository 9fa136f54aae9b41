"""One sheet of an Excel workbook (xlsx): stored values only, nothing is calculated, no link is followed.

What stands merged or hidden in the sheet is ``merged``'s business.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from nbml.data.delimited import report_header
from nbml.data.header import Header, Row, common_width, find_header, said_header
from nbml.data.limits import ReadLimits, too_large
from nbml.data.merged import Merged, fill_down, fill_right, hidden, merged_cells
from nbml.data.names import join_names
from nbml.data.raw import Notes, RawTable
from nbml.data.types import EXACT
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions, shown

_SAMPLE_ROWS = 200
_GRID_ROWS = 1 << 20
_BARE_FORMULA = re.compile(rb"<c\b[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def read_excel(data: bytes, path: str, options: ReadOptions, limits: ReadLimits, notes: Notes) -> RawTable:
    """Names and columns of a sheet: the one asked for, else the first visible one that holds something.

    A column of one kind of value keeps it; one of several kinds becomes text, decided like a text file's. A
    merged cell's value stands in every row of the table that it covers, in its first column; hidden rows and
    columns are read like others. Both are said.

    Raises
    ------
    ReadError
        NBML-R06 for a bomb, R10 when the workbook is corrupt, R11, R12, R20 as for text, R26 for a sheet that
        is not there, R24 and R25 beyond the limits.
    """
    _check_members(data, path, limits)
    try:
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = _choose(book, options.sheet, path, notes)
        table = _rows(sheet, path, limits)
        part = _part(data, sheet)
        book.close()
    except ReadError:
        raise
    except Exception as error:  # openpyxl lets through whatever a torn XML part makes it stumble over
        reason = shown(f"Excel: {type(error).__name__} {error}", 160)
        raise ReadError("NBML-R10", path=path, format=reason) from error
    if formulas := len(_BARE_FORMULA.findall(part)):
        notes.warn("sheet.formulas", count=formulas)
    return _table(table, part, path, options, limits, notes)


def _table(
    table: list[tuple[Any, ...]],
    part: bytes,
    path: str,
    options: ReadOptions,
    limits: ReadLimits,
    notes: Notes,
) -> RawTable:
    depth = max((*_lines(options.header), options.first_row or 0))
    rows = [
        Row(line, [_as_text(v) or "" for v in values])
        for line, values in enumerate(table[: _SAMPLE_ROWS + depth], start=1)
        if any(v is not None for v in values)
    ]
    if not rows:
        raise ReadError("NBML-R11", path=path)
    width = max(len(_trimmed(row.cells)) for row in rows)
    rows = [Row(row.line, (row.cells + [""] * width)[:width]) for row in rows]
    header = said_header(rows, options, path) or find_header(rows, options.first_row)
    if header.first >= len(rows):
        raise ReadError("NBML-R12", path=path, columns=len(header.names))
    report_header(header, notes)
    top = rows[header.first].line
    lines = [line for line, values in enumerate(table[top - 1 :], top) if any(v is not None for v in values)]
    width = max(width, *(len(table[line - 1]) for line in lines))
    limits.check_shape(path, len(lines), width)
    square = [[*table[line - 1], *[None] * (width - len(table[line - 1]))] for line in lines]
    cells = merged_cells(part)
    told = _names(header, rows, cells)
    names = (told + [""] * width)[:width] if told else [""] * max(width, common_width(rows))
    filled, merged = fill_down(lines, square, cells)
    if filled:
        notes.warn("sheet.merged", count=filled, found=[_called(names[j], j) for j in sorted(merged)])
    hidden_rows, hidden_columns = hidden(part, width)
    if hidden_rows or hidden_columns:
        notes.warn("sheet.hidden", rows=hidden_rows, width=hidden_columns)
    return RawTable(names, [_column(values) for values in zip(*square, strict=True)], len(square))


def _names(header: Header, rows: Sequence[Row], cells: Sequence[Merged]) -> list[str]:
    """The header's names, with what is merged over several of them in each."""
    held = {row.line: list(row.cells) for row in rows if row.line in header.lines}
    if not fill_right(held, cells):
        return header.names
    joined = join_names(list(held.values()))
    return [max(pair, key=len) for pair in zip(header.names, joined, strict=True)]


def _called(name: str, place: int) -> str:
    return name if name.strip() else str(place + 1)


def _lines(header: Any) -> tuple[int, ...]:
    return header if isinstance(header, tuple) else (header,) if isinstance(header, int) else ()


def _trimmed(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _check_members(data: bytes, path: str, limits: ReadLimits) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        limits.check_unpacked(path, sum(m.compress_size for m in members), sum(m.file_size for m in members))


def _choose(book: Any, asked: str | int | None, path: str, notes: Notes) -> Any:
    sheets = book.worksheets
    listed = [sheet.title if sheet.sheet_state == "visible" else f"{sheet.title} *" for sheet in sheets]
    if isinstance(asked, str):
        chosen = next((sheet for sheet in sheets if sheet.title == asked), None)
    elif isinstance(asked, int):
        chosen = sheets[asked - 1] if asked <= len(sheets) else None
    else:
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        chosen = next((sheet for sheet in visible if _holds_something(sheet)), next(iter(visible), None))
    if chosen is None:
        raise ReadError(
            "NBML-R26", path=path, sheet=shown(str(asked)), sheets=[shown(name) for name in listed]
        )
    several = len(sheets) > 1 and asked is None
    notes.add(
        "sheet.found" if asked is None else "sheet.said",
        severity="warning" if several else "note",
        sheet=chosen.title,
        sheets=listed,
    )
    return chosen


def _holds_something(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(any(v is not None for v in row) for row in sheet.iter_rows(max_row=100, values_only=True))


def _rows(sheet: Any, path: str, limits: ReadLimits) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what a file says of its own size is often wrong, and may be the whole grid
    rows: list[tuple[Any, ...]] = []
    last = cells = 0
    for row in sheet.iter_rows(values_only=True):
        end = len(row)
        while end and row[end - 1] is None:
            end -= 1
        rows.append(tuple(row[:end]))
        cells += end
        if end:
            last = len(rows)
        if len(rows) > min(limits.rows, _GRID_ROWS) or end > limits.columns or cells > limits.cells:
            limits.check_shape(path, len(rows), max(end, cells // len(rows)))
            if len(rows) > _GRID_ROWS:
                raise too_large(path, "rows", len(rows), _GRID_ROWS)
    return rows[:last]


def _part(data: bytes, sheet: Any) -> bytes:
    """The XML of a sheet; nothing where openpyxl no longer says which part it is."""
    part = getattr(sheet, "_worksheet_path", None)
    if part is None:
        return b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(part)


def _column(values: Sequence[Any]) -> pa.ChunkedArray:
    kinds = {type(v) for v in values if v is not None}
    if kinds == {float} or kinds == {int, float}:
        array = pa.array([None if v is None else float(v) for v in values], pa.float64())
    elif kinds in ({bool}, {dt.datetime}) or (kinds == {int} and all(abs(v or 0) < EXACT for v in values)):
        array = pa.array(values)
    else:
        array = pa.array([_as_text(v) for v in values], pa.large_string())
    return pa.chunked_array([array])


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)

"""The first lines of a file as they stand, numbered as an editor does, for choosing the header by eye."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from nbml.data.encoding import decode
from nbml.data.formats import detect
from nbml.data.limits import ReadLimits
from nbml.data.source import opened, resolve, unpack_gzip, unpack_zip
from nbml.spec.reading import ReadOptions, shown

MOST_LINES = 40
_WIDTH = 240


def first_lines(
    source: str | Path,
    options: ReadOptions | None = None,
    *,
    roots: Sequence[Path] | None = None,
    limits: ReadLimits | None = None,
    most: int = MOST_LINES,
) -> tuple[str, ...]:
    """Lines 1 to `most` of a text file or of an Excel sheet, blank ones too, safe to show.

    Returns
    -------
    tuple of str
        Cells of a sheet are joined by bars; long lines are cut. Empty for formats that have no lines.

    Raises
    ------
    ReadError
        As ``nbml.read`` for a file that may not be opened, unpacked or decoded.
    """
    options, limits = options or ReadOptions(), limits or ReadLimits()
    name = shown(str(source))
    path = resolve(source, roots)
    with opened(path, limits) as (stream, size):
        data = stream.read(size)
    kind = detect(data, name, path.suffix)
    if kind == "gzip":
        data = unpack_gzip(data, name, limits)
    elif kind == "zip":
        data = unpack_zip(data, name, limits)
    if kind == "excel":
        return tuple(_sheet_rows(data, options.sheet, most))
    if kind in {"parquet", "feather"}:
        return ()
    text = decode(data, name, options.encoding).text
    return tuple(shown(line.rstrip("\r\n"), _WIDTH) for line in islice(io.StringIO(text), most))


def _sheet_rows(data: bytes, asked: str | int | None, most: int) -> list[str]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = _sheet(book, asked)
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=most, values_only=True)
        return [shown(" | ".join("" if v is None else str(v) for v in row), _WIDTH) for row in rows]
    finally:
        book.close()


def _sheet(book: Any, asked: str | int | None) -> Any:
    if isinstance(asked, str) and asked in book.sheetnames:
        return book[asked]
    if isinstance(asked, int) and asked <= len(book.worksheets):
        return book.worksheets[asked - 1]
    return next((s for s in book.worksheets if s.sheet_state == "visible"), book.worksheets[0])

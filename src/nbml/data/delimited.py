"""CSV and its kin: the separator and decimal mark are found or said, then every field is read as text.

Arrow reads the usual file; one with rows of unequal length or an open quote goes through Python's csv module,
which reads the same fields slower and can say on which line what is wrong.
"""

from __future__ import annotations

import csv
import io
from itertools import islice

import pyarrow as pa
import pyarrow.csv as pa_csv

from nbml.data.dialect import DELIMITERS, delimiter_name, find_decimal, find_delimiter, head_rows
from nbml.data.header import Header, common_width, find_header, said_header
from nbml.data.limits import ReadLimits, too_large
from nbml.data.raw import Notes, RawTable
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions

_SAMPLE_CHARS = 1 << 20
_SAMPLE_ROWS = 200
_SENTINEL = "end"


def read_delimited(text: str, path: str, options: ReadOptions, limits: ReadLimits, notes: Notes) -> RawTable:
    """Names and text columns of a delimited text.

    Raises
    ------
    ReadError
        NBML-R11 nothing but blanks, R12 a header without rows, R17 a row that is too long, R18 every row one
        field longer than the header, R19 a quote that is never closed, R20 a header line that is not there,
        R24 and R25 beyond the limits.
    """
    sample = _sample(text, path, limits)
    delimiter = options.delimiter or find_delimiter(sample, notes)
    if options.delimiter:
        notes.add("delimiter.said", delimiter=delimiter_name(delimiter))
    asked = options.header if isinstance(options.header, tuple) else (options.header,)
    depth = max([line for line in (*asked, options.first_row) if isinstance(line, int)], default=0)
    rows, offsets = head_rows(sample, delimiter, _SAMPLE_ROWS + depth, path)
    if not rows:
        raise ReadError("NBML-R11", path=path)
    header = said_header(rows, options, path) or find_header(rows, options.first_row)
    body = rows[header.first :]
    if not body:
        raise ReadError("NBML-R12", path=path, columns=len(header.names))
    width = len(header.names) or common_width(body)
    if width == 1:
        notes.warn("delimiter.single")
    lines = max(1, text.count("\n") or text.count("\r"))
    limits.check_shape(path, lines, width, len(text) / (lines * width))
    decimal = options.decimal or find_decimal(body, notes)
    report_header(header, notes)
    columns = _parse(text, offsets[header.first], body[0].line, delimiter, width, path, notes)
    return RawTable(list(header.names) or [""] * width, columns, len(columns[0]), decimal=decimal)


def report_header(header: Header, notes: Notes) -> None:
    """Say which lines are the header and what was left out above it."""
    lines = ", ".join(str(line) for line in header.lines)
    if header.how in {"none", "joined"}:
        notes.warn(f"header.{header.how}", lines=lines)
    else:
        notes.add(f"header.{header.how}", lines=lines or "-")
    if header.preamble:
        notes.add("header.preamble", count=header.preamble)


def _sample(text: str, path: str, limits: ReadLimits) -> str:
    sample = text[:_SAMPLE_CHARS]
    if len(sample) < len(text):
        end = max(sample.rfind("\n"), sample.rfind("\r"))
        if end < _SAMPLE_CHARS // 2:
            raise too_large(path, "line", _SAMPLE_CHARS // 2, _SAMPLE_CHARS // 2)
        sample = sample[: end + 1]
    widest = max(sample[: 1 << 18].count(d) for d in DELIMITERS)
    first = sample[: min((i for i in (sample.find("\n"), sample.find("\r")) if i >= 0), default=len(sample))]
    if widest > limits.columns and max(first.count(d) for d in DELIMITERS) >= limits.columns:
        limits.check_shape(path, 1, max(first.count(d) for d in DELIMITERS) + 1)
    return sample


def _parse(
    text: str, offset: int, line: int, delimiter: str, width: int, path: str, notes: Notes
) -> list[pa.ChunkedArray]:
    body = text[offset:]
    names = [str(i) for i in range(width)]
    # A last row of our own comes out as it went in unless an open quote has swallowed it.
    sentinel = [_SENTINEL] * width
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(f"{body}\n{delimiter.join(sentinel)}\n".encode()),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=16 << 20),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in body),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        if [column[-1].as_py() for column in table.columns] == sentinel:
            return list(table.slice(0, table.num_rows - 1).columns)
    except pa.ArrowInvalid:
        pass  # unequal rows or a huge field: the exact reader says what and where
    return _parse_exactly(body, line, delimiter, width, path, notes)


def _parse_exactly(
    body: str, line: int, delimiter: str, width: int, path: str, notes: Notes
) -> list[pa.ChunkedArray]:
    records: list[list[str]] = []
    starts = [0]
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                records.append(cells)
                starts.append(reader.line_num)
            else:
                starts[-1] = reader.line_num
    except csv.Error:
        raise ReadError("NBML-R19", path=path, line=line + starts[-1]) from None
    if records and _ends_in_quote(body, starts[-2], delimiter):
        raise ReadError("NBML-R19", path=path, line=line + starts[-2])
    longer = [i for i, cells in enumerate(records) if any(cell.strip() for cell in cells[width:])]
    if longer:
        if len(longer) == len(records) and all(len(cells) == width + 1 for cells in records):
            raise ReadError("NBML-R18", path=path, expected=width, found=width + 1)
        at = longer[0]
        raise ReadError(
            "NBML-R17",
            path=path,
            line=line + starts[at],
            found=len(records[at]),
            expected=width,
            count=len(longer),
        )
    trimmed = sum(len(cells) > width for cells in records)
    if trimmed:
        notes.add("trailing_empty", count=trimmed)
    short = [i for i, cells in enumerate(records) if len(cells) < width]
    if short:
        notes.warn("short_rows", count=len(short), line=line + starts[short[0]], expected=width)
    blank = [""] * width
    square = [cells if len(cells) == width else (cells + blank)[:width] for cells in records]
    columns = zip(*square, strict=True) if square else [()] * width
    return [pa.chunked_array([pa.array(column, pa.large_string())]) for column in columns]


def _ends_in_quote(body: str, last: int, delimiter: str) -> bool:
    """Whether the record on line `last` of the body swallows what is put after it: its quote is open."""
    tail = "".join(islice(io.StringIO(body, newline=""), last, None))
    *_, row = csv.reader(io.StringIO(f"{tail}\n{_SENTINEL}", newline=""), delimiter=delimiter)
    return row != [_SENTINEL]

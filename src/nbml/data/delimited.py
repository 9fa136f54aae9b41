"""CSV and its kin: the separator and decimal mark are found or said, then every field is read as text.

Arrow reads the usual file; one with rows of unequal length or an odd number of quotes goes through Python's
csv module, which reads the same fields slower and can say on which line what is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa
import pyarrow.csv as pa_csv

from nbml.data.header import Header, Row, common_width, find_header, said_header
from nbml.data.limits import ReadLimits
from nbml.data.patterns import cell_kind, is_decimal_comma
from nbml.data.raw import Notes, RawTable
from nbml.errors import ReadError
from nbml.spec.reading import ReadOptions, shown

DELIMITERS = (",", "\t", ";", "|")
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "blank"}
_SAMPLE_CHARS = 1 << 20
_SAMPLE_ROWS = 200


def read_delimited(text: str, path: str, options: ReadOptions, limits: ReadLimits, notes: Notes) -> RawTable:
    """Names and text columns of a delimited text.

    Raises
    ------
    ReadError
        NBML-R08.. of the reading: R11 nothing but blanks, R12 a header without rows, R17 a row that is too long,
        R18 every row one field longer than the header, R19 a quote that is never closed, R20 a header line
        that is not there, R24 and R25 beyond the limits.
    """
    sample = _sample(text, path, limits)
    delimiter = options.delimiter or find_delimiter(sample, notes)
    if options.delimiter:
        notes.add("delimiter.said", delimiter=_NAMES.get(delimiter, shown(delimiter)))
    asked = options.header if isinstance(options.header, tuple) else (options.header,)
    depth = max([line for line in (*asked, options.first_row) if isinstance(line, int)], default=0)
    rows, offsets = _head(sample, delimiter, _SAMPLE_ROWS + depth, path)
    if not rows:
        raise ReadError("NBML-R11", path=path)
    header = said_header(rows, options, path) or find_header(rows, options.first_row)
    body = rows[header.first:]
    if not body:
        raise ReadError("NBML-R12", path=path, columns=len(header.names))
    width = len(header.names) or common_width(body)
    if width == 1:
        notes.warn("delimiter.single")
    limits.check_shape(path, text.count("\n") or text.count("\r"), width, len(text) / max(1, text.count("\n") * width))
    decimal = options.decimal or find_decimal(body, notes)
    report_header(header, notes)
    columns = _parse(text, offsets[header.first], body[0].line, delimiter, width, path, notes)
    return RawTable(list(header.names) or [""] * width, columns, decimal=decimal)


def report_header(header: Header, notes: Notes) -> None:
    """Say which lines are the header and what was left out above it."""
    lines = ", ".join(str(line) for line in header.lines)
    if header.how in {"none", "joined"}:
        notes.warn(f"header.{header.how}", lines=lines)
    else:
        notes.add(f"header.{header.how}", lines=lines or "-")
    if header.preamble:
        notes.add("header.preamble", count=header.preamble)


def find_delimiter(sample: str, notes: Notes) -> str:
    """The separator that cuts most rows into equally many fields free of the other separators."""
    scores = {d: _score(sample, d) for d in DELIMITERS}
    ranked = sorted(DELIMITERS, key=lambda d: scores[d], reverse=True)
    best, second = ranked[0], ranked[1]
    if scores[best][0] < 0.5:
        return ","
    unsure = scores[second][0] >= 0.8 * scores[best][0]
    notes.add("delimiter.guess" if unsure else "delimiter.found", severity="warning" if unsure else "note",
              delimiter=_NAMES[best], other=_NAMES[second])
    return best


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        rows, _ = _head(sample, delimiter, 100, "")
    except ReadError:
        return 0.0, 0
    width = common_width(rows)
    if width < 2:
        return 0.0, 0
    lower = rows[len(rows) // 2:]
    regular = [row for row in lower if len(row.cells) == width]
    foreign = sum(any(d in cell for d in DELIMITERS if d != delimiter) and cell_kind(cell) == "text"
                  for row in regular for cell in row.cells)
    share = len(regular) / len(lower) * (1 - foreign / (len(regular) * width))
    # A header cut into another number of fields than the rows under it was cut by the wrong sign.
    top = max((len(row.cells) for row in rows[: max(1, len(rows) // 2)]), default=0)
    return round(share * min(1.0, (top + 0.5) / width), 2), width


def find_decimal(rows: Sequence[Row], notes: Notes) -> str:
    """Comma where cells such as ``0,25`` occur and none with a point does; ``1,234`` alone decides nothing."""
    commas = points = thousands = 0
    for cell in (cell.strip() for row in rows for cell in row.cells):
        if is_decimal_comma(cell):
            whole, _, fraction = cell.partition(",")
            could_be_thousands = len(fraction) == 3 and whole.lstrip("+-") not in {"", "0"}
            thousands += could_be_thousands
            commas += not could_be_thousands
        elif "." in cell and cell_kind(cell) == "number":
            points += 1
    if commas and not points:
        notes.warn("decimal.comma")
        return ","
    if thousands and not points:
        notes.warn("decimal.unclear", count=thousands)
    return "."


def _sample(text: str, path: str, limits: ReadLimits) -> str:
    sample = text[:_SAMPLE_CHARS]
    if len(sample) < len(text):
        end = max(sample.rfind("\n"), sample.rfind("\r"))
        if end < _SAMPLE_CHARS // 2:
            raise ReadError("NBML-R24", path=path, what="line", count=_SAMPLE_CHARS // 2, limit=_SAMPLE_CHARS // 2)
        sample = sample[: end + 1]
    widest = max(sample[:1 << 18].count(d) for d in DELIMITERS)
    first = sample[: min((i for i in (sample.find("\n"), sample.find("\r")) if i >= 0), default=len(sample))]
    if widest > limits.columns and max(first.count(d) for d in DELIMITERS) >= limits.columns:
        limits.check_shape(path, 1, max(first.count(d) for d in DELIMITERS) + 1)
    return sample


def _head(sample: str, delimiter: str, most: int, path: str) -> tuple[list[Row], list[int]]:
    """The first rows that hold something, and where in the text each starts."""
    starts = [0]

    def lines() -> Iterator[str]:
        for line in io.StringIO(sample, newline=""):
            starts.append(starts[-1] + len(line))
            yield line

    rows: list[Row] = []
    offsets: list[int] = []
    reader = csv.reader(lines(), delimiter=delimiter)
    start = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(start + 1, cells))
                offsets.append(starts[start])
            start = reader.line_num
            if len(rows) == most:
                break
    except csv.Error:
        raise ReadError("NBML-R19", path=path, line=start + 1) from None
    return rows, offsets


def _parse(text: str, offset: int, line: int, delimiter: str, width: int, path: str,
           notes: Notes) -> list[pa.ChunkedArray]:
    body = text[offset:]
    quotes = body.count('"')
    if quotes % 2 == 0:
        names = [str(i) for i in range(width)]
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(body.encode()),
                read_options=pa_csv.ReadOptions(column_names=names, block_size=16 << 20),
                parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=quotes > 0),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.large_string()), null_values=[], strings_can_be_null=False,
                    check_utf8=False))
            return list(table.columns)
        except pa.ArrowInvalid:
            pass  # unequal rows or a huge field: the exact reader says what and where
    return _parse_exactly(body, line, delimiter, width, path, notes)


def _parse_exactly(body: str, line: int, delimiter: str, width: int, path: str,
                   notes: Notes) -> list[pa.ChunkedArray]:
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
        raise ReadError("NBML-R19", path=path, line=line + starts[len(records) - 1])
    longer = [i for i, cells in enumerate(records) if len(cells) > width and any(c.strip() for c in cells[width:])]
    if longer:
        if len(longer) == len(records) and all(len(cells) == width + 1 for cells in records):
            raise ReadError("NBML-R18", path=path, expected=width, found=width + 1)
        at = longer[0]
        raise ReadError("NBML-R17", path=path, line=line + starts[at], found=len(records[at]), expected=width,
                        count=len(longer))
    trimmed = sum(len(cells) > width for cells in records)
    if trimmed:
        notes.add("trailing_empty", count=trimmed)
    short = [i for i, cells in enumerate(records) if len(cells) < width]
    if short:
        notes.warn("short_rows", count=len(short), line=line + starts[short[0]], expected=width)
    blank = [""] * width
    square = [cells if len(cells) == width else (cells + blank)[:width] for cells in records]
    return [pa.chunked_array([pa.array(column, pa.large_string())]) for column in zip(*square, strict=True)]


def _ends_in_quote(body: str, last: int, delimiter: str) -> bool:
    """Whether the record on line `last` of the body swallows what is put after it: its quote is open."""
    tail = "".join(islice(io.StringIO(body, newline=""), last, None))
    *_, sentinel = csv.reader(io.StringIO(f"{tail}\n0", newline=""), delimiter=delimiter)
    return sentinel != ["0"]

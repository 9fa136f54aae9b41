"""The dialect of a delimited text, found from its first rows: separator and decimal mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from nbml.data.header import Row, common_width
from nbml.data.patterns import cell_kind, is_decimal_comma
from nbml.data.raw import Notes
from nbml.errors import ReadError
from nbml.spec.reading import shown

DELIMITERS = (",", "\t", ";", "|")
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", " ": "blank"}
_SCORED_ROWS = 100


def delimiter_name(delimiter: str) -> str:
    """A separator in a word, since a tab is not seen."""
    return _NAMES.get(delimiter, shown(delimiter))


def head_rows(sample: str, delimiter: str, most: int, path: str) -> tuple[list[Row], list[int]]:
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


def find_delimiter(sample: str, notes: Notes) -> str:
    """The separator that cuts most rows into equally many fields free of the other separators."""
    scores = {d: _score(sample, d) for d in DELIMITERS}
    ranked = sorted(DELIMITERS, key=lambda d: scores[d], reverse=True)
    best, second = ranked[0], ranked[1]
    if scores[best][0] < 0.5:
        return ","
    unsure = scores[second][0] >= 0.8 * scores[best][0]
    notes.add(
        "delimiter.guess" if unsure else "delimiter.found",
        severity="warning" if unsure else "note",
        delimiter=_NAMES[best],
        other=_NAMES[second],
    )
    return best


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        rows, _ = head_rows(sample, delimiter, _SCORED_ROWS, "")
    except ReadError:
        return 0.0, 0
    width = common_width(rows)
    if width < 2:
        return 0.0, 0
    lower = rows[len(rows) // 2 :]
    regular = [row for row in lower if len(row.cells) == width]
    foreign = sum(
        any(d in cell for d in DELIMITERS if d != delimiter) and cell_kind(cell) == "text"
        for row in regular
        for cell in row.cells
    )
    share = len(regular) / len(lower) * (1 - foreign / (len(regular) * width))
    # A header cut into another number of fields than the rows under it was cut by the wrong sign.
    top = max((len(row.cells) for row in rows[: max(1, len(rows) // 2)]), default=0)
    return round(share * min(1.0, (top + 0.5) / width), 2), width


def find_decimal(rows: Sequence[Row], notes: Notes) -> str:
    """Comma where cells such as ``0,25`` occur and none with a point does; ``1,234`` alone tells nothing."""
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

"""Column names: joined from several header rows, unique and visible, otherwise as they stand."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from nbml.data.limits import ReadLimits, too_large
from nbml.data.raw import Notes
from nbml.data.units import is_unit, split_unit
from nbml.errors import ReadError
from nbml.spec.reading import shown


def settle_names(names: Sequence[str], notes: Notes, path: str, limits: ReadLimits) -> list[str]:
    """Unique names for columns in file order.

    A name is kept to the character; an empty or blank one becomes ``column 3`` by its place from 1; the
    second of two equal ones becomes ``a (2)``, never a name that another column has. Names that differ only
    in case, width, blanks or Unicode form stay apart and are reported.

    Raises
    ------
    ReadError
        NBML-R27 for a name that is no valid Unicode text, R24 for one that is too long.
    """
    for place, name in enumerate(names, start=1):
        check_text(name, path, "column", place)
        if len(name) > limits.name_chars:
            raise too_large(path, "name", len(name), limits.name_chars)
    taken = {name for name in names if name.strip()}
    used: set[str] = set()
    settled: list[str] = []
    unnamed: list[str] = []
    for place, name in enumerate(names, start=1):
        blank = not name.strip()
        stem = f"column {place}" if blank else name
        unique, count = stem, 1
        while unique in used or ((blank or count > 1) and unique in taken):
            count += 1
            unique = f"{stem} ({count})"
        used.add(unique)
        settled.append(unique)
        if blank:
            unnamed.append(unique)
        elif unique != name:
            notes.warn("renamed", unique, old=name, new=unique, place=place)
    if unnamed:
        notes.add("unnamed", *unnamed)
    for alike in near_equal(settled):
        notes.warn("near_names", *alike)
    return settled


def near_equal(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of distinct words that are one word but for case, blanks, width or Unicode form."""
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for word in words:
        groups[" ".join(unicodedata.normalize("NFKC", word).casefold().split())][word] = None
    return [tuple(group) for group in groups.values() if len(group) > 1]


def check_text(words: str, path: str, column: str, row: int) -> None:
    """Raise NBML-R27 where a text holds half a character (a lone surrogate), which no file can keep."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        raise ReadError("NBML-R27", path=path, column=shown(column), row=row) from None


def join_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column from several header rows, top to bottom, joined by a blank.

    A row that says the same in every column (a station's name) tells no columns apart and is left out;
    a last row of units is put in brackets where the name has none.
    """
    if len(rows) == 1:
        return list(rows[0])
    told = [row for row in rows if len(row) == 1 or len({c.strip() for c in row} - {""}) > 1] or rows[-1:]
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


def fill_right(cells: Sequence[str]) -> list[str]:
    """A row of a spreadsheet with merged cells: each empty cell takes what stands to its left."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled

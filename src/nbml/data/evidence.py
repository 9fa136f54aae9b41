"""What is said of a text column: its words read as missing, and why what looks like numbers stays text."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nbml.data.patterns import DECORATED, INFINITE, LEADING_ZERO, NUMBER
from nbml.data.raw import Notes
from nbml.i18n import text as words
from nbml.spec.reading import shown


def why_text(name: str, cells: pa.ChunkedArray, notes: Notes) -> str | None:
    """Report why what looks like numbers stays text; give back the short form for the sheet, or None."""
    n = len(cells) - cells.null_count
    if not n:
        return None
    is_number = pc.match_substring_regex(cells, f"{NUMBER}|{INFINITE}")
    numbers = count_true(is_number)
    if numbers == n:
        zeros = pc.match_substring_regex(cells, LEADING_ZERO)
        key, count = ("leading_zeros", count_true(zeros)) if pc.any(zeros).as_py() else ("big_integers", n)
        notes.add(key, name, count=count)
        return words(f"read.note.{key}")
    is_like = pc.match_substring_regex(cells, DECORATED)
    if count_true(is_like) == n:
        other = pc.filter(cells, pc.invert(is_number))
        notes.warn("decorated", name, count=len(other), example=_first(other))
        return words("read.note.decorated", count=len(other))
    if numbers:
        odd = pc.invert(is_number)
        share = 100 * numbers / n
        notes.add(
            "mixed",
            name,
            severity="warning" if share >= 50 else "note",
            numbers=_percent(share),
            others=_percent(100 - share),
            count=n - numbers,
            row=pc.index(odd, True).as_py() + 1,
            first=_first(pc.filter(cells, odd)),
        )
        return words("read.note.mixed", numbers=_percent(share))
    return None


def report_tokens(name: str, trimmed: pa.ChunkedArray, missing: Any, notes: Notes, *, in_text: bool) -> None:
    """Report which words of a column were read as missing, each with its count; an empty cell is none."""
    found = pc.value_counts(pc.filter(trimmed, missing)).to_pylist()
    seen = sorted((str(entry["values"]), int(entry["counts"])) for entry in found if entry["values"])
    if seen:
        notes.add(
            "missing.in_text" if in_text else "missing.in_numbers",
            name,
            severity="warning" if in_text else "note",
            tokens=[token for token, _ in seen],
            counts=[count for _, count in seen],
        )


def count_true(mask: Any) -> int:
    """Number of true values of an Arrow mask; null counts as false."""
    return int(pc.sum(pc.cast(mask, pa.int64())).as_py() or 0)


def _first(cells: pa.ChunkedArray) -> str:
    return shown(unicodedata.normalize("NFC", str(cells[0].as_py())), 40)


def _percent(share: float) -> str:
    return f"{share:.0f} %" if 1 <= share <= 99 else f"{share:.2g} %" if share < 1 else f"{share:.4g} %"

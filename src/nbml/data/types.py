"""Text columns decided once: numbers only where every cell is one; what is doubtful stays text and is said.

Values come out as float64, int64, bool or text; whether text is a category, a date or free text is the
column sheet's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nbml.data.evidence import count_true, report_tokens, why_text
from nbml.data.patterns import INFINITE, LEADING_ZERO, MISSING, MISSING_IN_NUMBERS, NUMBER, undecorated
from nbml.data.raw import Notes
from nbml.errors import ReadError
from nbml.i18n import text as words
from nbml.spec.columns import Kind
from nbml.spec.reading import ReadOptions, shown

EXACT = 1 << 53
NUMERIC: frozenset[str] = frozenset({"number", "integer", "boolean"})


@dataclass(slots=True)
class Settled:
    """A column with its values decided.

    Attributes
    ----------
    values : pandas.Series
        float64, int64, bool, text or datetime64[us]; missing is NaN or NaT.
    kind : str or None
        None for text whose kind the column sheet finds out.
    note : str or None
        Why, in the user's language, when it is not plain.
    """

    values: pd.Series[Any]
    kind: Kind | None = None
    note: str | None = None


def settle_text(
    name: str,
    column: pa.ChunkedArray,
    decimal: str,
    options: ReadOptions,
    notes: Notes,
    path: str,
    *,
    is_label: bool = False,
) -> Settled:
    """Decide a column of a text file.

    A label, such as the lot that groups rows, stays text where numbers would take two of its words for one:
    1.10 and 1.1, 1E2 and 100.

    Raises
    ------
    ReadError
        NBML-R23 when the user says a numeric kind, or asks for conversion, and cells do not follow.
    """
    said = options.kinds.get(name)
    trimmed = pc.utf8_trim_whitespace(column)
    everywhere, in_numbers = _tokens(name, options)
    missing = pc.is_in(trimmed, value_set=everywhere)
    cells = _pointed(pc.if_else(missing, pa.scalar(None, column.type), trimmed), decimal)
    if said in NUMERIC or said is None:
        settled = _numeric(name, cells, in_numbers, said, options, notes, path)
        if settled is not None:
            holes = pa.array(settled.values.isna())
            report_tokens(name, trimmed, holes, notes, in_text=False)
            words_kept = pc.if_else(holes, pa.scalar(None, column.type), trimmed)
            if is_label and said is None and pc.count_distinct(words_kept).as_py() > settled.values.nunique():
                notes.add("label", name)
                return Settled(to_text(words_kept), None, words("read.note.label"))
            return settled
    report_tokens(name, trimmed, missing, notes, in_text=True)
    return Settled(
        to_text(pc.if_else(missing, pa.scalar(None, column.type), column)),
        said,
        None if said else why_text(name, cells, notes),
    )


def to_text(column: pa.ChunkedArray) -> pd.Series[Any]:
    """An Arrow text column as pandas text."""
    series: pd.Series[Any] = column.cast(pa.large_string()).to_pandas()
    return series.rename(None)


def from_float(values: np.ndarray[Any, np.dtype[np.float64]]) -> pd.Series[Any]:
    """A float64 column."""
    return pd.Series(values, dtype="float64")


def _tokens(name: str, options: ReadOptions) -> tuple[pa.Array, pa.Array]:
    """Words that mean missing in any column, the empty one always, and those that do among numbers only."""
    everywhere: set[str] = set()
    in_numbers: set[str] = set()
    kept = options.keep_tokens.get(name, ())
    if kept != "all" and options.missing_tokens != "none":
        said = {token.strip() for token in options.missing_tokens or ()}
        everywhere, in_numbers = {*MISSING, *said} - set(kept), set(MISSING_IN_NUMBERS) - set(kept)
    kind = pa.large_string()
    return pa.array(sorted(everywhere | {""}), kind), pa.array(sorted(in_numbers), kind)


def _numeric(
    name: str,
    cells: pa.ChunkedArray,
    in_numbers: pa.Array,
    said: Kind | None,
    options: ReadOptions,
    notes: Notes,
    path: str,
) -> Settled | None:
    """The column as numbers or booleans, or None where it is text."""
    if cells.null_count == len(cells):
        return Settled(from_float(np.full(len(cells), np.nan)), said or "number", words("read.note.empty"))
    truth = _boolean(cells, said)
    if truth is not None:
        return truth
    converted = options.convert == "all" or name in options.convert
    values = _parse(cells)
    if values is None and len(in_numbers):
        cells = pc.if_else(pc.is_in(cells, value_set=in_numbers), pa.scalar(None, cells.type), cells)
        if cells.null_count == len(cells):
            return None if said is None else Settled(from_float(np.full(len(cells), np.nan)), said)
        values = _parse(cells)
    if values is None and converted:
        plain = _undecorate(cells)
        values = _parse(plain)
        if values is not None:
            notes.add("converted", name, count=count_true(pc.not_equal(plain, cells)))
            cells = plain
    if values is None:
        if said is not None or (converted and options.convert != "all"):
            bad = pc.invert(pc.match_substring_regex(cells, f"{NUMBER}|{INFINITE}"))
            raise ReadError(
                "NBML-R23",
                path=path,
                column=shown(name),
                kind=said or "number",
                count=count_true(bad),
                row=pc.index(bad, True).as_py() + 1,
            )
        return None
    return _settle_numbers(name, cells, values, said, notes, path)


def _settle_numbers(
    name: str,
    cells: pa.ChunkedArray,
    values: np.ndarray[Any, np.dtype[np.float64]],
    said: Kind | None,
    notes: Notes,
    path: str,
) -> Settled | None:
    """Tell integers from numbers; None for identifiers that would lose digits, unless the user says so."""
    finite = np.isfinite(values)
    infinite = int(np.isinf(values).sum())
    with np.errstate(invalid="ignore"):
        whole = bool(np.all(values[finite] == np.trunc(values[finite]))) and not infinite
    integral = whole and not pc.any(pc.match_substring_regex(cells, "[.eE]")).as_py()
    if integral and said is None:
        if pc.any(pc.match_substring_regex(cells, LEADING_ZERO)).as_py():
            return None
        if np.abs(values[finite]).max(initial=0) >= EXACT:
            return None
    if said == "integer" and not whole:
        fractional = ~(values == np.trunc(values)) & ~np.isnan(values)
        raise ReadError(
            "NBML-R23",
            path=path,
            column=shown(name),
            kind=said,
            count=int(fractional.sum()),
            row=int(np.argmax(fractional)) + 1,
        )
    if infinite:
        notes.warn("infinite", name, count=infinite, row=int(np.argmax(np.isinf(values))) + 1)
    if said in NUMERIC and np.abs(values[finite]).max(initial=0) >= EXACT and integral:
        notes.warn("inexact", name)
    if said == "boolean":
        check_kind(name, values, said, path)
        return Settled(as_boolean(values), "boolean")
    kind: Kind = said or ("integer" if integral else "number")
    if kind == "integer" and cells.null_count == 0 and np.abs(values).max(initial=0) < EXACT:
        return Settled(pd.Series(values.astype("int64")), kind)
    return Settled(from_float(values), kind)


def as_boolean(values: np.ndarray[Any, np.dtype[np.float64]]) -> pd.Series[Any]:
    """Zeros and ones as bool, or as float64 where some are missing: the same for every model."""
    return from_float(values) if np.isnan(values).any() else pd.Series(values.astype(bool))


def _boolean(cells: pa.ChunkedArray, said: Kind | None) -> Settled | None:
    told = pc.drop_null(cells)
    if said not in {None, "boolean"} or told[0].as_py().lower() not in {"true", "false"}:
        return None
    lower = pc.ascii_lower(cells)
    if not pc.all(pc.is_in(pc.drop_null(lower), value_set=pa.array(["true", "false"], cells.type))).as_py():
        return None
    values = pc.cast(pc.equal(lower, "true"), pa.float64()).to_numpy()
    return Settled(as_boolean(values), "boolean")


def _pointed(cells: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """Cells with comma and point exchanged where the comma is the decimal mark and occurs."""
    if decimal == "." or not pc.any(pc.match_substring(cells, ",")).as_py():
        return cells
    for old, new in ((".", "\x00"), (",", "."), ("\x00", ",")):
        cells = pc.replace_substring(cells, old, new)
    return cells


def _parse(cells: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Numbers of a whole column, NaN where a cell is null, or None when one cell is none."""
    try:
        values: np.ndarray[Any, np.dtype[np.float64]] = pc.cast(cells, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    if int(np.isnan(values).sum()) != cells.null_count:
        return None  # Arrow reads nan(1) and a kept "nan" as numbers
    return values


def _undecorate(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    plain = [None if cell is None else undecorated(cell) for cell in cells.to_pylist()]
    return pa.chunked_array([pa.array(plain, cells.type)])


def check_kind(name: str, values: np.ndarray[Any, np.dtype[np.float64]], said: str | None, path: str) -> None:
    """Raise NBML-R23 where numbers do not have the kind that the user says."""
    told = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        if said == "integer":
            bad = told & ~(values == np.trunc(values))
        elif said == "boolean":
            bad = told & (values != 0) & (values != 1)
        else:
            return
    if bad.any():
        raise ReadError(
            "NBML-R23",
            path=path,
            column=shown(name),
            kind=said,
            count=int(bad.sum()),
            row=int(np.argmax(bad)) + 1,
        )

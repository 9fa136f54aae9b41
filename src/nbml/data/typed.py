"""Columns of sources that state their types, Parquet, Feather, DataFrames: brought to the few nbml knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nbml.data.patterns import INFINITE, NUMBER
from nbml.data.raw import Notes
from nbml.data.types import EXACT, NUMERIC, Settled, as_boolean, check_kind, from_float, settle_text, to_text
from nbml.i18n import text as words
from nbml.spec.reading import ReadOptions, shown


def settle_typed(
    name: str,
    column: pa.ChunkedArray,
    options: ReadOptions,
    notes: Notes,
    path: str,
    fault: str | None = None,
) -> Settled:
    """Decide a typed column: text stays text, numbers become float64 or int64, nested things are not usable.

    Parameters
    ----------
    fault : str, optional
        Why the source says the column cannot be used; it is kept as text for show.
    """
    said = options.kinds.get(name)
    kind = column.type
    if fault or _is_foreign(kind):
        reason = fault or str(kind)
        notes.warn("unsupported", name, type=shown(reason))
        note = words("read.note.unsupported", type=shown(reason))
        return Settled(to_text(_as_shown(column)), "unsupported", note)
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
        return _settle_labels(name, column, options, notes, path)
    if _is_text(kind):
        return _settle_labels(name, column, options, notes, path)
    if pa.types.is_null(kind):
        return Settled(from_float(np.full(len(column), np.nan)), said or "number", words("read.note.empty"))
    if said in {"category", "text", "date"} and not pa.types.is_temporal(kind):
        return Settled(to_text(_labels(column)), said)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _settle_time(column)
    if pa.types.is_time(kind):
        return Settled(to_text(column.cast(pa.large_string())), "date")
    return _settle_number(name, column, options, notes, path)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_foreign(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_foreign(kind.value_type)
    known = (
        _is_text,
        pa.types.is_null,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_timestamp,
        pa.types.is_date,
        pa.types.is_time,
    )
    return not any(is_known(kind) for is_known in known)


def _as_shown(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array(
        [pa.array([None if v is None else shown(str(v), 200) for v in column.to_pylist()], pa.large_string())]
    )


def _labels(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as category labels: whole numbers without a point, so that 1 and 1.0 are one level."""
    if _is_text(column.type):
        return column
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "True", "False")
    if pa.types.is_floating(column.type):
        return pa.chunked_array(
            [
                pa.array(
                    [
                        None
                        if v is None or v != v
                        else str(int(v))
                        if abs(v) < EXACT and v == int(v)
                        else repr(v)
                        for v in column.to_pylist()
                    ],
                    pa.large_string(),
                )
            ]
        )
    return column.cast(pa.large_string())


def _settle_labels(
    name: str, column: pa.ChunkedArray, options: ReadOptions, notes: Notes, path: str
) -> Settled:
    said = options.kinds.get(name)
    text = _labels(column).cast(pa.large_string())
    if said in NUMERIC or options.convert == "all" or name in options.convert:
        return settle_text(name, text, options.decimal or ".", options, notes, path)
    blank = pc.equal(pc.utf8_trim_whitespace(text), "")
    if pc.any(blank).as_py():
        text = pc.if_else(blank, pa.scalar(None, text.type), text)
    n = len(text) - text.null_count
    if not n and said is None:
        return Settled(from_float(np.full(len(text), np.nan)), "number", words("read.note.empty"))
    if n and said is None and pc.all(pc.match_substring_regex(text, f"{NUMBER}|{INFINITE}")).as_py():
        notes.add("numbers_as_text", name)
        return Settled(to_text(text), None, words("read.note.numbers_as_text"))
    return Settled(to_text(text), said)


def _settle_time(column: pa.ChunkedArray) -> Settled:
    zone = getattr(column.type, "tz", None)
    moments = column.cast(pa.timestamp("us", tz="UTC" if zone else None), safe=False)
    if zone:
        moments = moments.cast(pa.timestamp("us"))
    values = pd.Series(moments.to_numpy().astype("datetime64[us]"))
    return Settled(values, "date", words("read.note.utc") if zone else None)


def _settle_number(
    name: str, column: pa.ChunkedArray, options: ReadOptions, notes: Notes, path: str
) -> Settled:
    said = options.kinds.get(name)
    if pa.types.is_boolean(column.type):
        return Settled(as_boolean(column.cast(pa.float64()).to_numpy()), said or "boolean")
    whole_type = bool(pa.types.is_integer(column.type))
    if whole_type and len(column) > column.null_count:
        ends = pc.min_max(column).as_py()
        if max(abs(ends["min"]), abs(ends["max"])) >= EXACT:
            if said is None:
                notes.add("big_integers", name, count=len(column) - column.null_count)
                return Settled(to_text(column.cast(pa.large_string())), None, words("read.note.big_integers"))
            notes.warn("inexact", name)
            whole_type = False
    values: np.ndarray[Any, np.dtype[np.float64]] = column.cast(pa.float64(), safe=False).to_numpy()
    infinite = int(np.isinf(values).sum())
    if infinite:
        notes.warn("infinite", name, count=infinite, row=int(np.argmax(np.isinf(values))) + 1)
    holes = np.isnan(values)
    if whole_type and not holes.any():
        return Settled(pd.Series(values.astype("int64")), said or "integer")
    # pandas keeps whole numbers with gaps as floats, so that is what they are taken for.
    with np.errstate(invalid="ignore"):
        told = values[~holes]
        gapped = holes.any() and told.size and not infinite and bool(np.all(told == np.trunc(told)))
    check_kind(name, values, said, path)
    return Settled(from_float(values), said or ("integer" if whole_type or gapped else "number"))

"""A DataFrame as a raw table: copied, by position, every dtype that pandas has brought to an Arrow type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nbml.data.names import check_text
from nbml.data.raw import Notes, RawTable
from nbml.errors import ReadError
from nbml.spec.reading import shown


def read_frame(frame: pd.DataFrame, notes: Notes) -> RawTable:
    """Take the columns of a DataFrame; the index is not data and is left out.

    Raises
    ------
    ReadError
        NBML-R28 for several levels of column names, R27 for text that is no valid Unicode.
    """
    if isinstance(frame.columns, pd.MultiIndex):
        raise ReadError("NBML-R28", levels=frame.columns.nlevels)
    if not isinstance(frame.index, pd.RangeIndex):
        notes.add("index")
    raw = RawTable([str(name) for name in frame.columns], [], len(frame), typed=True)
    for position, name in enumerate(raw.names):
        series = frame.iloc[:, position]
        check_text(name, "DataFrame", "column", position + 1)
        if isinstance(series.dtype, pd.CategoricalDtype):
            raw.levels[position] = _levels(series)
        column, fault = _to_arrow(series, name)
        if fault:
            raw.faults[position] = fault
        raw.columns.append(column)
    return raw


def _levels(series: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(
        str(int(v)) if isinstance(v, float | np.floating) and float(v).is_integer() else str(v)
        for v in series.cat.categories
    )


def _to_arrow(series: pd.Series[Any], name: str) -> tuple[pa.ChunkedArray, str | None]:
    """The column in Arrow, and why it cannot be used where that is so."""
    if isinstance(series.dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series))
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        moments = series.dt.tz_convert(None).to_numpy().astype("datetime64[us]")
        return pa.chunked_array([pa.array(moments).cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))]), None
    if series.dtype.kind == "c":
        return _texts(series), "complex"
    if series.dtype == object:
        return _objects(series, name)
    try:
        array = pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, UnicodeEncodeError):
        for row, value in enumerate(series, start=1):
            check_text(str(value), "DataFrame", name, row)
        return _texts(series), str(series.dtype)
    if isinstance(array.type, pa.BaseExtensionType):
        return _texts(series), str(series.dtype)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]), None


def _objects(series: pd.Series[Any], name: str) -> tuple[pa.ChunkedArray, str | None]:
    """Python objects: one kind of scalar becomes its Arrow type, several become text, the rest is a fault."""
    values = [None if _is_missing(v) else v for v in series.tolist()]
    kinds = {type(v) for v in values if v is not None}
    for row, value in enumerate(values, start=1):
        if isinstance(value, str):
            check_text(value, "DataFrame", name, row)
    numbers = {int, float, Decimal, np.float64, np.int64}
    if kinds <= numbers:
        if kinds <= {int} and any(v is not None and abs(v) >= 1 << 53 for v in values):
            return _chunked([None if v is None else str(v) for v in values], pa.large_string()), None
        if kinds == {int}:
            return _chunked(values, pa.int64()), None
        return _chunked([None if v is None else float(v) for v in values], pa.float64()), None
    plain = {bool, np.bool_, str, dt.date, dt.datetime, pd.Timestamp}
    if kinds <= {bool, np.bool_} or kinds == {str} or kinds == {dt.date}:
        return _chunked(values, None), None
    if kinds <= {dt.datetime, pd.Timestamp}:
        try:
            zoned = any(v is not None and v.tzinfo is not None for v in values)
            return _to_arrow(pd.to_datetime(pd.Series(values, dtype=object), utc=zoned), name)
        except (ValueError, TypeError, OverflowError):
            return _texts(series), None
    if kinds <= numbers | plain:
        return _chunked([None if v is None else str(v) for v in values], pa.large_string()), None
    odd = next(kind for kind in kinds if kind not in numbers | plain)
    return _texts(series), odd.__name__


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _chunked(values: list[Any], kind: pa.DataType | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def _texts(series: pd.Series[Any]) -> pa.ChunkedArray:
    values = [None if _is_missing(v) else shown(str(v), 200) for v in series.tolist()]
    return _chunked(values, pa.large_string())

"""The column sheet of a normalised frame: what each column is, from its values and its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nbml.data.patterns import DATE, LEADING_ZERO, serial_date
from nbml.data.units import split_unit
from nbml.i18n import text as words
from nbml.spec.columns import Column, ColumnSheet, Kind, Role

MOST_LEVELS = 1_000
_FREE_TEXT_SHARE = 0.8
_FREE_TEXT_ROWS = 20
_NO_FEATURE: frozenset[str] = frozenset({"text", "date", "unsupported"})


def build_sheet(
    frame: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    notes: Mapping[str, str] | None = None,
    levels: Mapping[str, tuple[str, ...]] | None = None,
) -> ColumnSheet:
    """Describe every column of a frame of float64, int64, bool, text and datetime columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        Unique text names; missing values are NaN, None or NaT.
    kinds : mapping, optional
        Kinds already decided, by name; other text columns are told apart into category, date and text.
    notes : mapping, optional
        Why a kind was chosen, by name, in the user's language.
    levels : mapping, optional
        Levels in their declared order, by name; otherwise they are sorted, as numbers where all are.

    Returns
    -------
    ColumnSheet
        ``low`` and ``high`` in the column's own unit, infinities left out; shares in [0, 1].
    """
    return ColumnSheet(
        columns=tuple(
            _describe(
                str(name),
                position,
                frame.iloc[:, position],
                (kinds or {}).get(name),
                (notes or {}).get(name),
                (levels or {}).get(name),
            )
            for position, name in enumerate(frame.columns)
        )
    )


def _describe(
    name: str,
    position: int,
    series: pd.Series[Any],
    kind: Kind | None,
    note: str | None,
    declared: tuple[str, ...] | None,
) -> Column:
    label, unit = split_unit(name)
    n = len(series)
    missing = int(series.isna().sum())
    low = high = None
    unique: int
    found: tuple[str, ...] = ()
    if series.dtype.kind in "fib":
        values = series.to_numpy()
        told = values[np.isfinite(values)] if series.dtype.kind == "f" else values
        low, high = (float(told.min()), float(told.max())) if told.size else (None, None)
        unique = int(series.nunique())
        kind = kind or {"b": "boolean", "i": "integer"}.get(series.dtype.kind, "number")  # type: ignore[assignment]
    elif series.dtype.kind == "M":
        unique, kind = int(series.nunique()), "date"
    else:
        seen = pc.drop_null(pc.unique(pa.array(series, pa.large_string(), from_pandas=True)))
        unique = len(seen)
        if kind is None:
            kind, why = _text_kind(seen, n - missing)
            note = note or why
        if kind == "category":
            found = declared or _sorted_levels(seen)
            if len(found) > MOST_LEVELS:
                found, note = found[:MOST_LEVELS], note or words("read.note.many_levels", count=unique)
    assert kind is not None
    role: Role = "ignored" if kind in _NO_FEATURE or (n > 0 and missing == n) else "feature"
    if kind == "date":
        note = note or words("read.note.date")
    elif kind in {"integer", "number"} and (serial := serial_date(label, low, high)):
        note = note or words(f"read.note.{serial}")
    return Column(
        name=name,
        position=position,
        kind=kind,
        role=role,
        label=label,
        unit=unit,
        n_unique=unique,
        missing_share=missing / n if n else 0.0,
        low=low,
        high=high,
        levels=found,
        note=note,
    )


def _text_kind(seen: pa.Array, told: int) -> tuple[Kind, str | None]:
    if len(seen) and _are_dates(seen):
        return "date", None
    if told >= _FREE_TEXT_ROWS and len(seen) > _FREE_TEXT_SHARE * told:
        return "text", words("read.note.free_text", unique=len(seen), rows=told)
    return "category", None


def _are_dates(seen: pa.Array) -> bool:
    """Whether at least 19 of 20 distinct values are dates or times of day; a few are looked at first."""
    if (
        not pc.match_substring_regex(seen[:1], DATE)[0].as_py()
        and not pc.any(pc.match_substring_regex(seen[:20], DATE)).as_py()
    ):
        return False
    return bool(pc.mean(pc.cast(pc.match_substring_regex(seen, DATE), pa.float64())).as_py() >= 0.95)


def _sorted_levels(seen: pa.Array) -> tuple[str, ...]:
    levels = sorted(str(level) for level in seen.to_pylist())
    if any(pc.match_substring_regex(seen, LEADING_ZERO).to_pylist()):
        return tuple(levels)
    try:
        return tuple(sorted(levels, key=lambda level: (float(level), level)))
    except ValueError:
        return tuple(levels)

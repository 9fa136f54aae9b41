"""What may be handed over as rows to predict, brought to one table whose columns are found by name.

Owns the list of accepted shapes and the matching of names; knows nothing of what stands in the cells.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from nbml.errors import PredictError
from nbml.ml.cells import printable

Rows = pd.DataFrame | pd.Series | Mapping[Any, Any] | Sequence[Mapping[Any, Any]]
"""A DataFrame, a list of dicts, a dict of lists or scalars, or a Series that is one row."""

SUGGESTED_FOR = 20
COMPARED_CHARACTERS = 100


def to_frame(rows: Rows, expected: Sequence[str] = ()) -> pd.DataFrame:
    """Bring rows to a DataFrame; one that is given is taken as it is.

    Parameters
    ----------
    rows : DataFrame, Series, dict or list of dict
        A Series is one row whose name becomes the index; a dict holds lists of equal length, scalars that
        stand for all rows, or scalars only (one row); in a list of dicts a key that a row lacks is missing.
        Lists are taken by position, never joined on an index.
    expected : sequence of str
        The columns that an empty list has.

    Raises
    ------
    PredictError
        NBML-P03 for anything else, NBML-P04 for several header levels, NBML-P08 for lists of unequal length
        or nested values.
    """
    if isinstance(rows, pd.DataFrame):
        if isinstance(rows.columns, pd.MultiIndex):
            raise PredictError("NBML-P04", levels=rows.columns.nlevels)
        return rows
    if isinstance(rows, pd.Series):
        if isinstance(rows.index, pd.MultiIndex):
            raise PredictError("NBML-P04", levels=rows.index.nlevels)
        return _one_row(rows.index.to_list(), rows.to_list(), rows.name)
    if isinstance(rows, Mapping):
        return _from_columns(rows)
    if isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row) if rows else expected)
        return pd.DataFrame(
            {k: _cells([row.get(name) for row in rows]) for k, name in enumerate(names)},
            index=pd.RangeIndex(len(rows)),
        ).set_axis(pd.Index(names, dtype=object), axis=1)
    raise PredictError("NBML-P03", given=type(rows).__name__)


def find_columns(
    frame: pd.DataFrame, names: Sequence[str], optional: Iterable[str]
) -> tuple[dict[str, int], list[str]]:
    """Find where the wanted columns stand, by the text of their names, and the names nobody asked for.

    Raises
    ------
    PredictError
        NBML-P01 naming every missing column at once, with similar names the table does have; NBML-P02 for a
        wanted name that stands for several columns.
    """
    given = [str(name) for name in frame.columns]
    places = {name: k for k, name in enumerate(given)}
    wanted = set(names)
    extra = [name for name in places if name not in wanted]
    needed = wanted - set(optional)
    missing = [name for name in names if name in needed and name not in places]
    if missing:
        raise PredictError("NBML-P01", columns=missing, suggestions=_similar(missing, extra) or "–")
    repeated = [name for name, n in Counter(given).items() if n > 1 and name in wanted]
    if repeated:
        raise PredictError("NBML-P02", columns=repeated)
    return {name: places[name] for name in names if name in places}, extra


def _one_row(names: list[Any], values: list[Any], label: Any) -> pd.DataFrame:
    index = pd.RangeIndex(1) if label is None else pd.Index([label])
    frame = pd.DataFrame({k: _cells([value]) for k, value in enumerate(values)}).set_axis(index, axis=0)
    return frame.set_axis(pd.Index(names, dtype=object), axis=1)


def _from_columns(columns: Mapping[Any, Any]) -> pd.DataFrame:
    lists: dict[Any, list[Any]] = {}
    for name, values in columns.items():
        if isinstance(values, list | tuple | pd.Series | pd.Index | ExtensionArray) or (
            isinstance(values, np.ndarray) and values.ndim == 1
        ):
            lists[name] = list(values)
        elif isinstance(values, Mapping | set | np.ndarray | pd.DataFrame):
            raise PredictError("NBML-P08", column=str(name), given=type(values).__name__)
    lengths = {name: len(values) for name, values in lists.items()}
    n_rows = next(iter(lengths.values()), 1)
    for name, length in lengths.items():
        if length != n_rows:
            raise PredictError("NBML-P08", column=str(name), given=f"{length} ≠ {n_rows}")
    cells = {
        k: _cells(lists[name] if name in lists else [value] * n_rows)
        for k, (name, value) in enumerate(columns.items())
    }
    return pd.DataFrame(cells, index=pd.RangeIndex(n_rows)).set_axis(
        pd.Index(list(columns), dtype=object), axis=1
    )


def _cells(values: list[Any]) -> pd.Series[Any]:
    """Hold Python values as they are: what they mean is the reader's to say, not pandas'."""
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return pd.Series(cells, dtype=object)


def _similar(missing: Sequence[str], given: Sequence[str]) -> list[str]:
    """Pair ``missing ← given`` for missing names that look like a name of the table."""
    known: dict[str, str] = {}
    for name in given:
        known.setdefault(_folded(name), name)
    return [
        f"{printable(name)} ← {printable(known[close])}"
        for name in missing[:SUGGESTED_FOR]
        for close in get_close_matches(_folded(name), known, n=1, cutoff=0.7)
    ]


def _folded(name: str) -> str:
    """Bring a name to what the eye compares: width, case and blanks aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())[:COMPARED_CHARACTERS]

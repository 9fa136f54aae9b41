"""The table of a prediction run as a view asks for it: any window, sorted by a column, some rows only.

Only the column that is sorted by is read whole; the rest is read where it is looked at.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nbml.jobs.batch import FAR
from nbml.spec.messages.predict_room import MOST_CELLS, PredictedColumn, PredictedRows
from nbml.spec.prediction import PredictionRecord
from nbml.spec.reading import shown

Only = Literal["all", "flagged", "far", "usual"]
_WIDTH = 200


class PredictedTable:
    """The table of one run; remembers the order it was last asked for.

    Parameters
    ----------
    path : Path
        Its Parquet file.
    record : PredictionRecord
    """

    def __init__(self, path: Path, record: PredictionRecord) -> None:
        self.path, self.record = path, record
        self._file = pq.ParquetFile(path, memory_map=True)
        self._schema: pa.Schema = self._file.schema_arrow
        self._ends = np.cumsum(
            [self._file.metadata.row_group(k).num_rows for k in range(self._file.metadata.num_row_groups)]
        )
        self._order: tuple[tuple[int | None, bool, Only], NDArray[np.int64]] | None = None

    @property
    def columns(self) -> tuple[PredictedColumn, ...]:
        """Names and what is in them."""
        answers = set(self.record.answers)
        return tuple(
            PredictedColumn(
                name=field.name, is_number=_is_number(field.type), is_answer=field.name in answers
            )
            for field in self._schema
        )

    def window(
        self,
        start: int,
        count: int,
        first_column: int,
        columns: int,
        *,
        sort: int | None = None,
        descending: bool = False,
        only: Only = "all",
    ) -> PredictedRows:
        """Some rows of some columns; at most 6,000 cells.

        Parameters
        ----------
        start, count : int
            Rows in the order asked for.
        first_column, columns : int
        sort : int, optional
            Place of the column to sort by; missing values come last either way, equal ones as in the table.
        descending : bool
        only : {"all", "flagged", "far", "usual"}
            usual: neither flagged nor far.
        """
        order = self._ordered(sort, descending, only)
        places = range(first_column, min(first_column + columns, len(self._schema)))
        rows = order[start : start + min(count, max(MOST_CELLS // max(len(places), 1), 1))]
        table = self._take(rows)
        cells = [_cells(table.column(place)) for place in places]
        return PredictedRows(
            total=len(order),
            start=start,
            first_column=first_column,
            rows=tuple(rows.tolist()),
            cells=tuple(zip(*cells, strict=True)) if cells else ((),) * len(rows),
        )

    def _take(self, rows: NDArray[np.int64]) -> pa.Table:
        """Rows by position, from the row groups they lie in."""
        groups = np.searchsorted(self._ends, rows, side="right")
        pieces = []
        begins = np.concatenate([[0], self._ends])
        for group in np.unique(groups):
            held = self._file.read_row_group(int(group))
            pieces.append(held.take(pa.array(rows[groups == group] - begins[group])))
        if not pieces:
            return self._schema.empty_table()
        back = np.argsort(np.argsort(groups, kind="stable"), kind="stable")
        return pa.concat_tables(pieces).take(pa.array(back))

    def _ordered(self, sort: int | None, descending: bool, only: Only) -> NDArray[np.int64]:
        asked = (sort, descending, only)
        known = self._order
        if known is not None and known[0] == asked:
            return known[1]
        rows = np.arange(self._file.metadata.num_rows, dtype=np.int64)
        if only != "all":
            flagged = self._column("flags").ne("").to_numpy(bool)
            far = (
                self._column("distance").to_numpy(np.float64) >= FAR
                if self.record.far is not None
                else np.zeros(len(rows), dtype=bool)
            )
            rows = rows[{"flagged": flagged, "far": far, "usual": ~flagged & ~far}[only]]
        if sort is not None and sort < len(self._schema):
            values = self._column(self._schema.field(sort).name).iloc[rows].reset_index(drop=True)
            rows = rows[values.sort_values(ascending=not descending, kind="stable").index.to_numpy()]
        self._order = (asked, rows)
        return rows

    def _column(self, name: str) -> pd.Series[Any]:
        table = ds.dataset(self.path).to_table(columns={"it": ds.field(name)})
        column: pd.Series[Any] = table.column(0).to_pandas()
        return column


def _cells(column: pa.ChunkedArray) -> list[float | str | None]:
    if _is_number(column.type):
        return [_number(value) for value in column.to_pylist()]
    return [None if value is None else shown(str(value), _WIDTH) for value in column.to_pylist()]


def _number(value: float | None) -> float | str | None:
    if value is None or np.isnan(value):
        return None
    return float(value) if np.isfinite(value) else ("∞" if value > 0 else "−∞")


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))

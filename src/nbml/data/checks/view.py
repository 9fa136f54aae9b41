"""A table as the checks see it: numbers as float64, categories as codes, by position and converted once.

Takes any pandas dtype (nullable, Arrow, sparse, object) and never the index; the frame is not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nbml.errors import DataError
from nbml.spec.columns import ColumnSheet, Kind

if TYPE_CHECKING:
    import pandas as pd

NUMERIC: frozenset[Kind] = frozenset({"number", "integer", "boolean"})
USABLE: frozenset[Kind] = NUMERIC | {"category"}

Numbers = NDArray[np.float64]

LARGEST = float(np.finfo(np.float32).max)
"""Models hold features and targets in single precision."""


def as_numbers(values: pd.Series[Any]) -> Numbers:
    """Values as float64, missing ones as NaN.

    Raises
    ------
    DataError
        NBML-D68 with the first value that is not a number.
    """
    import pandas as pd

    values = _dense(values)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    present = values.notna().to_numpy()
    numbers = np.full(len(values), np.nan)
    things = values.to_numpy(dtype=object)
    for row in np.flatnonzero(present):
        try:
            numbers[row] = float(things[row])
        except (TypeError, ValueError):
            shown = str(things[row])[:40]
            raise DataError("NBML-D68", column=str(values.name), row=int(row) + 1, value=shown) from None
    return numbers


def held(values: Numbers) -> Numbers:
    """Take what single precision cannot hold, infinity with it, as missing."""
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


@dataclass(frozen=True, eq=False)
class TrainingView:
    """The columns of one training job."""

    frame: pd.DataFrame
    sheet: ColumnSheet
    targets: tuple[str, ...]
    features: tuple[str, ...]
    group: str | None
    fold_column: str | None
    missing_target: Literal["refuse", "drop"] = "refuse"

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.frame)

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Mask of the rows to train on: where rows without a target are left out, those that have one."""
        if self.missing_target == "refuse" or not self.target_numbers:
            return np.ones(self.n_rows, dtype=bool)
        usable = np.zeros(self.n_rows, dtype=bool)
        for y in self.target_numbers.values():
            usable |= ~np.isnan(y)
        return usable

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        """Numeric features, missing values as NaN."""
        return {
            name: as_numbers(self.frame[name]) for name in self.features if self.sheet[name].kind in NUMERIC
        }

    @cached_property
    def target_numbers(self) -> dict[str, Numbers]:
        """Numeric targets, missing values as NaN."""
        return {
            name: as_numbers(self.frame[name]) for name in self.targets if self.sheet[name].kind in NUMERIC
        }

    @cached_property
    def levels(self) -> dict[str, tuple[NDArray[np.intp], Sequence[Any]]]:
        """Category features: code of each row (-1 where missing) and the levels as they stand."""
        return {name: self.codes(name) for name in self.features if self.sheet[name].kind not in NUMERIC}

    def codes(self, name: str) -> tuple[NDArray[np.intp], Sequence[Any]]:
        """Code of each row of a column, -1 where missing, and its distinct values by first appearance."""
        import pandas as pd

        codes, distinct = pd.factorize(_dense(self.frame[name]))
        return codes.astype(np.intp), list(distinct)


def _dense(values: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    is_sparse = isinstance(values.dtype, pd.SparseDtype)
    return pd.Series(np.asarray(values), name=values.name) if is_sparse else values

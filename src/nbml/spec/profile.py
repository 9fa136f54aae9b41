"""How the values of one column are distributed, small enough to stand in a table's header."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbml.spec.base import Strict


class LevelCount(Strict):
    """A value of a column and the rows that hold it."""

    level: str
    rows: int = Field(ge=1)


class ColumnProfile(Strict):
    """One column: bars over its range, or its most frequent values."""

    position: int = Field(ge=0, description="Place of the column in the table, from 0.")
    shape: Literal["range", "levels", "empty"] = Field(description="range for numbers and times.")
    n_missing: int = Field(ge=0, description="Rows without a value.")
    n_infinite: int = Field(default=0, ge=0, description="Rows that are infinite; not in the bars.")
    edges: tuple[float, ...] = Field(
        default=(), description="Edges of the bars, one more than bars; ms since 1970 in UTC for times."
    )
    bars: tuple[int, ...] = Field(default=(), description="Rows in each bar.")
    quantiles: tuple[float, ...] = Field(
        default=(), description="Least, quartiles, greatest; ms since 1970 in UTC for times."
    )
    mean: float | None = Field(default=None, description="Of the finite values; null where it overflows.")
    spread: float | None = Field(default=None, description="Their standard deviation, n - 1.")
    levels: tuple[LevelCount, ...] = Field(default=(), description="The most frequent values.")
    n_levels: int = Field(default=0, ge=0, description="Distinct values.")

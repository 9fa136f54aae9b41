"""What training taught about one column, and how its values become one column of the matrix.

Owns levels, ranges and the flags that follow from them. Knows nothing of tables, dtypes or models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.models.base import Floats
from nbml.ml.notes import flag

Kind = Literal["number", "integer", "boolean", "category"]


@dataclass(frozen=True)
class Feature:
    """What was learnt of one column.

    Attributes
    ----------
    name : str
        The user's name for it, any text.
    kind : {"number", "integer", "boolean", "category"}
        A boolean is 0, 1 or missing; a category has levels.
    levels : tuple of str
        The texts of a category's levels; a level's code is its place here.
    low, high : float or None
        Least and greatest training value of a numeric feature; None where it had no value.
    had_missing : bool
        Whether a training row lacked it.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    had_missing: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no training row had a value: then predictions do not need the column either."""
        return self.low is None and not self.levels

    @classmethod
    def learn(cls, name: str, kind: Kind, values: NDArray[Any], order: Sequence[str] = ()) -> Feature:
        """Learn from level texts (None missing) of a category, else from float64 (NaN missing).

        Levels named in `order` come first, then the others: numbers by value, then texts by code point.
        """
        if kind == "category":
            seen = {value for value in values if value is not None}
            named = [level for level in dict.fromkeys(order) if level in seen]
            levels = (*named, *sorted(seen.difference(named), key=_level_order))
            return cls(name, kind, levels, had_missing=any(value is None for value in values))
        known = values[~np.isnan(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
        return cls(name, kind, (), low, high, len(known) < len(values))

    def encode(self, values: NDArray[Any]) -> tuple[Floats, dict[str, NDArray[np.bool_]]]:
        """Values, given as to ``learn``, as a column of the matrix, and the rows of every flag they raise."""
        if self.kind == "category":
            codes: Mapping[str | None, float] = {level: float(k) for k, level in enumerate(self.levels)} | {
                None: np.nan
            }
            column = np.array([codes.get(value, -1.0) for value in values], dtype=np.float64)
            odd, name = column < 0, flag("unseen", self.name)
        else:
            column = values
            low, high = (np.inf, -np.inf) if self.low is None or self.high is None else (self.low, self.high)
            odd, name = (column < low) | (column > high), flag("outside", self.name)
        lacking = np.isnan(column)
        raised = {name: odd} if odd.any() else {}
        if not self.had_missing and lacking.any():
            raised[flag("missing", self.name)] = lacking
        return (np.where(odd, np.nan, column) if self.kind == "category" else column), raised

    def to_dict(self) -> dict[str, Any]:
        """Return the feature as plain JSON values."""
        return {**asdict(self), "levels": list(self.levels)}

    @classmethod
    def from_dict(cls, said: Any, place: str) -> Feature:
        """Invert ``to_dict``; `place` is named in the error.

        Raises
        ------
        ModelError
            NBML-M57 for anything that ``to_dict`` does not write.
        """
        require(isinstance(said, dict) and said.keys() == cls.__dataclass_fields__.keys(), place)
        name, kind, levels, low, high = (said[key] for key in ("name", "kind", "levels", "low", "high"))
        require(isinstance(name, str), f"{place}.name")
        require(kind in get_args(Kind), f"{place}.kind")
        require(isinstance(levels, list) and all(isinstance(one, str) for one in levels), f"{place}.levels")
        require(len(set(levels)) == len(levels) and (kind == "category" or not levels), f"{place}.levels")
        require(isinstance(said["had_missing"], bool), f"{place}.had_missing")
        if low is not None or high is not None:
            require(kind != "category" and _is_finite(low) and _is_finite(high), f"{place}.low")
            require(low <= high, f"{place}.low")
            low, high = float(low), float(high)
        return cls(name, kind, tuple(levels), low, high, said["had_missing"])


def require(holds: bool, place: str) -> None:
    """Refuse a stored encoder that says something impossible at `place`."""
    if not holds:
        raise ModelError("NBML-M57", place=place)


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _level_order(level: str) -> tuple[bool, float, str]:
    try:
        value = float(level)
    except ValueError:
        return True, 0.0, level
    return (False, value, level) if isfinite(value) else (True, 0.0, level)

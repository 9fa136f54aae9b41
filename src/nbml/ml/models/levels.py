"""What every family is shown of a matrix: the levels it learnt, and numbers it can hold.

Owns the one rule for all families: a level that the training part does not hold is missing, an
infinite value is refused, a number beyond the range of float32 is cut to it. Knows no library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbml.errors import ModelError
from nbml.ml.models.base import Floats, Layout

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Levels:
    """The columns of a training part and the levels seen there.

    Attributes
    ----------
    layout : Layout
        What the columns are.
    seen : mapping of int to ndarray of bool, shape (n_levels,)
        For each categorical column, which of its levels the training part holds.
    """

    layout: Layout
    seen: Mapping[int, NDArray[np.bool_]]

    @classmethod
    def learn(cls, X: Floats, layout: Layout) -> Levels:
        """The levels of the training part ``X``, shape (n_rows, n_features)."""
        seen = {}
        for j in layout.categorical:
            codes = X[:, j]
            seen[j] = np.zeros(layout.n_levels[j], dtype=bool)
            seen[j][codes[_is_code(codes, layout.n_levels[j])].astype(np.intp)] = True
        return cls(layout, seen)

    def clean(self, X: Floats) -> Floats:
        """A copy of ``X`` fit for the model: C-ordered float64, levels not seen set to NaN.

        Raises
        ------
        ModelError
            NBML-M04 where the number of columns differs, NBML-M02 for an infinite value.
        """
        X = np.array(X, dtype=np.float64, order="C", ndmin=2)
        if X.shape[1] != self.layout.n_features:
            raise ModelError("NBML-M04", expected=self.layout.n_features, found=X.shape[1])
        if np.isinf(X).any():
            row, column = np.argwhere(np.isinf(X))[0].tolist()
            raise ModelError("NBML-M02", row=row, column=column)
        for j, seen in self.seen.items():
            codes = X[:, j]
            known = _is_code(codes, seen.size)
            known[known] = seen[codes[known].astype(np.intp)]
            codes[~known] = np.nan
        return np.clip(X, -LARGEST, LARGEST, out=X)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `from_json`."""
        return {
            "n_levels": list(self.layout.n_levels),
            "seen": {str(j): np.flatnonzero(seen).tolist() for j, seen in self.seen.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Levels:
        """Levels as `to_json` wrote them."""
        layout = Layout(tuple(int(n) for n in value["n_levels"]))
        seen = {j: np.zeros(layout.n_levels[j], dtype=bool) for j in layout.categorical}
        for j, codes in value["seen"].items():
            seen[int(j)][codes] = True
        return cls(layout, seen)


def _is_code(codes: Floats, n_levels: int) -> NDArray[np.bool_]:
    """Where a column holds one of the codes 0 .. n_levels - 1; NaN does not."""
    is_code: NDArray[np.bool_] = (codes >= 0) & (codes < n_levels) & (codes == np.floor(codes))
    return is_code

"""Where predictions are constant: trees cut every input into cells, and rows of one box predict the same.

Owns the map from positions to cells. Where models do not say (a network), every position is its own cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints

FINE_CELLS = 20
"""A neighbour on an input without cells lies up to so large a part of the range away."""


class Cells:
    """The cells of each input.

    Parameters
    ----------
    space : Space
    thresholds : list of (ndarray or None)
        As ``Surrogate.thresholds``.
    """

    def __init__(self, space: Space, thresholds: list[Floats | None]) -> None:
        self._space = space
        self.ends: list[Ints | None] = []
        """Last position of each cell but the last one."""
        for variable, cuts in zip(space.variables, thresholds, strict=True):
            if cuts is None or variable.is_category:
                self.ends.append(None)
                continue
            last = variable.at_most(np.floor(np.asarray(cuts) * variable.scale + 1e-9).astype(np.int64))
            last = np.unique(last)
            self.ends.append(last[(last >= 0) & (last < variable.count - 1)])

    def of(self, positions: Ints) -> Ints:
        """The cell of each position; equal rows of cells predict the same."""
        out = positions.copy()
        for i, ends in enumerate(self.ends):
            if ends is not None:
                out[:, i] = np.searchsorted(ends, positions[:, i], side="left")
        return out

    def box(self, positions: Ints, i: int) -> tuple[Ints, Ints]:
        """First and last position of the cell that each row has on an input."""
        ends = self.ends[i]
        if ends is None:
            return positions[:, i], positions[:, i]
        cell = np.searchsorted(ends, positions[:, i], side="left")
        first = np.concatenate([[0], ends + 1])[cell]
        last = np.concatenate([ends, [self._space.variables[i].count - 1]])[cell]
        return first, last

    def beside(self, positions: Ints, i: int, up: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
        """A position in the next cell of each row on an input, upwards or downwards; levels: any other."""
        variable, at = self._space.variables[i], positions[:, i]
        if variable.is_category:
            return ((at + rng.integers(1, max(variable.count, 2), size=len(at))) % variable.count).astype(
                float
            )
        if self.ends[i] is None:
            most = max((variable.count - 1) / FINE_CELLS, 1.0)
            step = np.maximum(np.rint(most ** rng.random(len(at))), 1.0)
            return np.where(up, at + step, at - step)
        first, last = self.box(positions, i)
        beyond = np.where(up, last + 1, first - 1)
        probe = positions.copy()
        probe[:, i] = np.clip(beyond, 0, variable.count - 1)
        low, high = self.box(probe, i)
        inside = low + rng.random(len(at)) * (high - low)
        return np.where((beyond < 0) | (beyond > variable.count - 1), beyond, inside)

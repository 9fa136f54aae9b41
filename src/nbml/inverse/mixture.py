"""Parts on one grid that sum to a total: the nearest such point to any point, exactly, for many rows at once.

Owns the projection; memory is that of the rows, whatever the number of grid points of the simplex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HALVINGS = 45


@dataclass(frozen=True, eq=False)
class Mixture:
    """Positions of some inputs that sum to a total.

    Attributes
    ----------
    columns : ndarray of int, shape (n_parts,)
        Where the parts stand.
    total : int
        Sum of their positions.
    """

    columns: NDArray[np.intp]
    total: int

    def project(self, wanted: Floats, low: Ints, high: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The grid point nearest to what is wanted.

        The Euclidean projection on the simplex cut by bounds (one shift for all parts, found by bisection),
        then largest remainders. Where a row's bounds leave no point it is clipped and said so.

        Parameters
        ----------
        wanted : ndarray of float64, shape (n_rows, n_parts)
            Positions, not whole.
        low, high : ndarray of int64, shape (n_rows, n_parts)
            Inclusive bounds of each row.

        Returns
        -------
        positions : ndarray of int64, shape (n_rows, n_parts)
        fits : ndarray of bool, shape (n_rows,)
        """
        fits = (low.sum(axis=1) <= self.total) & (self.total <= high.sum(axis=1)) & (low <= high).all(axis=1)
        below, above = (low - wanted).min(axis=1), (high - wanted).max(axis=1)
        for _ in range(HALVINGS):
            shift = (below + above) / 2
            short = np.clip(wanted + shift[:, None], low, high).sum(axis=1) < self.total
            below, above = np.where(short, shift, below), np.where(short, above, shift)
        exact = np.clip(wanted + above[:, None], low, high)
        whole = np.clip(np.floor(exact + 1e-9), low, high).astype(np.int64)
        missing = np.where(fits, self.total - whole.sum(axis=1), 0)
        rank = np.argsort(-(exact - whole), axis=1, kind="stable")
        for sign, room in ((1, high - whole), (-1, whole - low)):
            left = np.maximum(missing * sign, 0)
            while (left > 0).any():
                free = np.take_along_axis(room > 0, rank, axis=1)
                place = np.cumsum(free, axis=1)
                give = free & (place <= left[:, None])
                step = np.zeros_like(whole)
                np.put_along_axis(step, rank, give.astype(np.int64), axis=1)
                whole += sign * step
                room -= step
                left -= give.sum(axis=1)
        return whole, fits

"""Pairs of columns whose sum or difference is the target, but for a constant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from nbml.data.checks.finding import SHOWN
from nbml.data.checks.view import Numbers

EXPLAINED = 0.9999
"""R2 from which a pair gives the target away; stricter than for one column, since there are many pairs."""

_FEWEST = 10
_SAMPLE = 4_000


@dataclass(frozen=True)
class Pair:
    """``y = ±a ± b + c`` in `rows` rows; `signs` are 1 or -1."""

    names: tuple[str, str]
    signs: tuple[int, int]
    offset: float
    rows: int

    @property
    def formula(self) -> str:
        """The right-hand side, as a person would write it."""
        (a, b), (s, t) = self.names, self.signs
        words = f"{'−' if s < 0 else ''}{a} {'−' if t < 0 else '+'} {b}"
        return words + (f" {'−' if self.offset < 0 else '+'} {abs(self.offset):.4g}" if self.offset else "")


def find_sums(y: Numbers, columns: Mapping[str, Numbers]) -> list[Pair]:
    """Find the first few pairs.

    If y = u + v, then cov(y, u) + cov(y, v) = var(y), so one of the two carries at least half of it. Only
    such columns are tried as u, each against all others at once, on a sample of the rows; what is found
    there is verified on all. Linear in the number of columns but for those that carry the target.

    Parameters
    ----------
    y : ndarray of float64, shape (n_rows,)
        Missing values are NaN, here and in the columns; none is infinite.
    columns : mapping of str to ndarray of float64, shape (n_rows,)
    """
    names = list(columns)
    rows = np.flatnonzero(~np.isnan(y))
    if len(names) < 2 or rows.size < _FEWEST:
        return []
    rows = rows[:: 1 + rows.size * (1 + len(names) // 50) // _SAMPLE]
    X = np.column_stack([columns[name][rows] for name in names])
    centred = y[rows] - y[rows].mean()
    found: dict[frozenset[tuple[int, int]], Pair] = {}
    for i, s in _carriers(centred, X):
        for j, t in _partners(centred - s * X[:, i], X, float(np.mean(np.square(centred)))):
            key = frozenset({(i, s), (j, t)})
            if i != j and key not in found:
                (a, s1), (b, t1) = sorted(key, key=lambda part: (-part[1], part[0]))
                pair = _verified(y, (names[a], names[b]), (s1, t1), columns)
                if pair is not None:
                    found[key] = pair
            if len(found) == SHOWN:
                return list(found.values())
    return list(found.values())


def _carriers(y: Numbers, X: Numbers) -> Iterator[tuple[int, int]]:
    """Columns, with a sign, that covary with y by half its variance; a little less, for the sample's sake."""
    present = ~np.isnan(X)
    means = np.nansum(X, axis=0) / np.maximum(present.sum(axis=0), 1)
    shared = np.nansum((X - means) * y[:, None], axis=0)
    limit = 0.45 * (np.square(y) @ present)
    for i in np.flatnonzero((np.abs(shared) > limit) & (limit > 0)):
        yield int(i), 1 if shared[i] > 0 else -1


def _partners(rest: Numbers, X: Numbers, variance: float) -> Iterator[tuple[int, int]]:
    for t in (1, -1):
        left = rest[:, None] - t * X
        count = (~np.isnan(left)).sum(axis=0)
        left -= np.nansum(left, axis=0) / np.maximum(count, 1)
        unexplained = np.nansum(np.square(left), axis=0) / np.maximum(count, 1)
        for j in np.flatnonzero((unexplained < 10 * (1 - EXPLAINED) * variance) & (2 * count > rest.size)):
            yield int(j), t


def _verified(
    y: Numbers, names: tuple[str, str], signs: tuple[int, int], columns: Mapping[str, Numbers]
) -> Pair | None:
    left = y - signs[0] * columns[names[0]] - signs[1] * columns[names[1]]
    known = ~np.isnan(left)
    if np.var(left[known]) > (1 - EXPLAINED) * np.var(y[known]):
        return None
    offset = float(left[known].mean())
    offset = offset if abs(offset) > 1e-6 * np.std(y[known]) else 0.0
    return Pair(names, signs, offset, int(np.count_nonzero(known)))

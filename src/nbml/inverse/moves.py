"""Steps that keep a feasible row feasible: one free input, or several whose sums stay as they are.

Owns the exact interval of every step from bounds and linear rows. All arithmetic is on integers, so what held
before holds afterwards to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from nbml.inverse.variables import Floats, Ints, Variable

MOST_SUPPORTS = 3_000
FAR = 2**61


@dataclass(frozen=True, eq=False)
class Row:
    """``low <= sum of factor * integers(position) <= high`` in exact integers.

    Attributes
    ----------
    columns : ndarray of int
        The inputs.
    factors : ndarray of int64
        Their factors, on the exact integers of each variable.
    low, high : int
        Bounds, ``-FAR`` and ``FAR`` for none.
    constraint : int
        Which constraint of the space it belongs to.
    unit : float
        What 1 is in the user's units.
    """

    columns: NDArray[np.intp]
    factors: Ints
    low: int
    high: int
    constraint: int
    unit: float

    def sums(self, integers: Ints) -> Ints:
        """The sum for each row of exact integers."""
        return integers[:, self.columns] @ self.factors

    @property
    def is_equality(self) -> bool:
        """Whether the sum is one number."""
        return self.low == self.high


@dataclass(frozen=True, eq=False)
class Move:
    """A step of several inputs, in positions."""

    columns: NDArray[np.intp]
    steps: Ints


def find_moves(variables: tuple[Variable, ...], rows: list[Row]) -> list[Move]:
    """Elementary integer steps that keep every equality among `rows`, then one step for each free input.

    Steps of smallest support: two inputs of one equality, three where two equalities meet, and so on.
    """
    equalities = [row for row in rows if row.is_equality]
    bound = sorted({int(c) for row in equalities for c in row.columns if not variables[c].is_fixed})
    matrix = [
        {int(c): int(f) * variables[c].step for c, f in zip(row.columns, row.factors, strict=True)}
        for row in equalities
    ]
    moves: list[Move] = []
    seen: set[tuple[tuple[int, int], ...]] = set()
    tried = 0
    meet = any(sum(c in row for row in matrix) > 1 for c in bound)
    for size in range(2, min(len(equalities) + 1 if meet else 2, len(bound)) + 1):
        for support in combinations(bound, size):
            tried += 1
            if tried > MOST_SUPPORTS:
                break
            touched = [row for row in matrix if any(c in row for c in support)]
            vector = _kernel([[row.get(c, 0) for c in support] for row in touched])
            if vector is not None and all(vector):
                key = tuple(zip(support, vector, strict=True))
                if key not in seen:
                    seen.add(key)
                    moves.append(Move(np.array(support), np.array(vector, dtype=np.int64)))
    free = [i for i, v in enumerate(variables) if not (v.is_fixed or v.is_category or i in set(bound))]
    return moves + [Move(np.array([i]), np.array([1], dtype=np.int64)) for i in free]


def walk(
    positions: Ints,
    low: Ints,
    high: Ints,
    variables: tuple[Variable, ...],
    rows: list[Row],
    moves: list[Move],
    rng: np.random.Generator,
    *,
    wanted: Floats | None = None,
    sweeps: int = 1,
) -> Ints:
    """Walk feasible rows towards points that need not be feasible, or at random.

    Parameters
    ----------
    positions : ndarray of int64, shape (n_rows, n_variables)
        Feasible rows.
    low, high : ndarray of int64, same shape
        Bounds of each row.
    variables, rows, moves
        The space.
    rng : Generator
    wanted : ndarray of float64, same shape, optional
        Where to; every move goes as near as it may. At random if unset (hit and run on the lattice).
    sweeps : int
        How often each move is tried.

    Returns
    -------
    ndarray of int64
        Feasible rows.
    """
    at = positions.copy()
    integers = np.column_stack(
        [v.integers(at[:, i]) if not v.is_category else at[:, i] for i, v in enumerate(variables)]
    )
    sums = [row.sums(integers) for row in rows]
    weight = 1.0 / np.maximum(np.array([v.count - 1.0 for v in variables]), 1.0) ** 2
    for _ in range(sweeps):
        for m in rng.permutation(len(moves)):
            columns, steps = moves[m].columns, moves[m].steps
            if len(columns) == 1:
                least, most = _room_of_one(int(columns[0]), at, low, high, variables, rows, sums, integers)
            else:
                least, most = _room(columns, steps, at, low, high, variables, rows, sums)
            if wanted is None:
                step = rng.integers(np.minimum(least, most), most, endpoint=True)
            else:
                pull = ((wanted - at)[:, columns] * (steps * weight[columns])).sum(axis=1)
                step = np.rint(pull / (steps**2 * weight[columns]).sum()).astype(np.int64)
            step = np.where(least <= most, np.clip(step, least, np.maximum(least, most)), 0)
            at[:, columns] += step[:, None] * steps
            for i in columns:
                new = variables[i].integers(at[:, i])
                for row, total in zip(rows, sums, strict=True):
                    for c, f in zip(row.columns, row.factors, strict=True):
                        if c == i:
                            total += f * (new - integers[:, i])
                integers[:, i] = new
    return at


def _room(
    columns: NDArray[np.intp],
    steps: Ints,
    at: Ints,
    low: Ints,
    high: Ints,
    variables: tuple[Variable, ...],
    rows: list[Row],
    sums: list[Ints],
) -> tuple[Ints, Ints]:
    """How far each row may go along a step, backwards and forwards."""
    least, most = np.full(len(at), -FAR), np.full(len(at), FAR)
    for c, s in zip(columns, steps, strict=True):
        up, down = (high[:, c] - at[:, c]) // abs(s), (at[:, c] - low[:, c]) // abs(s)
        least = np.maximum(least, -(down if s > 0 else up))
        most = np.minimum(most, up if s > 0 else down)
    for row, total in zip(rows, sums, strict=True):
        factor = dict(zip(row.columns.tolist(), row.factors.tolist(), strict=True))
        rate = sum(
            factor.get(int(c), 0) * variables[c].step * int(s) for c, s in zip(columns, steps, strict=True)
        )
        if rate:
            a, b = row.low - total, row.high - total
            if rate < 0:
                a, b, rate = -b, -a, -rate
            least, most = np.maximum(least, -(-a // rate)), np.minimum(most, b // rate)
    return least, most


def _room_of_one(
    column: int,
    at: Ints,
    low: Ints,
    high: Ints,
    variables: tuple[Variable, ...],
    rows: list[Row],
    sums: list[Ints],
    integers: Ints,
) -> tuple[Ints, Ints]:
    """The same for a single input, which need not be a grid."""
    first, last = low[:, column], high[:, column]
    for row, total in zip(rows, sums, strict=True):
        for c, f in zip(row.columns, row.factors, strict=True):
            if c != column:
                continue
            rest = total - f * integers[:, column]
            a, b = row.low - rest, row.high - rest
            if f < 0:
                a, b = -b, -a
            size = abs(f)
            first = np.maximum(first, variables[column].at_least(-(-a // size)))
            last = np.minimum(last, variables[column].at_most(b // size))
    return first - at[:, column], last - at[:, column]


def _kernel(matrix: list[list[int]]) -> list[int] | None:
    """The primitive integer vector that spans the null space, where that is a line."""
    rows = [[Fraction(c) for c in row] for row in matrix]
    width = len(rows[0])
    pivots: list[int] = []
    for column in range(width):
        pivot = next((r for r in range(len(pivots), len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        k = len(pivots)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [c / rows[k][column] for c in rows[k]]
        for r in range(len(rows)):
            if r != k and rows[r][column]:
                rows[r] = [a - rows[r][column] * b for a, b in zip(rows[r], rows[k], strict=True)]
        pivots.append(column)
    free = [column for column in range(width) if column not in pivots]
    if len(free) != 1:
        return None
    vector = [Fraction(0)] * width
    vector[free[0]] = Fraction(1)
    for k, column in enumerate(pivots):
        vector[column] = -rows[k][free[0]]
    common = lcm(*(entry.denominator for entry in vector))
    whole = [int(entry * common) for entry in vector]
    shared = gcd(*whole)
    return [entry // shared for entry in whole]

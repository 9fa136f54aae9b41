"""All inputs with all exact constraints: which rows are feasible, and the bounds that a row's choices leave.

A row is integers, one position an input. Choices (levels, combinations, what is left out) set bounds for each
row; linear rows are checked in exact integers. Knows nothing of models or goals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nbml.errors import OptimizeError
from nbml.inverse.constraints import Combinations, Count, Exact, Linear, When
from nbml.inverse.constraints.choices import Allowed, Cell
from nbml.inverse.mixture import Mixture
from nbml.inverse.moves import FAR, Move, Row, find_moves
from nbml.inverse.variables import Floats, Ints, Variable

if TYPE_CHECKING:
    import pandas as pd

Flags = NDArray[np.bool_]


class Space:
    """Inputs and exact constraints.

    Parameters
    ----------
    variables : sequence of Variable
    constraints : sequence of Exact
        Mixtures, linear rows, counts, rules, combinations.

    Raises
    ------
    OptimizeError
        NBML-O19 for an input said twice, NBML-O35 for a constraint on what is no input or of the wrong kind,
        NBML-O36 for an equality over an input without regular steps, NBML-O37 for more digits than are exact.
    """

    def __init__(self, variables: Sequence[Variable], constraints: Sequence[Exact] = ()) -> None:
        self.variables = tuple(variables)
        self.constraints = tuple(constraints)
        self.index = {v.name: i for i, v in enumerate(self.variables)}
        if len(self.index) < len(self.variables):
            names = [v.name for v in self.variables]
            raise OptimizeError(
                "NBML-O19", place="inputs", column=next(n for n in names if names.count(n) > 1)
            )
        self.low = np.zeros(len(self.variables), dtype=np.int64)
        self.high = np.array([v.count - 1 for v in self.variables], dtype=np.int64)
        self.rows: list[Row] = []
        self.counts: list[tuple[int, NDArray[np.intp], Count]] = []
        self.rules: list[tuple[int, list[tuple[int, Ints]], list[tuple[int, Flags | tuple[int, int]]]]] = []
        self.tables: list[tuple[int, NDArray[np.intp], Ints, bool]] = []
        for number, constraint in enumerate(self.constraints):
            self._add(number, constraint)
        self.categories = np.array([i for i, v in enumerate(self.variables) if v.is_category], dtype=np.intp)
        self.numbers = np.array([i for i, v in enumerate(self.variables) if not v.is_category], dtype=np.intp)
        self.semi = np.array([i for i, v in enumerate(self.variables) if v.zero], dtype=np.intp)
        self.mixtures, self.others = self._mixtures()
        self.moves: list[Move] = find_moves(self.variables, self.rows) if self.rows else []

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def is_simple(self) -> bool:
        """Whether clipping and the projection of mixtures make any row feasible."""
        return not (self.others or self.counts or self.rules or self.tables or len(self.semi))

    def values(self, positions: Ints) -> Floats:
        """Values as doubles, levels as their place in ``Variable.levels``; shape (n_rows, n_variables)."""
        out = np.empty(positions.shape, dtype=np.float64)
        for i, variable in enumerate(self.variables):
            out[:, i] = variable.values(positions[:, i])
        return out

    def positions(self, values: Floats) -> Ints:
        """Nearest positions to values, each input for itself."""
        out = np.empty(values.shape, dtype=np.int64)
        for i, variable in enumerate(self.variables):
            out[:, i] = variable.positions(values[:, i])
        return out

    def frame(self, positions: Ints) -> pd.DataFrame:
        """Rows as people read them: numbers and level texts under the users' names."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {}
        for i, variable in enumerate(self.variables):
            at = positions[:, i]
            if variable.is_category:
                columns[variable.name] = np.array(variable.levels, dtype=object)[at]
            elif variable.scale == 1:
                columns[variable.name] = variable.integers(at)
            else:
                columns[variable.name] = variable.values(at)
        return pd.DataFrame(columns)

    def integers(self, positions: Ints) -> Ints:
        """Exact integers of all inputs (levels: their position)."""
        out = positions.copy()
        for i in self.numbers:
            out[:, i] = self.variables[i].integers(positions[:, i])
        return out

    def bounds(self, positions: Ints) -> tuple[Ints, Ints]:
        """Bounds that the choices of each row leave, same shape; where low > high nothing is left."""
        low, high = np.tile(self.low, (len(positions), 1)), np.tile(self.high, (len(positions), 1))
        fixed = [self.categories, *(columns for _, columns, _, _ in self.tables)]
        for columns in fixed:
            low[:, columns] = np.maximum(low[:, columns], positions[:, columns])
            high[:, columns] = np.minimum(high[:, columns], positions[:, columns])
        for i in self.semi:
            is_out = positions[:, i] == 0
            low[:, i] = np.where(is_out, low[:, i], np.maximum(low[:, i], self.variables[i].first))
            high[is_out, i] = 0
        for _, columns, count in self.counts:
            is_out = positions[:, columns] == 0
            high[:, columns] = np.where(is_out, 0, high[:, columns])
            if count.least:
                low[:, columns] = np.where(is_out, low[:, columns], np.maximum(low[:, columns], 1))
        for _, conditions, remains in self.rules:
            holds = self._holds(conditions, positions)
            for i, left in remains:
                if isinstance(left, tuple):
                    low[holds, i] = np.maximum(low[holds, i], left[0])
                    high[holds, i] = np.minimum(high[holds, i], left[1])
        return low, high

    def broken(self, positions: Ints) -> Flags:
        """Which constraints each row breaks, shape (n_rows, n_constraints + 1); the last are plain bounds."""
        out = np.zeros((len(positions), len(self.constraints) + 1), dtype=bool)
        out[:, -1] = ((positions < self.low) | (positions > self.high)).any(axis=1)
        for i in self.semi:
            out[:, -1] |= (positions[:, i] > 0) & (positions[:, i] < self.variables[i].first)
        if self.rows:
            integers = self.integers(np.clip(positions, 0, self.high))
            for row in self.rows:
                sums = row.sums(integers)
                out[:, row.constraint] |= (sums < row.low) | (sums > row.high)
        for number, columns, count in self.counts:
            present = (positions[:, columns] > 0).sum(axis=1)
            out[:, number] |= (present > count.most) | (present < count.least)
        for number, conditions, remains in self.rules:
            holds = self._holds(conditions, positions)
            for i, left in remains:
                at = positions[:, i]
                if isinstance(left, tuple):
                    out[:, number] |= holds & ((at < left[0]) | (at > left[1]))
                else:
                    out[:, number] |= holds & ~left[np.clip(at, 0, len(left) - 1)]
        for number, columns, table, only in self.tables:
            out[:, number] |= is_among(positions[:, columns], table) ^ only
        return out

    def is_feasible(self, positions: Ints) -> Flags:
        """Whether each row keeps every exact constraint."""
        return np.asarray(~self.broken(positions).any(axis=1))

    def _holds(self, conditions: list[tuple[int, Ints]], positions: Ints) -> Flags:
        holds = np.ones(len(positions), dtype=bool)
        for i, levels in conditions:
            holds &= np.isin(positions[:, i], levels)
        return holds

    def _add(self, number: int, constraint: Exact) -> None:
        for name in constraint.names:
            if name not in self.index:
                close = get_close_matches(name, self.index, n=1)
                raise OptimizeError(
                    "NBML-O30", place=constraint.place, column=name, close=close[0] if close else "–"
                )
        match constraint:
            case Linear():
                self._add_row(number, constraint)
            case Count():
                self._add_count(number, constraint)
            case When():
                self._add_rule(number, constraint)
            case Combinations():
                self._add_table(number, constraint)

    def _number(self, name: str, place: str) -> int:
        i = self.index[name]
        if self.variables[i].is_category:
            raise OptimizeError("NBML-O35", place=place, reason=name)
        return i

    def _add_row(self, number: int, said: Linear) -> None:
        columns = [self._number(name, said.place) for name in said.terms]
        used = [self.variables[i] for i in columns]
        for variable in used:
            if said.is_equality and variable.listed is not None:
                raise OptimizeError("NBML-O36", place=said.place, column=variable.name, constraint=said.label)
        for name in said.positive:
            i = self._number(name, said.place)
            self.low[i] = max(self.low[i], int(self.variables[i].at_least(np.array([1]))[0]))
        shares = [c / v.scale for c, v in zip(said.terms.values(), used, strict=True)]
        bounds = [b for b in (said.low, said.high) if b is not None]
        common = lcm(*(s.denominator for s in shares), *(b.denominator for b in bounds if said.is_equality))
        factors = [int(s * common) for s in shares]
        largest = sum(
            abs(f) * max(abs(int(x)) for x in v.integers(np.array([0, v.count - 1])))
            for f, v in zip(factors, used, strict=True)
        )
        if max([largest, *(int(abs(b * common)) for b in bounds)]) > 2**60:
            raise OptimizeError("NBML-O37", place=said.place, column=said.label, low="–", high="–")
        low = -FAR if said.low is None else ceil(said.low * common)
        high = FAR if said.high is None else floor(said.high * common)
        self.rows.append(
            Row(np.array(columns), np.array(factors, dtype=np.int64), low, high, number, 1 / common)
        )

    def _add_count(self, number: int, said: Count) -> None:
        columns = [self._number(name, said.place) for name in said.names]
        if said.most < said.least or said.most < 0:
            raise OptimizeError(
                "NBML-O01", place=said.place, column=said.label, low=said.least, high=said.most
            )
        self.counts.append((number, np.array(columns), said))
        for i in columns:
            if not self.variables[i].can_be_zero:
                raise OptimizeError("NBML-O41", place=said.place, column=self.variables[i].name)

    def _add_rule(self, number: int, said: When) -> None:
        conditions = []
        for name, levels in said.when.items():
            conditions.append((self.index[name], self._levels(name, levels, said.place)))
        remains = [
            (self.index[name], self._left(name, allowed, said.place)) for name, allowed in said.then.items()
        ]
        self.rules.append((number, conditions, remains))

    def _levels(self, name: str, levels: Sequence[str], place: str) -> Ints:
        variable = self.variables[self.index[name]]
        if not variable.is_category:
            raise OptimizeError("NBML-O35", place=place, reason=name)
        return np.array(
            [k for k, level in enumerate(variable.levels) if level in set(levels)], dtype=np.int64
        )

    def _left(self, name: str, allowed: Allowed, place: str) -> Flags | tuple[int, int]:
        variable = self.variables[self.index[name]]
        if allowed.levels is not None:
            return np.isin(np.arange(variable.count), self._levels(name, allowed.levels, place))
        self._number(name, place)
        low, high = 0, variable.count - 1
        if allowed.low is not None:
            low = int(variable.at_least(np.array([ceil(scaled(allowed.low, variable))]))[0])
        if allowed.high is not None:
            high = int(variable.at_most(np.array([floor(scaled(allowed.high, variable))]))[0])
        return low, high

    def _add_table(self, number: int, said: Combinations) -> None:
        columns = np.array([self.index[name] for name in said.names])
        rows = [self._tuple(columns, cells) for cells in said.rows]
        table = np.array(sorted({row for row in rows if row is not None}), dtype=np.int64)
        table = table.reshape(len(table), len(columns))
        if said.mode == "only" and not len(table):
            raise OptimizeError("NBML-O42", place=said.place, columns=list(said.names))
        self.tables.append((number, columns, table, said.mode == "only"))

    def _tuple(self, columns: NDArray[np.intp], cells: Sequence[Cell]) -> tuple[int, ...] | None:
        """Positions of a combination; None where one of its values is not among those of the input."""
        out = []
        for i, cell in zip(columns, cells, strict=True):
            variable = self.variables[i]
            if variable.is_category:
                if str(cell) not in variable.levels:
                    return None
                out.append(variable.levels.index(str(cell)))
            elif isinstance(cell, str) or cell != cell:
                return None
            else:
                at = int(variable.positions(np.array([float(cell)]))[0])
                if int(variable.integers(np.array([at]))[0]) != scaled(float(cell), variable):
                    return None
                out.append(at)
        return tuple(out)

    def _mixtures(self) -> tuple[list[Mixture], list[Row]]:
        """Equalities that projection solves, and the rows that are left."""
        equalities = [row for row in self.rows if row.is_equality]
        uses = np.zeros(len(self.variables), dtype=np.int64)
        for row in equalities:
            uses[row.columns] += 1
        mixtures, others = [], []
        for row in self.rows:
            rates = {
                int(f) * self.variables[i].step
                for i, f in zip(row.columns, row.factors, strict=True)
                if not self.variables[i].is_fixed
            }
            free = np.array([i for i in row.columns if not self.variables[i].is_fixed], dtype=np.intp)
            if row.is_equality and (uses[row.columns] == 1).all() and len(rates) == 1:
                rate = rates.pop()
                start = int(row.sums(self.integers(np.zeros((1, len(self.variables)), dtype=np.int64)))[0])
                if (row.low - start) % rate == 0:
                    mixtures.append(Mixture(free, (row.low - start) // rate))
                    continue
            others.append(row)
        return mixtures, others


def scaled(value: float, variable: Variable) -> Fraction:
    """A value in a variable's exact integers."""
    return Fraction(Decimal(repr(float(value)))) * variable.scale


def is_among(rows: Ints, table: Ints) -> Flags:
    """Whether each row is one of a table's."""
    if not len(table):
        return np.zeros(len(rows), dtype=bool)
    _, at = np.unique(np.concatenate([table, rows]), axis=0, return_inverse=True)
    at = at.reshape(-1)
    return np.isin(at[len(table) :], at[: len(table)])


def cells_of(frame: Mapping[str, Sequence[Cell]], names: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    """The distinct combinations of some columns, in the order they first appear."""
    return tuple(dict.fromkeys(zip(*(frame[name] for name in names), strict=True)))

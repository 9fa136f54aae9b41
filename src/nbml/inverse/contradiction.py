"""Whether any row can keep all constraints, and if not, which of them clash and by how much.

The exact constraints are a mixed-integer program, solved by HiGHS through scipy. An irreducible set of
clashing constraints is found by deletion [1]_: drop each in turn and keep it out while the rest still clash.
Nothing is called a clash that is not proven; what cannot be told in time is left to the search.

.. [1] J. W. Chinneck (2008), Feasibility and Infeasibility in Optimization.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from nbml.errors import OptimizeError
from nbml.inverse.constraints import Linear
from nbml.inverse.moves import FAR, Row
from nbml.inverse.space import Space
from nbml.inverse.variables import Floats, Ints

LISTED = 64
TABLE_ROWS = 2_000
SECONDS = 0.8
"""For all proofs of one check together."""
LEAST_SECONDS = 0.4
"""For all least violations together; then the best that was found counts."""
INFEASIBLE = 2


@dataclass
class Program:
    """A mixed-integer program under construction. Bounded variables, rows tagged by their constraint."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float, int]] = field(default_factory=list)

    def variable(self, low: float, high: float, *, whole: bool = True) -> int:
        """A new variable's number."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(self, terms: dict[int, float], low: float, high: float, tag: int = -1) -> None:
        """A new row ``low <= terms <= high``."""
        self.rows.append((terms, low, high, tag))

    def solve(self, cost: Floats, *, seconds: float = 5.0, nodes: int | None = None) -> Floats | None:
        """The best point that was found, or None; the same for the same program unless time runs out."""
        found = self._run(cost, (), seconds, nodes)
        return None if found.x is None else np.asarray(found.x)

    def is_empty(self, without: Collection[int] = (), seconds: float = SECONDS) -> bool:
        """Whether it is proven that there is no point, without the rows of some constraints."""
        return bool(self._run(np.zeros(len(self.low)), without, seconds, None).status == INFEASIBLE)

    def _run(
        self, cost: Floats, without: Collection[int], seconds: float, nodes: int | None
    ) -> OptimizeResult:
        kept = [row for row in self.rows if row[3] not in without]
        entries = [(r, c, v) for r, (terms, *_) in enumerate(kept) for c, v in terms.items()]
        size = (len(kept), len(self.low))
        matrix = csr_array(
            ([v for *_, v in entries], ([r for r, *_ in entries], [c for _, c, _ in entries])), shape=size
        )
        options: dict[str, float] = {"time_limit": seconds, "mip_rel_gap": 0.5 if not cost.any() else 1e-4}
        if nodes is not None:
            options["node_limit"] = nodes
        return milp(
            cost,
            integrality=np.array(self.whole, dtype=np.int64),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=LinearConstraint(matrix, [r[1] for r in kept], [r[2] for r in kept]) if kept else (),
            options=options,
        )


class Model:
    """The program of a space: what stands for each input, and rows for each constraint."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.program = Program()
        self.terms: list[tuple[dict[int, float], float]] = []
        """Each input's position (a grid) or exact integer (listed) as a linear form."""
        self.levels: dict[int, list[int]] = {}
        self.present: dict[int, int] = {}
        for i in range(len(space)):
            self._input(i)
        for row in space.rows:
            self._linear(row)
        for number, columns, count in space.counts:
            self.program.row({self._presence(int(i)): 1.0 for i in columns}, count.least, count.most, number)
        for number, conditions, remains in space.rules:
            self._rule(number, conditions, remains)
        for number, columns, table, only in space.tables:
            self._table(number, columns, table, only)

    def positions(self, point: Floats) -> Ints:
        """The row nearest to a point of the program."""
        out = np.zeros(len(self.space), dtype=np.int64)
        for i, (terms, constant) in enumerate(self.terms):
            value = constant + sum(c * point[k] for k, c in terms.items())
            variable = self.space.variables[i]
            if variable.listed is not None:
                out[i] = variable.positions(np.array([value / variable.scale]))[0]
            else:
                out[i] = round(value)
        return out

    def _input(self, i: int) -> None:
        variable, program = self.space.variables[i], self.program
        low, high = int(self.space.low[i]), int(self.space.high[i])
        if variable.is_category or (variable.listed is not None and variable.count <= LISTED):
            chosen = [program.variable(0, float(low <= k <= high)) for k in range(variable.count)]
            self.levels[i] = chosen
            program.row(dict.fromkeys(chosen, 1.0), 1, 1)
            stands = (
                np.arange(variable.count)
                if variable.is_category
                else variable.integers(np.arange(variable.count))
            )
            self.terms.append(({c: float(s) for c, s in zip(chosen, stands, strict=True)}, 0.0))
        elif variable.listed is not None:
            ends = variable.integers(np.array([low, high]))
            self.terms.append(({program.variable(float(ends[0]), float(ends[1]), whole=False): 1.0}, 0.0))
        else:
            k = program.variable(low, max(high, low))
            self.terms.append(({k: 1.0}, 0.0))
            if variable.zero:
                on = self._presence(i)
                program.row({k: 1.0, on: -float(variable.first)}, 0, np.inf)
        if low > high:
            program.row({}, 1, 1)

    def _presence(self, i: int) -> int:
        """A binary that is 1 where an input is not zero."""
        if i not in self.present:
            on = self.program.variable(0, 1)
            terms, constant = self.terms[i]
            variable = self.space.variables[i]
            top = float(
                self.space.high[i]
                if variable.is_grid
                else variable.integers(np.array([variable.count - 1]))[0]
            )
            self.program.row({**terms, on: -top}, -np.inf, -constant)
            least = (
                1.0
                if variable.is_grid
                else float(variable.integers(np.array([min(1, variable.count - 1)]))[0])
            )
            self.program.row({**terms, on: -least}, -constant, np.inf)
            self.present[i] = on
        return self.present[i]

    def _linear(self, row: Row) -> None:
        terms: dict[int, float] = {}
        constant = 0.0
        for i, f in zip(row.columns, row.factors, strict=True):
            variable = self.space.variables[i]
            factor, offset = float(f), 0.0
            if variable.is_grid:
                factor, offset = float(f) * variable.step, float(f) * variable.offset
            form, shift = self.terms[i]
            constant += offset + factor * shift
            for k, c in form.items():
                terms[k] = terms.get(k, 0.0) + factor * c
        size = max((abs(c) for c in terms.values()), default=1.0) or 1.0
        low = -np.inf if row.low == -FAR else (row.low - constant) / size
        high = np.inf if row.high == FAR else (row.high - constant) / size
        self.program.row({k: c / size for k, c in terms.items()}, low, high, row.constraint)

    def _rule(self, number: int, conditions: list, remains: list) -> None:  # type: ignore[type-arg]
        holds = self.program.variable(0, 1, whole=False)
        meets: dict[int, float] = {}
        for i, levels in conditions:
            for k in levels:
                meets[self.levels[i][k]] = meets.get(self.levels[i][k], 0.0) - 1.0
        self.program.row({holds: 1.0, **meets}, 1.0 - len(conditions), np.inf, number)
        for i, left in remains:
            if isinstance(left, tuple):
                low, high = (self._stands(i, bound) for bound in left)
                least, most = self._stands(i, 0), self._stands(i, self.space.variables[i].count - 1)
                terms, _ = self.terms[i]
                self.program.row({**terms, holds: most - high}, -np.inf, most, number)
                self.program.row({**terms, holds: least - low}, least, np.inf, number)
            else:
                gone = {self.levels[i][k]: 1.0 for k in np.flatnonzero(~left)}
                if gone:
                    self.program.row({**gone, holds: 1.0}, -np.inf, 1.0, number)

    def _stands(self, i: int, position: int) -> float:
        """What a position is in the program; one step beyond the ends for bounds that leave nothing."""
        variable = self.space.variables[i]
        if variable.is_grid:
            return float(position)
        at = variable.integers(np.array([min(max(position, 0), variable.count - 1)]))[0]
        return float(at) + (position < 0) * -1.0 + (position >= variable.count) * 1.0

    def _table(self, number: int, columns: np.ndarray, table: Ints, only: bool) -> None:
        if only and len(table) <= TABLE_ROWS:
            picks = [self.program.variable(0, 1) for _ in table]
            self.program.row(dict.fromkeys(picks, 1.0), 1, 1, number)
            for j, i in enumerate(columns):
                terms, _ = self.terms[i]
                stands = {p: -self._stands(int(i), int(row[j])) for p, row in zip(picks, table, strict=True)}
                if i in self.levels:
                    for k, level in enumerate(self.levels[i]):
                        with_it = {p: -1.0 for p, row in zip(picks, table, strict=True) if row[j] == k}
                        self.program.row({level: 1.0, **with_it}, 0, 0, number)
                else:
                    self.program.row({**terms, **stands}, 0, 0, number)
        elif not only and all(i in self.levels for i in columns):
            for row in table:
                never = {self.levels[i][k]: 1.0 for i, k in zip(columns, row, strict=True)}
                self.program.row(never, -np.inf, len(columns) - 1, number)


def check(space: Space) -> None:
    """Raise where no row keeps all constraints.

    Raises
    ------
    OptimizeError
        NBML-O17 for a mixture whose steps do not reach its total, NBML-O18 naming the constraints that clash
        with the least violation of each linear one. ``fields["constraints"]`` holds their labels, ``places``
        their fields.
    """
    if not space.constraints and (space.low <= space.high).all():
        return
    model = Model(space)
    clash = [row.constraint for row in space.rows if not _reachable(space, row)][:1]
    if not clash:
        until = time.monotonic() + SECONDS
        if not model.program.is_empty():
            return
        out: set[int] = set()
        for number in range(len(space.constraints)):
            left = until - time.monotonic()
            if left > 0 and model.program.is_empty(out | {number}, left):
                out.add(number)
        clash = [number for number in range(len(space.constraints)) if number not in out]
    said = [space.constraints[number] for number in clash]
    missed = {
        space.constraints[n].label: v
        for n in clash
        if (v := _least(model, n, LEAST_SECONDS / len(clash))) is not None
    }
    code = (
        "NBML-O17" if len(said) == 1 and isinstance(said[0], Linear) and said[0].is_equality else "NBML-O18"
    )
    raise OptimizeError(
        code,
        place=said[0].place if said else "inputs",
        places=[one.place for one in said],
        constraints=[one.label for one in said],
        missed=[f"{label}: {value:g}" for label, value in missed.items()] or "–",
    )


def _reachable(space: Space, row: Row) -> bool:
    """Whether bounds and steps alone leave a sum within the bounds of a row; exact, but only necessary."""
    low = high = step = 0
    for i, f in zip(row.columns, row.factors, strict=True):
        variable, factor = space.variables[i], int(f)
        first, last = int(space.low[i]), int(space.high[i])
        if first > last:
            return True
        ends = [factor * int(k) for k in variable.integers(np.array([first, last]))]
        low, high = low + min(ends), high + max(ends)
        if variable.listed is not None:
            apart = [int(gap) for gap in np.diff(variable.listed[first : last + 1])]
        else:
            apart = [variable.step] * (last > first)
        step = gcd(step, *(factor * gap for gap in apart))
    least, most = max(low, row.low), min(high, row.high)
    return least <= most and (step == 0 or low + -(-(least - low) // step) * step <= most)


def _least(model: Model, number: int, seconds: float) -> float | None:
    """By how much a linear constraint must be missed when all others hold, in its own units."""
    rows = [row for row in model.space.rows if row.constraint == number]
    if len(rows) != 1:
        return None
    program = model.program
    at = next(k for k, row in enumerate(program.rows) if row[3] == number)
    terms, low, high, _ = program.rows[at]
    size = len(program.low)
    over, under = program.variable(0, np.inf, whole=False), program.variable(0, np.inf, whole=False)
    program.rows[at] = ({**terms, over: 1.0, under: -1.0}, low, high, number)
    cost = np.zeros(size + 2)
    cost[[over, under]] = 1.0
    found = program.solve(cost, seconds=seconds)
    program.rows[at] = (terms, low, high, number)
    del program.low[size:], program.high[size:], program.whole[size:]
    if found is None:
        return None
    (row,) = rows
    said = model.space.constraints[number]
    assert isinstance(said, Linear)
    positions = model.positions(found)[None, :]
    total = Fraction(int(row.sums(model.space.integers(positions))[0])) * Fraction(1, round(1 / row.unit))
    short = 0.0 if said.low is None else float(said.low - total)
    beyond = 0.0 if said.high is None else float(total - said.high)
    return max(0.0, short, beyond)

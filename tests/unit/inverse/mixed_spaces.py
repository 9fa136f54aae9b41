"""Small random spaces with every kind of exact constraint, and a plain reading of what a row must keep."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import strategies as st

from nbml.inverse.constraints import Combinations, Count, When, mixture
from nbml.inverse.constraints.choices import Allowed
from nbml.inverse.constraints.linear import Linear, linear
from nbml.inverse.space import Space
from nbml.inverse.variables import category, listed, number

NUMBERS = ("a", "b", "c")
LEVELS = ("u", "v", "w")


@st.composite
def variables(draw):
    """Three numbers, on grids, listed or at least so much if any, and two categories."""
    made = []
    for name in NUMBERS:
        kind = draw(st.sampled_from(["grid", "grid", "listed", "or_none"]))
        step = draw(st.sampled_from([0.5, 1.0, 2.0, 3.0]))
        low, steps = draw(st.integers(0, 3)) * step, draw(st.integers(0, 4))
        if kind == "listed":
            cells = draw(st.lists(st.sampled_from([0.0, 0.5, 1.5, 4.0, 7.0]), min_size=1, unique=True))
            made.append(listed(name, cells))
        else:
            made.append(number(name, low, low + steps * step, step=step, zero=kind == "or_none"))
    return made + [category(name, LEVELS[: draw(st.integers(1, 3))], LEVELS) for name in ("k", "m")]


@st.composite
def constraint(draw, made):
    """One constraint over some of them."""
    kind = draw(st.sampled_from(["mixture", "linear", "linear", "count", "when", "only", "never"]))
    by_name = {v.name: v for v in made}
    grids = [name for name in NUMBERS if by_name[name].listed is None]
    if kind == "mixture" and len(grids) > 1:
        return mixture(grids, draw(st.integers(0, 30)) / 2)
    zeros = [name for name in NUMBERS if by_name[name].can_be_zero]
    if kind == "count" and zeros:
        most = draw(st.integers(0, len(zeros)))
        return Count(tuple(zeros), most, draw(st.integers(0, most)), label=f"{most} of {zeros}")
    if kind == "when":
        low = draw(st.integers(0, 12)) / 2
        then = {"b": Allowed(low=low, high=low + draw(st.integers(0, 8)) / 2)}
        if draw(st.booleans()):
            then["m"] = Allowed(
                levels=tuple(draw(st.lists(st.sampled_from(LEVELS), min_size=1, unique=True)))
            )
        return When({"k": tuple(draw(st.lists(st.sampled_from(LEVELS), min_size=1, unique=True)))}, then)
    if kind in ("only", "never"):
        cells = st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS))
        rows = draw(st.lists(cells, min_size=1, max_size=4, unique=True))
        if kind == "never" or any(k in by_name["k"].levels and m in by_name["m"].levels for k, m in rows):
            return Combinations(("k", "m"), tuple(rows), kind)
    terms = {name: draw(st.sampled_from([-2, -1, 1, 1, 3])) for name in NUMBERS}
    low, width = draw(st.integers(-10, 40)) / 2, draw(st.integers(1, 8)) / 2
    side = draw(st.integers(0, 2))
    return linear(terms, low=low if side != 0 else None, high=low + width if side != 1 else None)


@st.composite
def spaces(draw, most=3):
    """A space, feasible or not."""
    made = draw(variables())
    return Space(made, draw(st.lists(constraint(made), min_size=1, max_size=most)))


def every_row(space):
    """All positions, whether feasible or not."""
    return np.array(list(product(*(range(v.count) for v in space.variables))), dtype=np.int64)


def keeps(space, constraint, row):
    """Whether a row of shown values keeps a constraint, in fractions; bounds of inputs if it is None."""
    if constraint is None:
        return all(
            not v.zero or row[v.name] == 0 or row[v.name] >= v.low
            for v in space.variables
            if not v.is_category
        )
    match constraint:
        case Linear():
            total = sum(c * Fraction(str(row[name])) for name, c in constraint.terms.items())
            return (constraint.low is None or total >= constraint.low) and (
                constraint.high is None or total <= constraint.high
            )
        case Count():
            return constraint.least <= sum(row[name] > 0 for name in constraint.names) <= constraint.most
        case When():
            holds = all(row[name] in levels for name, levels in constraint.when.items())
            return not holds or all(
                (allowed.levels is None or row[name] in allowed.levels)
                and (allowed.low is None or row[name] >= allowed.low)
                and (allowed.high is None or row[name] <= allowed.high)
                for name, allowed in constraint.then.items()
            )
        case Combinations():
            among = tuple(row[name] for name in constraint.names) in constraint.rows
            return among == (constraint.mode == "only")


def kept(space, positions):
    """For each row of positions, which constraints it keeps; the last column are the inputs' own bounds."""
    rows = space.frame(positions).to_dict("records")
    every = [*space.constraints, None]
    return np.array([[keeps(space, one, row) for one in every] for row in rows], dtype=bool)

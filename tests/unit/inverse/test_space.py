"""Exact constraints: every sampled, repaired and walked row keeps all of them, checked in decimals."""

import tracemalloc
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.errors import OptimizeError
from nbml.inverse.constraints import Combinations, Count, When, from_formula, mixture, ratio
from nbml.inverse.constraints.choices import Allowed
from nbml.inverse.constraints.linear import linear
from nbml.inverse.contradiction import check
from nbml.inverse.formula import parse
from nbml.inverse.repair import repair
from nbml.inverse.sampling import sample
from nbml.inverse.space import Space
from nbml.inverse.variables import category, listed, number


def parts(n, **options):
    options = {"low": 0, "high": 100, "step": 0.1} | options
    return [number(f"p{i}", **options) for i in range(n)]


def names(n):
    return [f"p{i}" for i in range(n)]


def wild(space, rows, rng):
    return rows[rng.permutation(len(rows))] + rng.normal(size=rows.shape) * (space.high + 1) * 0.5


def decimals(space, positions, name):
    variable = space.variables[space.index[name]]
    ints = variable.integers(positions[:, space.index[name]])
    return [Decimal(int(k)) / variable.scale for k in ints]


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(2, 7),
    step=st.sampled_from([0.1, 0.5, 1.0, 2.5]),
    lows=st.lists(st.integers(0, 4), min_size=7, max_size=7),
    seed=st.integers(0, 99),
)
def test_mixtures_sum_exactly(n, step, lows, seed):
    """O17: by construction, with bounds and steps, whatever is asked for."""
    rng = np.random.default_rng(seed)
    space = Space(
        [number(f"p{i}", lows[i] * 5.0, 100, step=step) for i in range(n)], [mixture(names(n), 100)]
    )
    if sum(lows[:n]) * 5 > 100:
        with pytest.raises(OptimizeError):
            check(space)
        return
    check(space)
    rows = sample(space, 40, rng)
    for made in (rows, repair(space, wild(space, rows, rng), rows, rng)):
        assert space.is_feasible(made).all()
        sums = [sum(cells) for cells in zip(*(decimals(space, made, p) for p in names(n)), strict=True)]
        assert set(sums) == {Decimal(100)}


def everything():
    """A mixture, a second sum inside it, linear rows, a ratio, counts, rules and combinations at once."""
    variables = [
        *parts(6),
        number("T", 20, 90, step=5),
        number("time", 0.01, 100, log=True),
        listed("rpm", [100, 250, 600, 1200]),
        category("solvent", ["A", "B", "C"], ["A", "B", "C"]),
        category("maker", ["x", "y"], ["x", "y"]),
    ]
    constraints = [
        mixture(names(6), 100),
        linear({"p0": 1, "p1": 1}, low=40, high=40),
        linear({"p2": 1, "T": 0.5}, high=50),
        *ratio("p3", "p0", high=0.8),
        Count(("p2", "p3", "p4", "p5"), 2),
        When(
            {"solvent": ("A",)},
            {"T": Allowed(high=60), "maker": Allowed(levels=("x",)), "p5": Allowed(high=0)},
        ),
        Combinations(("solvent", "rpm"), (("A", 100), ("A", 250), ("B", 600), ("C", 1200)), "only"),
        Combinations(("solvent", "maker"), (("C", "y"),), "never"),
    ]
    return Space(variables, constraints)


def test_everything_at_once(rng):
    space = everything()
    check(space)
    rows = sample(space, 100, rng)
    assert len(rows) > 60
    seen = rows
    for _ in range(5):
        rows = repair(space, wild(space, rows, rng), rows, rng)
        seen = np.concatenate([seen, rows])
    assert space.is_feasible(seen).all()
    frame = space.frame(seen)
    for low, high, values in (
        (100, 100, frame[names(6)].sum(axis=1)),
        (40, 40, frame["p0"] + frame["p1"]),
        (-np.inf, 50, frame["p2"] + 0.5 * frame["T"]),
        (-np.inf, 0.8, frame["p3"] / frame["p0"]),
        (0, 2, (frame[["p2", "p3", "p4", "p5"]] > 0).sum(axis=1)),
    ):
        assert (values >= low - 1e-9).all()
        assert (values <= high + 1e-9).all()
    a = frame[frame["solvent"] == "A"]
    assert (a["T"] <= 60).all()
    assert (a["maker"] == "x").all()
    assert (a["p5"] == 0).all()
    assert not ((frame["solvent"] == "C") & (frame["maker"] == "y")).any()
    assert set(frame["solvent"] + frame["rpm"].astype(int).astype(str)) <= {"A100", "A250", "B600", "C1200"}
    assert frame["solvent"].nunique() == 3
    assert frame[["p2", "p3", "p4", "p5"]].gt(0).any().all()


def test_parts_that_may_be_left_out(rng):
    """A part is either nothing or at least its lower bound."""
    space = Space(parts(4, low=10, zero=True), [mixture(names(4), 100), Count(tuple(names(4)), 3, 2)])
    rows = sample(space, 80, rng)
    rows = np.concatenate([rows, repair(space, wild(space, rows, rng), rows, rng)])
    values = space.frame(rows).to_numpy()
    assert ((values == 0) | (values >= 10)).all()
    assert set((values > 0).sum(axis=1)) <= {2, 3}
    assert (values == 0).any()


@pytest.mark.parametrize(
    ("constraints", "code", "clash"),
    [
        pytest.param(["p0 >= 50", "p0 <= 30", "p1 <= 9"], "NBML-O18", {"p0 >= 50", "p0 <= 30"}, id="O18"),
        pytest.param(["p0 + p1 >= 250"], "NBML-O18", {"p0 + p1 >= 250"}, id="bounds"),
    ],
)
def test_contradictions_are_named(constraints, code, clash):
    """O13, O18: before any row is predicted, which constraints clash and by how much."""
    rows = [
        row
        for k, text in enumerate(constraints)
        for row in from_formula(parse(text), names(3), place=f"constraints.{k}")
    ]
    with pytest.raises(OptimizeError) as caught:
        check(Space(parts(3), rows))
    assert caught.value.code == code
    assert set(caught.value.fields["constraints"]) == clash
    assert caught.value.fields["missed"] != "–"


def test_a_total_that_steps_do_not_reach():
    """O17: 7 and 7 never make 50."""
    with pytest.raises(OptimizeError) as caught:
        check(Space([number("a", 0, 70, step=7), number("b", 0, 70, step=7)], [mixture(["a", "b"], 50)]))
    assert caught.value.code == "NBML-O17"
    assert caught.value.fields["missed"] == ["a + b = 50: 1"]


def test_steps_that_differ_still_sum(rng):
    space = Space(
        [number("a", 0, 100, step=5), number("b", 0, 100, step=2), number("c", 0, 100, step=0.5)],
        [mixture(["a", "b", "c"], 100)],
    )
    rows = sample(space, 60, rng)
    rows = repair(space, wild(space, rows, rng), rows, rng)
    assert (space.frame(rows).sum(axis=1) == 100).all()
    assert len(np.unique(rows, axis=0)) > 30


@pytest.mark.parametrize(
    ("code", "make"),
    [
        pytest.param("NBML-O19", lambda: Space([*parts(1), *parts(1)]), id="O19"),
        pytest.param("NBML-O30", lambda: Space(parts(1), [mixture(["p0", "q"], 1)]), id="unknown"),
        pytest.param("NBML-O41", lambda: Space(parts(2, low=5), [Count(("p0", "p1"), 1)]), id="never-zero"),
        pytest.param(
            "NBML-O36",
            lambda: Space(
                [number("t", 1, 9, log=True), *parts(1)], [linear({"t": 1, "p0": 1}, low=5, high=5)]
            ),
            id="no-steps",
        ),
        pytest.param("NBML-O35", lambda: linear({}, low=1), id="no-terms"),
        pytest.param(
            "NBML-O42", lambda: Space(parts(1), [Combinations(("p0",), ((0.05,),))]), id="combination"
        ),
    ],
)
def test_mistakes_of_constraints(code, make):
    with pytest.raises(OptimizeError) as caught:
        make()
    assert caught.value.code == code


def test_twelve_ingredients_at_a_tenth_percent_stay_small(rng):
    """Memory is that of the rows: the simplex has 10^27 points."""
    space = Space(parts(12), [mixture(names(12), 100)])
    tracemalloc.start()
    rows = sample(space, 500, rng)
    for _ in range(10):
        rows = repair(space, wild(space, rows, rng), rows, rng)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert space.is_feasible(rows).all()
    assert peak < 20e6


def test_a_hundred_thousand_rows_keep_every_constraint(rng):
    """In blocks; sums recomputed from the values shown. The benchmark does it for 10^6."""
    space = Space(parts(12), [mixture(names(12), 100), Count(tuple(names(12)), 5)])
    anchors = sample(space, 20_000, rng)
    broken = 0
    for _ in range(5):
        rows = repair(space, anchors + rng.normal(size=(len(anchors), 12)) * 300, anchors, rng)
        broken += int((~space.is_feasible(rows)).sum())
        tenths = np.rint(space.values(rows) * 10).astype(int)
        broken += int((tenths.sum(axis=1) != 1000).sum()) + int(((tenths > 0).sum(axis=1) > 5).sum())
    assert broken == 0

"""Contradictions against every row of small spaces: none overlooked, none invented, none more than needed."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.inverse.mixed_spaces import every_row, kept, spaces

from nbml.errors import OptimizeError
from nbml.inverse import contradiction
from nbml.inverse.constraints import Count, mixture
from nbml.inverse.constraints.linear import Linear, linear
from nbml.inverse.contradiction import check
from nbml.inverse.space import Space
from nbml.inverse.variables import number

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def clash_of(space):
    """Numbers of the constraints that are said to clash, with the error; None where there is no clash."""
    try:
        check(space)
    except OptimizeError as error:
        labels, places = error.fields["constraints"], [one.label for one in space.constraints]
        assert set(labels) <= set(places)
        return error
    return None


def renamed(space):
    """The same space with labels that tell its constraints apart."""
    from dataclasses import replace

    constraints = [replace(one, label=f"c{k}") for k, one in enumerate(space.constraints)]
    return Space(space.variables, constraints)


@settings(deadline=None, max_examples=120, suppress_health_check=SLOW)
@given(space=spaces())
def test_clashes_are_true_and_irreducible(space):
    """O13, O18: a row exists or a clash is named; the named alone leave no row, all but one of them do."""
    space = renamed(space)
    keeps = kept(space, every_row(space))
    own, keeps = keeps[:, -1], keeps[:, :-1]
    error = clash_of(space)
    assert (error is None) == bool((own & keeps.all(axis=1)).any())
    if error is None:
        return
    said = [int(label[1:]) for label in error.fields["constraints"]]
    assert not (own & keeps[:, said].all(axis=1)).any()
    for one in said:
        rest = [k for k in said if k != one]
        assert (own & keeps[:, rest].all(axis=1)).any()


@settings(deadline=None, max_examples=120, suppress_health_check=SLOW)
@given(space=spaces())
def test_least_violations_are_least(space):
    """By how much a linear constraint must be missed when all others hold, in its own units."""
    space = renamed(space)
    if (error := clash_of(space)) is None or error.fields["missed"] == "–":
        return
    rows = every_row(space)
    keeps = kept(space, rows)
    frame = space.frame(rows)
    for text in error.fields["missed"]:
        label, amount = text.split(": ")
        k = int(label[1:])
        one = space.constraints[k]
        assert isinstance(one, Linear)
        total = sum(float(c) * frame[name].to_numpy(dtype=float) for name, c in one.terms.items())
        low = -np.inf if one.low is None else float(one.low)
        high = np.inf if one.high is None else float(one.high)
        others = np.delete(keeps, k, axis=1).all(axis=1)
        least = np.maximum(np.maximum(low - total, total - high), 0.0)[others].min()
        assert float(amount) == pytest.approx(least, rel=1e-4, abs=1e-6)


@given(
    step=st.sampled_from([0.2, 0.5, 3.0]),
    parts=st.integers(2, 12),
    total=st.integers(1, 200),
    tenth=st.booleans(),
)
@settings(deadline=None, max_examples=30)
def test_totals_that_no_steps_reach_are_told_at_once(step, parts, total, tenth):
    """O17: whatever the number of parts, since steps are whole numbers: no tree is searched for it."""
    total = total + 0.1 * tenth
    names = [f"p{i}" for i in range(parts)]
    space = Space([number(name, 0, 90, step=step) for name in names], [mixture(names, total)])
    reached = abs(total / step - round(total / step)) < 1e-9 and total <= parts * 90
    error = clash_of(space)
    assert (error is None) == reached
    assert error is None or error.code == "NBML-O17"


def hard():
    """Twelve parts at 0.1 %, sums of overlapping groups that cannot all hold."""
    names = [f"p{i}" for i in range(12)]
    rows = [mixture(names, 100), Count(tuple(names), 5, label="5 of 12")]
    rows += [
        linear(dict.fromkeys(names[k : k + 4], 1), low=17, high=30, label=f"g{k}") for k in range(0, 9, 2)
    ]
    rows += [linear({"p0": 1, "p5": -2, "p9": 1}, low=0, high=0, label="balance")]
    rows += [
        linear(dict.fromkeys(names[:8], 1), high=32, label="few"),
        linear({"p10": 1, "p11": 1}, low=60, label="much"),
    ]
    return Space([number(name, 0, 100, step=0.1) for name in names], rows)


def test_a_large_clash_is_named():
    error = clash_of(hard())
    assert error is not None
    assert 1 <= len(error.fields["constraints"]) < 9


def test_what_is_not_proven_in_time_is_no_clash(monkeypatch):
    """A program that gives up says nothing; the search then looks for itself."""
    space = Space(
        [number("a", 0, 9, step=1), number("b", 0, 9, step=1)],
        [linear({"a": 1, "b": 1}, low=15), linear({"a": 1, "b": -1}, low=8)],
    )
    assert clash_of(space) is not None
    monkeypatch.setattr(contradiction.Program, "is_empty", lambda *_args, **_kwargs: False)
    assert clash_of(space) is None

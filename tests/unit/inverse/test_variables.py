"""Inputs: exact decimals, bounds, steps; each mistake with its code at its field."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.errors import OptimizeError
from nbml.inverse.variables import category, listed, number


def fails(code, place=None):
    return pytest.raises(OptimizeError, check=lambda e: e.code == code and place in (None, e.fields["place"]))


@pytest.mark.parametrize(
    ("code", "place", "options"),
    [
        pytest.param("NBML-O01", "inputs.0.low", {"low": 2, "high": 1}, id="O1"),
        pytest.param("NBML-O03", "inputs.0.step", {"low": 0, "high": 1, "step": 0}, id="O3-zero"),
        pytest.param("NBML-O03", "inputs.0.step", {"low": 0, "high": 1, "step": -1}, id="O3-negative"),
        pytest.param("NBML-O06", "inputs.0.low", {"low": float("nan"), "high": 1}, id="O6-nan"),
        pytest.param("NBML-O06", "inputs.0.high", {"low": 0, "high": float("inf")}, id="O6-inf"),
        pytest.param("NBML-O06", "inputs.0.high", {"low": 0, "high": None}, id="O6-empty"),
        pytest.param("NBML-O08", "inputs.0.low", {"low": 0, "high": 1, "log": True}, id="O8"),
        pytest.param("NBML-O34", "inputs.0.log", {"low": 1, "high": 9, "log": True, "step": 1}, id="O8-step"),
        pytest.param("NBML-O10", "inputs.0.high", {"low": 0, "high": 3.5, "integer": True}, id="O10"),
        pytest.param("NBML-O37", "inputs.0.step", {"low": 0, "high": 1e15, "step": 1e-9}, id="digits"),
        pytest.param("NBML-O39", "inputs.0.zero", {"low": 5, "high": 9, "step": 2, "zero": True}, id="zero"),
    ],
)
def test_mistakes_of_an_input(code, place, options):
    with fails(code, place):
        number("x", place="inputs.0", **options)


@pytest.mark.parametrize(
    ("code", "options"),
    [
        pytest.param("NBML-O02", {"low": 3, "high": 3, "step": 1}, id="O2"),
        pytest.param("NBML-O04", {"low": 0, "high": 1, "step": 5}, id="O4"),
        pytest.param("NBML-O05", {"low": 0, "high": 1, "step": 0.3}, id="O5"),
    ],
)
def test_what_is_said_of_an_input(code, options):
    assert [note.code for note in number("x", **options).notes] == [code]


def test_a_step_that_does_not_divide_the_range_has_its_real_maximum():
    """O5: the greatest value is 0.9 and not 0.8999999."""
    variable = number("x", 0, 1, step=0.3)
    assert variable.values(np.arange(variable.count)).tolist() == [0.0, 0.3, 0.6, 0.9]
    assert variable.notes[0].fields["real"] == 0.9


def test_levels_are_those_of_training():
    """O9: an unknown level, and none at all."""
    with fails("NBML-O09", "inputs.1.levels"):
        category("c", ["A", "Z"], ["A", "B"], place="inputs.1")
    with fails("NBML-O09"):
        category("c", [], ["A", "B"])


@given(
    low=st.decimals(-1000, 1000, places=3),
    step=st.decimals("0.001", 50, places=3),
    count=st.integers(1, 2000),
)
def test_values_are_the_nearest_doubles_of_decimals(low, step, count):
    high = low + step * (count - 1)
    variable = number("x", float(low), float(high), step=float(step))
    assert variable.count == count
    positions = np.array([0, count // 2, count - 1])
    exact = [float(Decimal(low) + step * int(k)) for k in positions]
    assert variable.values(positions).tolist() == exact
    assert (variable.positions(np.array(exact)) == positions).all()


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 4)), min_size=1, max_size=40, unique=True))
def test_listed_values_come_back(values):
    variable = listed("x", values)
    assert variable.values(np.arange(variable.count)).tolist() == sorted(set(values))


def test_a_logarithmic_scale_keeps_its_ends_and_ratios():
    variable = number("x", 1e-4, 10.0, log=True)
    values = variable.values(np.arange(variable.count))
    assert (values[0], values[-1]) == (1e-4, 10.0)
    assert np.ptp(np.diff(np.log(values))) < 1e-3


def test_bounds_on_exact_integers(rng):
    for variable in (number("x", -1, 2, step=0.1), listed("x", [0.1, 0.25, 7.0])):
        for value in rng.uniform(-2, 8, size=50):
            scaled = int(np.floor(value * variable.scale))
            ints = variable.integers(np.arange(variable.count))
            assert variable.at_most(np.array([scaled]))[0] == (ints <= scaled).sum() - 1
            assert variable.at_least(np.array([scaled]))[0] == (ints < scaled).sum()

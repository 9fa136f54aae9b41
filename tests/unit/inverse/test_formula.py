"""The parser: any column name, exact linear forms, nothing evaluated, every mistake with its position."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.errors import OptimizeError
from nbml.inverse.formula import parse

COLUMNS = {"a": np.array([1.0, 2.0]), "水": np.array([3.0, 0.0]), "Fly ash": np.array([5.0, 6.0])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + 2 * 水", [7, 2]),
        ("-a ^ 2", [-1, -4]),
        ('"Fly ash" - a - 1', [3, 3]),
        ("`Fly ash` / (a + a)", [2.5, 1.5]),
        ("max(a, 水) + sqrt(4)", [5, 4]),
        ("2e1 * a", [20, 40]),
        ("a*2", [2, 4]),
        ("2 ^ 3 ^ 0 * a", [2, 4]),
    ],
)
def test_values(text, expected):
    assert parse(text, tuple(COLUMNS)).value(COLUMNS).tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "a +", "a b", "(a", "a)", "1..2", "__import__('os')", "a.__class__", "a[0]", "lambda: 1", "@a",
        "eval(a)", "min(a)", "a if a else a", "'a'", "a; a", "1e999", "(" * 100 + "a" + ")" * 100,
        "2" + "^2" * 100, "a" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_formula_has_a_position(text):
    """O15, S16: code and everything else the grammar does not have."""
    with pytest.raises(OptimizeError) as caught:
        parse(text, tuple(COLUMNS), place="constraints.3.formula")
    assert caught.value.code in ("NBML-O15", "NBML-O14")
    assert caught.value.fields["place"] == "constraints.3.formula"


def test_an_unknown_column_has_its_closest():
    """O14."""
    with pytest.raises(OptimizeError) as caught:
        parse('"Fly asch" <= 3', tuple(COLUMNS))
    assert (caught.value.code, caught.value.fields["close"]) == ("NBML-O14", "Fly ash")


def test_division_by_zero_is_infeasible():
    """O16."""
    assert parse("a / 水 <= 9").shortfall(COLUMNS).tolist() == [0.0, np.inf]


def test_linear_forms_are_exact():
    (terms, sign, bound), (_, second, _) = parse("0.1 <= 0.3 * a - (水 - 2) / 4 <= 9").linear()
    assert terms == {"a": Fraction(-3, 10), "水": Fraction(1, 4)}
    assert (sign, second, bound) == ("<=", "<=", Fraction(1, 2) - Fraction(1, 10))
    assert parse("a * 水 <= 1").linear() is None
    assert parse("1 / a <= 1").linear() is None


@given(st.text(min_size=1, max_size=30).filter(lambda name: "\x00" not in name))
def test_any_name_can_be_quoted(name):
    columns = {name: np.array([2.0])}
    for mark in '`"':
        quoted = mark + name.replace(mark, mark * 2) + mark
        assert parse(f"{quoted} + 1", (name,)).value(columns).tolist() == [3.0]


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_an_error(text):
    found = "formula"
    try:
        parse(text)
    except OptimizeError as error:
        found = error.code
    assert found in ("formula", "NBML-O15")

"""User overrides of search ranges: what is taken, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.errors import ModelError
from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Param, Shape
from nbml.ml.space import nearest, override

SPACE = {
    "leaves": Param("int", 4, 31, log=True, why="w"),
    "rate": Param("float", 0.01, 0.3, log=True),
    "share": Param("float", 0.4, 1.0),
    "kind": Param("choice", choices=("a", "b")),
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"leaves": {"low": 8}}, Param("int", 8, 31, log=True, why="w")),
        ({"leaves": {"low": 2, "high": 9, "log": False}}, Param("int", 2, 9, why="w")),
        ({"leaves": 31}, Param("int", 31, 31, why="w")),
        ({"leaves": {"choices": [4, 8]}}, Param("choice", choices=(4, 8), why="w")),
        ({"leaves": {"choices": (4,)}}, Param("int", 4, 4, why="w")),
    ],
)
def test_takes_ranges_choices_and_single_values(given, expected):
    assert override(SPACE, given) == {**SPACE, "leaves": expected}


def test_takes_whole_numbers_for_floats_and_known_choices():
    assert override(SPACE, {"share": 1})["share"].low == 1
    assert override(SPACE, {"kind": "b"})["kind"].choices == ("b",)


@pytest.mark.parametrize(
    "given",
    [
        {"leaves": 3.5},
        {"leaves": True},
        {"leaves": "8"},
        {"leaves": None},
        {"leaves": {}},
        {"leaves": []},
        {"leaves": {"low": 40}},
        {"leaves": {"low": 0}},
        {"leaves": {"low": 4.0}},
        {"leaves": {"lo": 4}},
        {"leaves": {"choices": []}},
        {"leaves": {"choices": [4, 4]}},
        {"leaves": {"choices": [4, 5.0]}},
        {"leaves": {"choices": "48"}},
        {"leaves": {"choices": [4], "low": 2}},
        {"leaves": {"log": 1}},
        {"rate": {"low": float("nan")}},
        {"rate": {"high": float("inf")}},
        {"rate": {"low": None}},
        {"kind": "c"},
        {"kind": {"low": 1}},
        {"kind": {"choices": ["a", "c"]}},
    ],
)
def test_refuses_what_cannot_be_drawn_from(given):
    with pytest.raises(ModelError) as caught:
        override(SPACE, given)
    assert caught.value.code == "NBML-M12"
    assert caught.value.fields["name"] == next(iter(given))
    assert "?" not in caught.value.message


def test_refuses_unknown_names():
    with pytest.raises(ModelError) as caught:
        override(SPACE, {"num_leaves": 3})
    assert caught.value.code == "NBML-M11"
    assert caught.value.fields["known"] == ["kind", "leaves", "rate", "share"]


def test_start_is_moved_into_the_space():
    start = {"leaves": 99, "rate": 0.001, "share": 0.5, "kind": "z", "other": 1}
    assert nearest(SPACE, start) == {"leaves": 31, "rate": 0.01, "share": 0.5, "kind": "a"}


@settings(deadline=None)  # the first call imports a library
@given(st.sampled_from(FAMILIES), st.integers(1, 10**6), st.integers(1, 500), st.integers(0, 5))
def test_every_space_of_any_table_can_be_drawn_from(name, n_train, n_features, n_categorical):
    shape = Shape(n_train, n_features, n_train, n_categorical)
    for param in family(name).space(shape).values():
        if param.kind == "choice":
            assert len(set(param.choices)) == len(param.choices) > 0
        else:
            assert param.low <= param.high
            assert not param.log or param.low > 0
            if param.kind == "int":
                assert isinstance(param.low, int)
                assert isinstance(param.high, int)

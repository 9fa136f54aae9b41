"""User text in a notebook's code is a string and nothing else (S1)."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.report.cells import plain
from nbml.report.literals import WIDTH, assign, literal

TEXTS = st.text(st.characters(), max_size=60)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXTS, inner, max_size=6),
    max_leaves=30,
)


@settings(deadline=None)
@given(VALUES)
def test_python_reads_back_what_went_in(value):
    tree = ast.parse(assign("NAME", value))
    assert len(tree.body) == 1
    assert ast.literal_eval(tree.body[0].value) == value


@settings(deadline=None)
@given(TEXTS)
def test_marks_that_hide_or_turn_text_are_written_out(text):
    """D35: no bidirectional override, zero-width sign or line break stands in the code itself."""
    assert literal(text).isprintable()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", object(), {"a": {1}}])
def test_refuses_what_has_no_literal(value):
    with pytest.raises((ValueError, TypeError)):
        literal(value)


def test_long_values_are_broken_into_short_lines():
    code = assign("LEVELS", {"種類": [f"水準 {k}" for k in range(60)], "b": {"a": 1.5, "c": None}})
    assert max(map(len, code.splitlines())) <= WIDTH
    assert code.startswith('LEVELS = {\n    "種類": [\n        "水準 0", "水準 1"')


@settings(deadline=None)
@given(TEXTS)
def test_a_title_is_words_whatever_it_says(text):
    """No sign of Markdown or HTML stands without its backslash, and it is one line."""
    said = plain(text)
    assert said.isprintable()
    assert not {"<", "&"} & set(said.replace("&lt;", "").replace("&amp;", ""))
    bare = said.replace("&lt;", "").replace("&amp;", "")
    for at, sign in enumerate(bare):
        if sign in "*_[](){}`#!|>~$":
            assert at
            assert bare[at - 1] == "\\"

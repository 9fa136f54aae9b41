"""S1: user text on a figure is shown letter by letter."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from nbml.figures.names import distinct, plain, with_unit


@given(st.text(max_size=30))
def test_nothing_plotly_acts_on_is_left(name):
    text = plain(name)
    assert not re.search(r"[<>${}]|&(?!amp;|lt;|gt;|#36;|#123;|#125;)", text)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_what_is_shown_is_the_name(name):
    assert html.unescape(plain(name)) == name


def test_hostile_names():
    assert plain("<img src=x onerror=alert(1)>") == "&lt;img src=x onerror=alert(1)&gt;"
    assert plain("%{x} $a$") == "%&#123;x&#125; &#36;a&#36;"
    assert plain("\u202eevil") == "\\u202eevil"
    assert with_unit("x", "<b>") == "x [&lt;b&gt;]"
    assert len(plain("x" * 500)) == 40


def test_names_that_are_cut_stay_apart():
    names = ["a" * 50, "a" * 51, "b"]
    assert len(set(distinct(names))) == 3

"""Keys for any name: MLflow takes them, and no two names share one (finding 11, D33-D37)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import MAX_ENTITY_KEY_LENGTH, _validate_metric_name, _validate_tag_name

from nbml.tracking.names import MAX_TAG, key, shown, slug

HOSTILE = [
    "",
    " ",
    ".",
    "..",
    "../",
    "/x",
    "a/../b",
    "a[b]",
    "x" * 300,
    "a<b",
    "50%",
    "a,b",
    "a\nb",
    "a\0b",
    "日本[℃]",
    "𠮷",
    "a\u202eb",
    "a\ud800b",
    "-",
    "a-0123456789ab",
    "a b",
    "a_b",
    " a",
    "a ",
    "a:b",
    "<img src=x>",
    "%2e%2e/",
]
ANY = st.text(alphabet=st.characters(), max_size=300) | st.sampled_from(HOSTILE)


@given(ANY)
def test_every_slug_is_a_key_that_mlflow_takes(name: str) -> None:
    for made in (slug(name), key("rmse", name), key("nbml.name", name), key("baseline_rmse_spread", name)):
        _validate_metric_name(made)
        _validate_tag_name(made)
        assert 0 < len(made) <= MAX_ENTITY_KEY_LENGTH


@given(ANY, ANY)
def test_different_names_have_different_slugs(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


@given(ANY)
def test_a_slug_cannot_be_taken_by_the_name_that_looks_like_it(name: str) -> None:
    if slug(name) != name:
        assert slug(slug(name)) != slug(name)


@pytest.mark.parametrize("name", ["strength", "圧縮強度", "a b", "a_b", "v1.2", "日本 2"])
def test_a_plain_name_stays_as_it_is(name: str) -> None:
    assert slug(name) == name


@given(ANY)
def test_a_shown_text_is_one_short_line_that_every_store_can_hold(name: str) -> None:
    line = shown(name * 30)
    assert len(line) <= MAX_TAG
    assert len(line.splitlines()) <= 1
    line.encode("utf-8")


def test_a_cut_is_visible() -> None:
    assert shown("x" * 9, 5) == "xxxx…"

"""A code, a sentence and a next step for every failure, whatever is put into it."""

import json
import pickle

import pytest

from nbml import errors
from nbml.errors import EngineError, JobError, NbmlError
from nbml.i18n import catalogue, text

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, NbmlError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_travels_between_processes(kind):
    """An error keeps its type, code and fields through a pickle, as Ray carries it."""
    error = kind("NBML-J02", job_id="日本", rows=[1, 2], nested={"a": None})
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.code, back.fields) == (error.code, error.fields)
    assert json.loads(json.dumps(back.to_dict())) == error.to_dict()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_speaks_the_language_in_force(monkeypatch, lang):
    monkeypatch.setenv("NBML_LANGUAGE", lang)
    error = JobError("NBML-J02", job_id="abc")
    assert error.message == text("NBML-J02.message", lang, job_id="abc")
    assert "abc" in error.message
    assert str(error).startswith("[NBML-J02] ")
    assert error.next_step in str(error)


def test_an_unknown_language_is_english(monkeypatch):
    monkeypatch.setenv("NBML_LANGUAGE", "xx")
    assert JobError("NBML-J02", job_id="a").message == text("NBML-J02.message", "en", job_id="a")


def test_a_code_without_a_sentence_shows_itself():
    assert NbmlError("NBML-Z99").message == "NBML-Z99.message"


def test_a_missing_value_shows():
    assert "?" in JobError("NBML-J02").message


@pytest.mark.parametrize("name", ["code", "key", "lang", "self", "fields", "args", "message", "template"])
def test_any_name_of_a_field(name):
    """D34: what a library or a user calls a value never collides with ours."""
    error = EngineError("NBML-E13", **{name: "value", "executor": "inline"})
    assert error.fields[name] == "value"
    assert error.code == "NBML-E13"
    assert "inline" in error.message
    assert pickle.loads(pickle.dumps(error)).fields == error.fields


@pytest.mark.parametrize(
    "value", ["{job_id}", "{0}", "{a.b}", "{", "}", "{{}}", "%s", "{job_id.__class__}", "<b>x</b>"]
)
def test_values_are_never_templates(value):
    """S16: braces in a column name stay braces."""
    assert value in JobError("NBML-J02", job_id=value).message


def test_templates_look_into_nothing():
    """Only plain names are filled in: no attribute, no index."""
    from nbml.i18n import _Plain

    for template in ("{a.__class__}", "{a[0]}", "{}", "{0}"):
        with pytest.raises(ValueError, match="not a plain field"):
            _Plain().format(template, a=[1])


def test_lists_are_joined():
    assert text("NBML-S05.message", "en", names=["a", "b"]).count("a, b") == 1


def test_every_sentence_can_be_filled():
    """No template of either language has anything but plain names in its braces."""
    for lang in ("en", "ja"):
        for key in catalogue(lang):
            text(key, lang)

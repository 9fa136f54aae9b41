"""Every finding is a sentence with a next step, in both languages."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

import nbml.data.checks as checks
from nbml.ml import folds


def sentences(language):
    return json.loads(files("nbml.i18n").joinpath(language, "checks.json").read_text("utf-8"))


def codes_in_source():
    sources = [*Path(checks.__file__).parent.glob("*.py"), Path(folds.__file__)]
    return {code for source in sources for code in re.findall(r'"(NBML-D\d\d)"', source.read_text("utf-8"))}


def test_every_code_has_its_sentence_and_no_sentence_is_left_over():
    spoken = {key for key in sentences("en") if key.startswith("NBML")}
    assert spoken == codes_in_source()


@pytest.mark.parametrize("key", sentences("en"))
def test_both_languages_have_the_same_placeholders(key):
    english, japanese = sentences("en")[key], sentences("ja")[key]
    parts = [(english[part], japanese[part]) for part in english] if isinstance(english, dict) else []
    for one, other in parts:
        assert set(re.findall(r"{(\w+)}", one)) == set(re.findall(r"{(\w+)}", other))
    if isinstance(english, dict):
        assert set(english) == set(japanese) == {"message", "next"}


def test_a_finding_in_japanese(recipe, check, monkeypatch):
    monkeypatch.setenv("NBML_LANGUAGE", "ja")
    recipe.loc[3, "y"] = None
    (finding,) = check(recipe)
    assert finding.message == "目的変数 y が空の行が 1 行あります（先頭は 4 行目）。"


def test_every_code_is_in_the_manual():
    manual = Path(checks.__file__).parents[4] / "docs" / "checks.md"
    if not manual.exists():
        pytest.skip("the manual is not part of an installed package")
    assert codes_in_source() <= set(re.findall(r"NBML-D\d\d", manual.read_text("utf-8")))

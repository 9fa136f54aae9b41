"""Every code that tracking says has its words in both languages, with the same placeholders."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import nbml.tracking

SOURCE = Path(nbml.tracking.__file__).parent
CATALOGUE = SOURCE.parent / "i18n"


def words(language: str) -> dict[str, dict[str, str]]:
    path = CATALOGUE / language / "tracking.json"
    said: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return said


def test_every_code_has_its_words() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    used = set(re.findall(r"NBML-T\d\d", source))
    assert used == set(words("en")) == set(words("ja"))


def test_both_languages_have_the_same_placeholders() -> None:
    def fields(one: dict[str, str]) -> set[str | None]:
        return {field for text in one.values() for _, field, _, _ in Formatter().parse(text)} - {None}

    english, japanese = words("en"), words("ja")
    assert {code: fields(said) for code, said in english.items()} == {
        code: fields(said) for code, said in japanese.items()
    }

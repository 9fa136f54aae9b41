"""One catalogue in two languages: the same keys, the same placeholders, every code known and used."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from string import Formatter

from nbml.i18n import LANGUAGES, catalogue

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "nbml"
CODE = re.compile(r"NBML-[A-Z]\d{2}")
SOURCES = {file: file.read_text(encoding="utf-8") for file in sorted(PACKAGE.rglob("*.py"))}
IN_DOCSTRINGS_ONLY = re.compile(r'(?s)""".*?"""')


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def used_codes() -> set[str]:
    """Codes that stand in the code itself, not only in what is said about it."""
    return {code for words in SOURCES.values() for code in CODE.findall(IN_DOCSTRINGS_ONLY.sub("", words))}


def test_both_languages_have_the_same_keys():
    assert catalogue("en").keys() == catalogue("ja").keys()


def test_both_languages_have_the_same_placeholders():
    english, japanese = (catalogue(lang) for lang in LANGUAGES)
    assert [key for key in english if fields(english[key]) != fields(japanese.get(key, ""))] == []
    assert [key for key in english if not all(name.isidentifier() for name in fields(english[key]))] == []


def test_no_key_stands_twice():
    for lang in LANGUAGES:
        keys: Counter[str] = Counter()
        for file in (PACKAGE / "i18n" / lang).glob("*.json"):
            keys.update(name for name, _ in json.loads(file.read_text("utf-8"), object_pairs_hook=list))
        assert [key for key, times in keys.items() if times > 1] == []


def test_every_code_that_is_used_has_its_words():
    known = {key.removesuffix(".message") for key in catalogue("en") if key.endswith(".message")}
    assert used_codes() - known == set()


def test_every_code_with_words_is_used():
    known = {key.split(".")[0] for key in catalogue("en") if CODE.match(key)}
    assert known - used_codes() == set()


def test_every_code_says_what_to_do_next():
    """Codes that are only ever notices have nothing to be done; they are the ones with an empty next step."""
    errors = {
        code for words in SOURCES.values() for code in re.findall(r'Error\(\s*"(NBML-[A-Z]\d{2})"', words)
    }
    for lang in LANGUAGES:
        assert [code for code in sorted(errors) if not catalogue(lang).get(f"{code}.next")] == []


def test_every_word_of_the_command_line_is_used():
    words = "".join(text for file, text in SOURCES.items() if file.parent.name == "cli")
    made = re.findall(r'f"(cli\.[a-z_.]+)\{', words)
    unused = [key for key in catalogue("en") if key.startswith("cli.")
              and f'"{key}"' not in words and not key.startswith(tuple(made))]  # fmt: skip
    assert unused == []

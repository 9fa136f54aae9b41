"""Every command that the pages on settings, catalog, Databricks and clusters show can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from nbml.cli import main

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = ("settings", "catalog", "databricks", "cluster")
PAGES = [(DOCS / f"{page}.md").read_text(encoding="utf-8") for page in NAMES]
FENCED = [
    block
    for page in PAGES
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
]
LINES = [line.strip() for block in FENCED for line in block.splitlines()]
BLOCKS = [line for line in LINES if line.startswith("nbml ")]
INLINE = [words for page in PAGES for words in re.findall(r"`(nbml [a-z][^`\n]*)`", page)]
SHOWN = sorted({line.split("  ")[0].split("#")[0].strip() for line in BLOCKS + INLINE})


def test_commands_are_found():
    assert len(SHOWN) > 10


@pytest.mark.parametrize("command", SHOWN)
def test_a_shown_command_can_be_typed(command, capsys):
    """Parsed with its options; what it does is tried elsewhere."""
    arguments = shlex.split(command.replace("..", ""))[1:]
    assert main([*arguments, "--help"]) == 0, capsys.readouterr().err


def test_a_head_is_started_by_words_that_ray_knows():
    """`ray start` as the page on clusters shows it; the address is a reader's own."""
    from ray.scripts.scripts import start

    known = {option for parameter in start.params for option in parameter.opts}
    shown = [
        words for line in LINES if line.startswith("ray start") for words in line.split() if words[:2] == "--"
    ]
    assert len(shown) > 4
    assert {words.partition("=")[0] for words in shown} <= known


def test_python_of_the_pages_calls_what_there_is():
    """Names and keywords of `nbml` in the pages' code bind to the functions' own signatures."""
    import ast
    import inspect

    import nbml

    calls = [
        node
        for page in PAGES
        for block in re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("nbml.")
    ]
    assert len(calls) > 4
    for call in calls:
        named = {word.arg: None for word in call.keywords}
        inspect.signature(getattr(nbml, call.func.attr)).bind(*call.args, **named)

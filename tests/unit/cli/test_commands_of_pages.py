"""Every ``nbml`` command that the pages on settings, catalog and Databricks show is one that can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from nbml.cli import main

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [(DOCS / f"{page}.md").read_text(encoding="utf-8") for page in ("settings", "catalog", "databricks")]
FENCED = [
    block
    for page in PAGES
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
]
BLOCKS = [line.strip() for block in FENCED for line in block.splitlines() if line.strip().startswith("nbml ")]
INLINE = [words for page in PAGES for words in re.findall(r"`(nbml [a-z][^`\n]*)`", page)]
SHOWN = sorted({line.split("  ")[0].split("#")[0].strip() for line in BLOCKS + INLINE})


def test_commands_are_found():
    assert len(SHOWN) > 10


@pytest.mark.parametrize("command", SHOWN)
def test_a_shown_command_can_be_typed(command, capsys):
    """Parsed with its options; what it does is tried elsewhere."""
    arguments = shlex.split(command.replace("..", ""))[1:]
    assert main([*arguments, "--help"]) == 0, capsys.readouterr().err

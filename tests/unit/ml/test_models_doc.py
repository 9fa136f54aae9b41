"""docs/models.md says of every searched parameter what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbml.ml.models import FAMILIES, family
from nbml.ml.models.base import Shape

DOC = Path(__file__).parents[3] / "docs" / "models.md"


def written(param):
    if param.kind == "choice":
        return " or ".join(map(str, param.choices))
    return f"{param.low:g} .. {param.high:g}"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_tables_of_ranges_are_those_of_the_code(name):
    shapes = [Shape(n, 8, n, 2) for n in (800, 8_000, 40_000)]
    spaces = [family(name).space(shape) for shape in shapes]
    starts = [family(name).start(shape) for shape in shapes]
    section = DOC.read_text(encoding="utf-8").split(f"### {name}\n")[1].split("\n\n")[0]
    rows = {row.split("|")[1].strip(" `"): row for row in section.splitlines()[2:]}
    assert rows.keys() == spaces[0].keys()
    for key, row in rows.items():
        param = spaces[0][key]
        begun = list(dict.fromkeys(f"{start[key]:g}" for start in starts))
        start = begun[0] if len(begun) == 1 else ", ".join(f"{start[key]:g}" for start in starts)
        why = ("log. " if param.log else "") + param.why
        assert row == "| " + " | ".join([f"`{key}`", *(written(s[key]) for s in spaces), start, why]) + " |"

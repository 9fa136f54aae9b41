"""How answers are laid out on a terminal: tables without rules, names with their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from nbml.spec.reading import shown


def pairs(rows: Sequence[tuple[str, str]]) -> Iterator[Text]:
    """Names and values, a line each, so that a path or command is never broken in two."""
    width = max(cell_len(name) for name, _ in rows)
    for name, value in rows:
        yield Text.assemble((set_cell_size(name, width), "dim"), "  ", shown(value, 1_000))


def plain_table() -> Table:
    """A table without lines, as all answers are laid out."""
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")

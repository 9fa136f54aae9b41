"""A row as Python and as cells to paste."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from nbml.jobs.export import harmless
from nbml.jobs.predicting.opened import OpenModels, Value


def row_as_code(
    models: OpenModels, row: Sequence[Value], *, families: Sequence[str] = (), interval: float | None = 0.9
) -> str:
    """The call that predicts the row; every name and level is a Python literal."""
    lines = "".join(f"    {name!r}: {_literal(value)},\n" for name, value in models.named(row).items())
    level = "None" if interval is None else f"{interval:g}"
    chosen = models.families(()) == models.families(families)
    only = [""] if chosen else [f", target={t!r}, family={f!r}" for f, t in models.groups(families)]
    calls = "".join(f"nbml.predict({models.job_id!r}, row, interval={level}{which})\n" for which in only)
    return f"import nbml\n\nrow = {{\n{lines}}}\n{calls}"


def row_as_cells(models: OpenModels, row: Sequence[Value]) -> str:
    """Names and values in two lines, tab-separated; no cell that a spreadsheet would run."""
    said = models.named(row)
    values = ["" if value is None else value for value in said.values()]
    return "\n".join("\t".join(_cell(one) for one in line) for line in (list(said), values))


def _literal(value: Value) -> str:
    if isinstance(value, float) and isfinite(value) and value == int(value) and abs(value) < 2**53:
        return repr(int(value))
    return repr(value)


def _cell(value: Value) -> str:
    told = _literal(value) if isinstance(value, float | int) else str(value)
    return str(harmless(" ".join(told.split()) if any(c in told for c in "\t\r\n") else told))

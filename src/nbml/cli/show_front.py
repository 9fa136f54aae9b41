"""The answer of an inverse search on a terminal: the best rows, what there is to know, where it is kept."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import number
from nbml.i18n import text
from nbml.spec.front import OptimizeRecord
from nbml.spec.reading import shown

ROWS = 12


def show_front(console: Console, record: OptimizeRecord, folder: Path) -> None:
    """Print the Pareto rows that are best by desirability, with inputs, predictions and trust."""
    from nbml.jobs.optimize.result import OptimizeResult

    pareto = OptimizeResult(folder, record).pareto
    words = text("cli.front.found", size=record.front_size, evaluations=f"{record.evaluations:,}")
    console.print(Text(words, style="bold"))
    best = pareto.sort_values("desirability", ascending=False, kind="stable").head(ROWS)
    names = [one.name for one in record.inputs] + [f"predicted_{target}" for target in record.targets]
    names += [name for name in ("desirability", "probability", "distance") if name in best]
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(shown(name.removeprefix("predicted_"), 24), justify="right", overflow="fold")
    for cells in zip(*(best[name] for name in names), strict=True):
        table.add_row(*(shown(str(c), 24) if isinstance(c, str) else number(float(c)) for c in cells))
    console.print(table)
    for notice in record.notices:
        console.print(Text(f"! {notice.code}  {shown(notice.message, 1_000)}"), soft_wrap=True)
    console.print(Text(str(folder / "pareto.csv"), style="dim"), soft_wrap=True)

"""Lists on a terminal: jobs, what doctor found, predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import duration, number
from nbml.cli.lines import plain_table
from nbml.i18n import text
from nbml.spec.reading import shown

if TYPE_CHECKING:
    import pandas as pd

    from nbml.jobs.doctor import Check
    from nbml.spec.history import JobSummary

_ROWS = 20


def job_table(jobs: Sequence[JobSummary]) -> Table:
    """Jobs, newest first as given."""
    table = plain_table()
    for key in ("job", "state", "title", "best", "created", "took", "user"):
        table.add_column(
            text(f"cli.column.{key}"), overflow="fold", no_wrap=key in ("job", "state", "created")
        )
    for job in jobs:
        several = len(job.best) > 1
        best = ", ".join(
            (f"{shown(name, 30)} " if several else "") + number(value) for name, value in job.best.items()
        )
        if job.task == "optimize" and job.front_size:
            best = text("cli.front.size", size=f"{job.front_size:,}")
        table.add_row(
            job.id,
            text(f"cli.state.{job.state}"),
            shown(job.title),
            best,
            job.created[:16].replace("T", " "),
            "" if job.seconds is None else duration(job.seconds),
            shown(job.user),
        )
    return table


def check_table(checks: Sequence[Check]) -> Table:
    """What doctor looked at; a verdict is a word, so it reads without colour."""
    table = plain_table()
    styles = {"ok": "", "warning": "yellow", "failed": "bold red"}
    for key in ("check", "verdict", "found"):
        table.add_column(text(f"cli.column.{key}"), overflow="fold")
    for check in checks:
        said = [*check.found.splitlines(), *([check.next_step] if check.next_step else [])]
        found = "\n".join(shown(line, 500) for line in said)
        table.add_row(
            shown(check.name), Text(text(f"cli.check.{check.verdict}"), style=styles[check.verdict]), found
        )
    return table


def show_predictions(console: Console, predicted: pd.DataFrame) -> None:
    """The first rows of predictions, numbered from 1 as in the file."""
    table = plain_table()
    table.add_column(text("cli.column.row"), justify="right", style="dim")
    for name in predicted.columns:
        table.add_column(shown(str(name)), justify="right", overflow="fold")
    for place, row in enumerate(predicted.head(_ROWS).itertuples(index=False), start=1):
        table.add_row(str(place), *(number(v) if isinstance(v, float) else shown(str(v)) for v in row))
    console.print(table)
    if len(predicted) > _ROWS:
        console.print(text("cli.more_rows", rows=f"{len(predicted) - _ROWS:,}"))

"""Answers on a terminal: verdict, leaderboard, warnings and what to do next; lists of jobs and of checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import decimals, duration, number, plus_minus
from nbml.i18n import catalogue, text
from nbml.spec.events import Score
from nbml.spec.reading import shown
from nbml.spec.result import Leader, TrainRecord

if TYPE_CHECKING:
    from nbml.jobs.doctor import Check
    from nbml.jobs.listing import JobSummary

_LATE = 0.8


def result_page(record: TrainRecord, folder: Path) -> Iterator[RenderableType]:
    """All a person wants to know at the end of a job, in the order they want it."""
    yield Text()
    for target in record.targets:
        yield Text(verdict(record, target), style="bold")
    yield leaderboard(record)
    for line in undefined_lines(record):
        yield Text(line, style="dim")
    for finding in record.warnings:
        yield Text(f"! {finding.code}  {shown(finding.message, 1_000)}")
        yield Text(f"  {shown(finding.next_step, 1_000)}", style="dim")
    yield Text()
    yield pairs(places(record, folder))
    yield Text()
    yield Text(text("cli.next.title"), style="bold")
    for line in next_steps(record):
        yield Text(f"  {line}")


def verdict(record: TrainRecord, target: str) -> str:
    """One sentence: how far off the chosen model is on rows it has not seen, and how far off guessing is."""
    best = record.chosen(target)
    rmse = None if best is None else best.scores.get("rmse")
    name = f"{shown(target)}: " if len(record.targets) > 1 else ""
    if rmse is None or rmse.pooled is None:
        return name + text("cli.verdict.none")
    places = decimals(rmse.pooled, rmse.spread)
    unit = record.sheet[target].unit if target in record.sheet else None
    error = number(rmse.pooled, places) + (f" {shown(unit)}" if unit else "")
    dummy = next(
        (
            row.scores["rmse"].pooled
            for row in record.leaderboard
            if row.target == target and row.family == "baseline" and "rmse" in row.scores
        ),
        None,
    )
    unseen = (
        text("cli.verdict.groups", group=shown(record.group)) if record.group else text("cli.verdict.rows")
    )
    if dummy is None:
        return name + text("cli.verdict.alone", error=error, unseen=unseen)
    key = "cli.verdict.better" if rmse.pooled < dummy else "cli.verdict.worse"
    return name + text(key, error=error, unseen=unseen, baseline=number(dummy, places))


def leaderboard(record: TrainRecord) -> Table:
    """A row a target and family, the baseline last; ``*`` marks what predictions use."""
    table = Table(box=SIMPLE, pad_edge=False, header_style="dim")
    several = len(record.targets) > 1
    table.add_column("", width=1)
    if several:
        table.add_column(text("cli.column.target"), overflow="fold")
    table.add_column(text("cli.column.model"))
    for key in ("rmse", "rmse_folds", "mae", "r2", "trials", "seconds"):
        table.add_column(text(f"cli.column.{key}"), justify="right", no_wrap=True)
    for target in record.targets:
        rows = sorted((row for row in record.leaderboard if row.target == target), key=_rank)
        for row in rows:
            cells = _leader_cells(row)
            table.add_row(
                *([cells[0], shown(target), *cells[1:]] if several else cells),
                style="bold" if row.chosen else None,
            )
    return table


def _rank(row: Leader) -> tuple[bool, float]:
    score = row.scores.get("rmse")
    return row.family == "baseline", float("inf") if score is None or score.pooled is None else score.pooled


def _leader_cells(row: Leader) -> list[str]:
    is_baseline = row.family == "baseline"
    family = text("cli.baseline") if is_baseline else row.family
    mark = "*" if row.chosen else ""
    if row.error is not None:
        return [mark, family, row.error.code, "", "", "", f"0+{row.trials_failed}", ""]
    rmse = row.scores.get("rmse")
    failed = f"+{row.trials_failed}✗" if row.trials_failed else ""
    return [
        mark,
        family,
        "-" if rmse is None else number(rmse.pooled, decimals(rmse.pooled, rmse.spread)),
        _spread(rmse),
        _spread(row.scores.get("mae")),
        _spread(row.scores.get("r2")),
        "" if is_baseline else f"{row.trials_complete}{failed}",
        "" if is_baseline else number(row.seconds, 1),
    ]


def _spread(score: Score | None) -> str:
    if score is None:
        return "-"
    return plus_minus(score.mean, score.spread) + ("†" if score.undefined else "")


def undefined_lines(record: TrainRecord) -> list[str]:
    """A footnote for each metric that is not defined in every fold."""
    notes: dict[str, None] = {}
    for row in record.leaderboard:
        for score in row.scores.values():
            for fold, reason in score.undefined.items():
                words = (
                    text(f"undefined.{reason}") if f"undefined.{reason}" in catalogue("en") else shown(reason)
                )
                notes[text("cli.undefined", metric=score.metric, fold=shown(fold), reason=words)] = None
    return [f"† {note}" for note in notes]


def places(record: TrainRecord, folder: Path) -> list[tuple[str, str]]:
    """Where everything is kept."""
    found = [
        (text("cli.place.job"), record.job_id),
        (text("cli.place.folder"), str(folder)),
        (text("cli.place.cv_result"), str(folder / record.cv_result)),
    ]
    if record.run_id:
        found.append((text("cli.place.mlflow"), record.run_id))
    if record.tracking_uri:
        found.append((text("cli.place.store"), record.tracking_uri))
    return found


def next_steps(record: TrainRecord) -> list[str]:
    """What is worth doing now, judged by this very result; at most five lines, each one command."""
    steps = [text("cli.next.predict", id=record.job_id), text("cli.next.python", id=record.job_id)]
    best = [row for target in record.targets if (row := record.chosen(target)) is not None]
    if any(row.trial is not None and row.trial >= _LATE * row.trials_complete >= 1 for row in best):
        steps.append(text("cli.next.more_trials", trials=3 * max(row.trials_complete for row in best)))
    if len({row.family for row in record.leaderboard} - {"baseline"}) == 1:
        steps.append(text("cli.next.families"))
    if record.run_id and record.tracking_uri:
        steps.append(text("cli.next.mlflow", uri=record.tracking_uri))
    return steps


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values, two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, shown(value, 1_000))
    return grid


def job_table(jobs: Sequence[JobSummary]) -> Table:
    """Jobs, newest first as given."""
    table = Table(box=SIMPLE, pad_edge=False, header_style="dim")
    for key in ("job", "state", "title", "best", "created", "took", "user"):
        table.add_column(text(f"cli.column.{key}"), overflow="fold", no_wrap=key in ("job", "state"))
    for job in jobs:
        several = len(job.best) > 1
        best = ", ".join(
            (f"{shown(name, 30)} " if several else "") + number(value) for name, value in job.best.items()
        )
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
    table = Table(box=SIMPLE, pad_edge=False, header_style="dim")
    styles = {"ok": "", "warning": "yellow", "failed": "bold red"}
    for key in ("check", "verdict", "found"):
        table.add_column(text(f"cli.column.{key}"), overflow="fold")
    for check in checks:
        found = shown(check.found, 500) + (f"\n{shown(check.next_step, 500)}" if check.next_step else "")
        table.add_row(
            shown(check.name), Text(text(f"cli.check.{check.verdict}"), style=styles[check.verdict]), found
        )
    return table

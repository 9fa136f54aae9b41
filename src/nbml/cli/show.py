"""The result of a job on a terminal: verdict, leaderboard, warnings, where it is kept, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nbml.cli.figures import decimals, number, plus_minus
from nbml.cli.lines import pairs, plain_table
from nbml.cli.show_front import show_front
from nbml.data.gathering import gathered
from nbml.i18n import catalogue, text
from nbml.spec.events import Score
from nbml.spec.front import OptimizeRecord
from nbml.spec.reading import shown
from nbml.spec.result import Leader, TrainRecord

_LATE = 0.8


def show_result(console: Console, record: TrainRecord | OptimizeRecord, folder: Path) -> None:
    """Print the page; text is left to the terminal to wrap, so it can be copied whole."""
    if isinstance(record, OptimizeRecord):
        show_front(console, record, folder)
        return
    for part in result_page(record, folder):
        console.print(part, soft_wrap=isinstance(part, Text))


def result_page(record: TrainRecord, folder: Path) -> Iterator[Text | Table]:
    """All a person wants to know at the end of a job, in the order they want it."""
    yield Text()
    for target in record.targets:
        yield Text(verdict(record, target), style="bold")
    yield Text()
    yield leaderboard(record)
    for line in undefined_lines(record):
        yield Text(line, style="dim")
    for finding in gathered(record.warnings):
        yield Text(f"! {finding.code}  {shown(finding.message, 1_000)}")
        yield Text(f"  {shown(finding.next_step, 1_000)}", style="dim")
    yield Text()
    yield from pairs(places(record, folder))
    yield Text()
    yield Text(text("cli.next.title"), style="bold")
    yield from pairs(next_steps(record))


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
    table = plain_table()
    several = len(record.targets) > 1
    table.add_column("", width=1)
    if several:
        table.add_column(text("cli.column.target"), overflow="fold")
    table.add_column(text("cli.column.model"), no_wrap=True)
    for key in ("rmse", "rmse_folds", "mae", "r2", "trials", "seconds"):
        table.add_column(text(f"cli.column.{key}"), justify="right", no_wrap=True)
    for target in record.targets:
        rows = sorted((row for row in record.leaderboard if row.target == target), key=_rank)
        first = rows[0].scores.get("rmse") if rows else None
        places = 1 + decimals(first.pooled, first.spread) if first else None
        for row in rows:
            cells = _leader_cells(row, places)
            table.add_row(
                *([cells[0], shown(target), *cells[1:]] if several else cells),
                style="bold" if row.chosen else None,
            )
    return table


def _rank(row: Leader) -> tuple[bool, float]:
    score = row.scores.get("rmse")
    return row.family == "baseline", float("inf") if score is None or score.pooled is None else score.pooled


def _leader_cells(row: Leader, places: int | None) -> list[str]:
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
        "-" if rmse is None else number(rmse.pooled, places),
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


def next_steps(record: TrainRecord) -> list[tuple[str, str]]:
    """What is worth doing now, judged by this very result: the purpose and its command."""
    steps = [
        ("predict", f"nbml predict {record.job_id} new.csv -o out.csv"),
        ("python", f'nbml.open("{record.job_id}").result()'),
    ]
    best = [row for target in record.targets if (row := record.chosen(target)) is not None]
    if any(row.trial is not None and row.trial >= _LATE * row.trials_complete >= 1 for row in best):
        steps.append(("more_trials", f"--trials {3 * max(row.trials_complete for row in best)}"))
    if len({row.family for row in record.leaderboard} - {"baseline"}) == 1:
        steps.append(("families", "--model catboost --model xgboost"))
    if record.run_id and record.tracking_uri:
        steps.append(("mlflow", f"mlflow ui --backend-store-uri {record.tracking_uri}"))
    return [(text(f"cli.next.{purpose}"), command) for purpose, command in steps]

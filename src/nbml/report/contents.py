"""What a report tells: facts and figures of a finished training, as text and plotly JSON. Knows no HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbml.errors import NbmlError
from nbml.i18n import text
from nbml.i18n.numbers import number, plus_minus
from nbml.jobs.explaining.opening import make_explanation
from nbml.jobs.explaining.picking import pick_rows
from nbml.jobs.explaining.subject import Subject
from nbml.jobs.reviewing.figures import result_figure
from nbml.jobs.reviewing.reliance import held_out_distance
from nbml.jobs.reviewing.review import review
from nbml.report.boards import Board, Drawn, drawn
from nbml.report.reliance import Section, coverage, domain
from nbml.spec.messages.train_room import LeaderRow, ScoreCell, TargetResult

if TYPE_CHECKING:
    from nbml.jobs.job import Job
    from nbml.ml.models.base import Floats

DEPENDENCE = 3
"""Features whose dependence is drawn: the most important ones."""
Tell = Callable[[int, int], object]
"""Told how many targets are done, and how many there are; may raise to stop."""


@dataclass(frozen=True)
class TargetPart:
    """One target: how good, which model, what it has learnt, how far to rely on it."""

    name: str
    verdict: str
    tone: str
    board: Board
    figures: tuple[Drawn, ...]
    explained: Section
    coverage: Section | None
    domain: Section | None
    params: Board


@dataclass(frozen=True)
class Contents:
    """All of a report."""

    title: str
    facts: Board
    scheme: str
    folds: Board
    columns: Board
    warnings: tuple[tuple[str, str], ...]
    targets: tuple[TargetPart, ...]
    versions: Board
    hashes: Board


def contents(job: Job, tell: Tell = lambda _done, _total: None) -> Contents:
    """Gather a finished job, in the language in force.

    Raises
    ------
    JobError
        NBML-J05 where the job left no result.
    """
    subject = Subject.of(job)
    record, seen = subject.result.record, review(job)
    reference = subject.bundle.reference
    distance = None if reference is None else held_out_distance(reference)
    sizes = {name: int((subject.fold == k).sum()) for k, name in enumerate(record.fold_names)}
    resolved = job.spec.resolved
    parts = []
    for place, one in enumerate(seen.targets):
        tell(place, len(seen.targets))
        parts.append(_target(job, subject, one, distance))
    return Contents(
        title=record.title,
        facts=Board((), tuple((text(f"report.fact.{key}"), value) for key, value in _facts(subject))),
        scheme=text(f"report.scheme.{record.fold_scheme}", n=len(record.fold_names)),
        folds=Board(
            (text("report.fold"), text("report.fold_rows")),
            tuple((name, f"{rows:,}") for name, rows in sizes.items()),
        ),
        columns=_columns(subject),
        warnings=tuple((line.message, line.next_step) for line in seen.warnings),
        targets=tuple(parts),
        versions=Board((), tuple((resolved.versions if resolved else subject.bundle.versions).items())),
        hashes=Board(
            (),
            (
                (text("report.fact.data_sha256"), record.data_sha256),
                (text("report.fact.models_sha256"), subject.bundle.digest),
            ),
        ),
    )


def _facts(subject: Subject) -> Iterator[tuple[str, str]]:
    spec, record = subject.job.spec, subject.result.record
    yield "job", subject.job.id
    yield "run", record.run_id or "–"
    yield "source", Path(spec.data.path).name if spec.data.path else spec.data.name
    yield "rows", f"{record.n_rows:,}"
    yield "features", f"{len(record.features):,}"
    yield "group", record.group or "–"
    yield "models", ", ".join(text(f"train_room.family.{family}") for family in spec.models)
    trials = sum(row.trials_complete + row.trials_failed for row in record.leaderboard)
    yield "search", text("report.fact.search.words", trials=f"{trials:,}", sampler=spec.search.sampler)
    yield "seed", str(spec.seed)
    if spec.resolved is not None:
        yield "created", spec.resolved.created.replace("T", " ").replace("+00:00", " UTC")


def _columns(subject: Subject) -> Board:
    record = subject.result.record
    roles = dict.fromkeys(record.features, "feature") | dict.fromkeys(record.targets, "target")
    if record.group is not None:
        roles[record.group] = "group"
    rows = []
    for name, role in roles.items():
        if name not in record.sheet:
            continue
        one = record.sheet[name]
        told = ", ".join(one.levels[:8]) if one.levels else f"{number(one.low)} – {number(one.high)}"
        rows.append(
            (
                name,
                text(f"report.role.{role}"),
                text(f"data_room.kind.{one.kind}"),
                told,
                f"{one.missing_share:.1%}",
            )
        )
    keys = ("name", "role", "kind", "range", "missing")
    return Board(tuple(text(f"report.column.{key}") for key in keys), tuple(rows))


def _target(job: Job, subject: Subject, seen: TargetResult, distance: Floats | None) -> TargetPart:
    chosen = next((row for row in seen.leaders if row.chosen), None)
    leader = None if chosen is None else subject.leader(seen.target, None)
    figures = []
    if leader is not None:
        for name in ("parity", "residuals", "fold_scores"):
            figure, _ = result_figure(job, name, seen.target)
            if figure is not None:
                figures.append(drawn(text(f"train_room.figures.{name}"), figure))
    metrics = (text("train_room.board.rmse"), "MAE", "R²")
    return TargetPart(
        name=seen.target,
        verdict=seen.verdict,
        tone=seen.tone,
        board=Board((text("train_room.board.model"), *metrics), tuple(_leader(row) for row in seen.leaders)),
        figures=tuple(figures),
        explained=Section(()) if leader is None else _explained(subject, seen.target),
        coverage=None if leader is None else coverage(subject, leader),
        domain=None if leader is None else domain(subject, leader, distance),
        params=Board((), tuple((k, str(v)) for k, v in chosen.params.items()) if chosen else ()),
    )


def _explained(subject: Subject, target: str) -> Section:
    """Shapley values of held-out rows; where there are none, why."""
    try:
        why = make_explanation(subject, target, None, of="held_out")
        worst = pick_rows(why.explained, "worst", most=1).places
    except NbmlError as error:
        return Section((), cautions=(f"{error.message} {error.next_step}",))
    figures = [
        drawn(text("explain_room.bar"), why.bar()),
        drawn(text("explain_room.beeswarm"), why.beeswarm()),
    ]
    if len(worst):
        row = why.waterfall(int(why.explained.rows[worst[0]]))
        figures.append(drawn(text("explain_room.waterfall"), row))
    figures += [
        drawn(text("explain_room.tab.dependence"), why.dependence(feature))
        for feature in why.importance["feature"][:DEPENDENCE]
    ]
    return Section((text("report.shap.words"),), (), tuple(figures))


def _leader(row: LeaderRow) -> tuple[str, ...]:
    name = (
        text("train_room.baseline") if row.family == "baseline" else text(f"train_room.family.{row.family}")
    )
    mark = f" ({text('explain_room.model.chosen')})" if row.chosen else ""
    return (name + mark, *(_score(cell) for cell in (row.rmse, row.mae, row.r2)))


def _score(cell: ScoreCell | None) -> str:
    return "–" if cell is None else plus_minus(cell.pooled, cell.spread)

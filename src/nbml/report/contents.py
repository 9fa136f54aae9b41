"""What a report tells: facts and figures of a finished training, as text and plotly JSON. Knows no HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbml.i18n import text
from nbml.i18n.numbers import number, plus_minus
from nbml.jobs.explaining.opening import make_explanation
from nbml.jobs.explaining.picking import pick_rows
from nbml.jobs.explaining.subject import Subject
from nbml.jobs.reviewing.figures import result_figure
from nbml.jobs.reviewing.review import review
from nbml.spec.messages.train_room import LeaderRow, ScoreCell, TargetResult

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from nbml.jobs.job import Job


@dataclass(frozen=True)
class Drawn:
    """A figure with its heading, and the height it needs."""

    title: str
    json: str
    height: int


@dataclass(frozen=True)
class Board:
    """A table of text: names of columns, then rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TargetPart:
    """One target: how good, which model, and what it has learnt."""

    name: str
    verdict: str
    tone: str
    board: Board
    coverage: Board | None
    figures: tuple[Drawn, ...]
    params: Board


@dataclass(frozen=True)
class Contents:
    """All of a report."""

    title: str
    facts: Board
    folds: Board
    columns: Board
    warnings: tuple[tuple[str, str], ...]
    targets: tuple[TargetPart, ...]
    versions: Board


def contents(job: Job) -> Contents:
    """Gather a finished job, in the language in force.

    Raises
    ------
    JobError
        NBML-J05 where the job left no result.
    """
    subject = Subject.of(job)
    record, seen = subject.result.record, review(job)
    run = record.run_id or "–"
    facts = {
        "job": job.id, "run": run, "source": job.spec.data.name or job.spec.data.path or "–",
        "rows": f"{record.n_rows:,}", "features": f"{len(record.features):,}", "group": record.group or "–",
        "seed": str(job.spec.seed), "data_sha256": record.data_sha256, "models_sha256": subject.bundle.digest,
    }  # fmt: skip
    sizes = {name: int((subject.fold == k).sum()) for k, name in enumerate(record.fold_names)}
    return Contents(
        title=record.title,
        facts=Board((), tuple((text(f"report.fact.{key}"), value) for key, value in facts.items())),
        folds=Board(
            (text("report.fold"), text("report.fold_rows")),
            tuple((name, f"{rows:,}") for name, rows in sizes.items()),
        ),
        columns=_columns(subject),
        warnings=tuple((line.message, line.next_step) for line in seen.warnings),
        targets=tuple(_target(job, subject, one) for one in seen.targets),
        versions=Board((), tuple(subject.bundle.versions.items())),
    )


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


def _target(job: Job, subject: Subject, seen: TargetResult) -> TargetPart:
    figures: list[Drawn] = []

    def add(title: str, figure: go.Figure | None) -> None:
        if figure is not None:
            figures.append(Drawn(title, figure.to_json(), int(figure.layout.height or 420)))

    chosen = next((row for row in seen.leaders if row.chosen), None)
    if chosen is not None:
        for name in ("parity", "residuals", "fold_scores"):
            add(text(f"train_room.figures.{name}"), result_figure(job, name, seen.target)[0])
        why = make_explanation(subject, seen.target, None, of="held_out")
        add(text("explain_room.bar"), why.bar())
        add(text("explain_room.beeswarm"), why.beeswarm())
        worst = pick_rows(why.explained, "worst", most=1).places[0]
        add(text("explain_room.waterfall"), why.waterfall(int(why.explained.rows[worst])))
        for feature in why.importance["feature"][:2]:
            add(text("explain_room.tab.dependence"), why.dependence(feature))
    metrics = (text("train_room.board.rmse"), "MAE", "R²")
    return TargetPart(
        name=seen.target,
        verdict=seen.verdict,
        tone=seen.tone,
        board=Board((text("train_room.board.model"), *metrics), tuple(_leader(row) for row in seen.leaders)),
        coverage=_coverage(subject, seen.target),
        figures=tuple(figures),
        params=Board((), tuple((k, str(v)) for k, v in chosen.params.items()) if chosen else ()),
    )


def _leader(row: LeaderRow) -> tuple[str, ...]:
    name = (
        text("train_room.baseline") if row.family == "baseline" else text(f"train_room.family.{row.family}")
    )
    mark = f" ({text('explain_room.model.chosen')})" if row.chosen else ""
    return (name + mark, *(_score(cell) for cell in (row.rmse, row.mae, row.r2)))


def _score(cell: ScoreCell | None) -> str:
    return "–" if cell is None else plus_minus(cell.pooled, cell.spread)


def _coverage(subject: Subject, target: str) -> Board | None:
    leader = subject.result.record.chosen(target)
    if leader is None or not leader.coverage:
        return None

    def share(value: Any) -> str:
        return "–" if value is None else f"{value:.1%}"

    rows = tuple(
        (f"{one.level:.0%}", share(one.share), number(one.median_width), share(one.worst_case))
        for one in leader.coverage
    )
    keys = ("level", "share", "width", "worst_case")
    return Board(tuple(text(f"report.coverage.{key}") for key in keys), rows)

"""What a saved notebook shows of a panel where there is no kernel: escaped, without scripts, rows or values.

Colours are inherited, so that it reads on light and dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from nbml.i18n import speaking, text
from nbml.i18n.numbers import number, plus_minus
from nbml.jobs.opening import AnyJob
from nbml.spec.columns import Finding
from nbml.spec.reading import shown
from nbml.spec.result import Leader, TrainRecord
from nbml.spec.snapshot import Snapshot
from nbml.widgets.session import Session

MOST_ROWS = 60
_METRICS = ("rmse", "mae", "r2")
_TABLE = 'style="border-collapse:collapse;margin:.5em 0;color:inherit;background:none"'
_CELL = 'style="padding:.15em .8em .15em 0;text-align:left;border-bottom:1px solid rgba(128,128,128,.3)"'


def static_html(session: Session, token: str) -> str:
    """The panel as static HTML in its language.

    Parameters
    ----------
    token : str
        The panel's own; the live view hides the block of that name while it works.
    """
    with speaking(session.language):
        parts = [*_table_part(session), *_job_part(session)] or [_line(text("widgets.static.empty"))]
        body = "".join((*parts, _line(text("widgets.static.hint"))))
    return f'<div class="nbml-static nbml-static-{token}" lang="{session.language}">{body}</div>'


def static_text(session: Session) -> str:
    """The panel in one or two lines of plain text."""
    with speaking(session.language):
        state = session.state
        lines = ["nbml"]
        if state.table is not None:
            lines.append(
                text(
                    "widgets.static.table",
                    name=state.table.name,
                    rows=state.table.n_rows,
                    columns=state.table.n_columns,
                )
            )
        if session.job is not None and state.job is not None:
            lines.append(_job_line(session.job, state.job.title, state.job.state))
            record = _record(session.job)
            for row in [] if record is None else [leader for leader in record.leaderboard if leader.chosen]:
                score = row.scores.get("rmse")
                if score is not None:
                    lines.append(
                        f"{shown(row.target)}: RMSE {plus_minus(score.mean, score.spread)} ({row.family})"
                    )
        return "\n".join(lines)


def _table_part(session: Session) -> list[str]:
    table, summary = session.table, session.state.table
    if table is None or summary is None:
        return []
    columns = table.columns.columns
    rows = [
        (
            c.label or c.name,
            text(f"widgets.kind.{c.kind}"),
            text(f"widgets.role.{c.role}"),
            c.unit or "",
            f"{c.missing_share:.1%}" if c.missing_share else "",
            f"{c.n_unique:,}",
        )
        for c in columns[:MOST_ROWS]
    ]
    said = text("widgets.static.table", name=summary.name, rows=summary.n_rows, columns=summary.n_columns)
    heads = ("column", "kind", "role", "unit", "missing", "distinct")
    return [
        _line(said, "b"),
        _grid([text(f"widgets.static.{head}") for head in heads], rows),
        _rest(len(columns)),
    ]


def _job_part(session: Session) -> list[str]:
    job, line = session.job, session.state.job
    if job is None or line is None:
        return []
    parts = [_line(_job_line(job, line.title, line.state), "b")]
    seen = session.feed.snapshot if session.feed is not None else job.snapshot()
    if seen.error is not None:
        parts.append(_line(f"[{seen.error.code}] {seen.error.message} {seen.error.next_step}"))
    record = _record(job)
    return parts + (_progress(seen) if record is None else _result(record))


def _job_line(job: AnyJob, title: str, state: str) -> str:
    return text("widgets.static.job", title=title, id=job.id, state=text(f"widgets.state.{state}"))


def _progress(seen: Snapshot) -> list[str]:
    rows = [
        (
            study.target,
            study.family,
            f"{study.complete + study.failed}" + ("" if study.planned is None else f"/{study.planned}"),
            number(study.best.value) if study.best else "",
        )
        for study in seen.studies[:MOST_ROWS]
    ]
    heads = [text(f"widgets.static.{head}") for head in ("target", "model", "trials", "best")]
    return [_grid(heads, rows)] if rows else []


def _result(record: TrainRecord) -> list[str]:
    heads = ["", text("widgets.static.target"), text("widgets.static.model"), *(m.upper() for m in _METRICS)]
    ranked = sorted(record.leaderboard, key=lambda row: (record.targets.index(row.target), not row.chosen))
    parts = [_grid([*heads, text("widgets.static.trials")], [_leader(row) for row in ranked[:MOST_ROWS]])]
    for row in (leader for leader in ranked if leader.chosen and leader.params):
        params = ", ".join(f"{shown(name)}={shown(_value(value))}" for name, value in row.params.items())
        parts.append(
            _line(text("widgets.static.params", target=shown(row.target), model=row.family, params=params))
        )
    return parts + _warnings(record.warnings)


def _leader(row: Leader) -> Sequence[str]:
    is_baseline = row.family == "baseline"
    scores = [row.scores.get(metric) for metric in _METRICS]
    return (
        "✓" if row.chosen else "",
        row.target,
        text("widgets.static.baseline") if is_baseline else row.family,
        *("" if score is None else plus_minus(score.mean, score.spread) for score in scores),
        "" if is_baseline else str(row.trials_complete + row.trials_failed),
    )


def _warnings(found: Sequence[Finding]) -> list[str]:
    if not found:
        return []
    items = "".join(f"<li>{_safe(f'{one.message} {one.next_step}', 600)}</li>" for one in found[:MOST_ROWS])
    return [_line(text("widgets.static.warnings"), "b"), f"<ul>{items}</ul>"]


def _record(job: AnyJob) -> TrainRecord | None:
    """The result, once there is one that can be read."""
    if not job.paths.result.exists():
        return None
    try:
        return TrainRecord.model_validate_json(job.paths.result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _rest(count: int) -> str:
    return _line(f"… +{count - MOST_ROWS}") if count > MOST_ROWS else ""


def _grid(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th {_CELL}>{_safe(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td {_CELL}>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table {_TABLE}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(words: str, tag: str = "span") -> str:
    return f"<p><{tag}>{_safe(words, 2_000)}</{tag}></p>"


def _safe(words: str, width: int = 120) -> str:
    return f"<bdi>{escape(shown(words, width))}</bdi>"

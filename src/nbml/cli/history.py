"""``nbml describe``, ``compare``, ``delete``, ``restore``: runs named, set side by side, cleared away."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from nbml.cli.figures import plus_minus
from nbml.cli.lines import plain_table
from nbml.cli.options import JobId, Json
from nbml.cli.screen import err, is_dialogue, out, write_json
from nbml.i18n import text
from nbml.spec.reading import shown


def describe(
    job_id: JobId,
    name: Annotated[str | None, typer.Option(help="cli.option.new_name", show_default=False)] = None,
    note: Annotated[str | None, typer.Option(help="cli.option.note", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Give a job another name or a note; without either, show them."""
    from nbml.jobs.history.about import describe as say
    from nbml.jobs.history.summary import summarise
    from nbml.settings import Settings

    say(job_id, name=name, note=note)
    line = summarise(job_id, Settings())
    if as_json:
        write_json(line.model_dump(mode="json"))
        return
    out().print(Text(shown(line.title, 200), style="bold"))
    if line.note:
        out().print(shown(line.note, 10_000), soft_wrap=True)


def compare(
    job_ids: Annotated[list[str], typer.Argument(metavar="ID ID...", help="cli.option.compared")],
    as_json: Json = False,
) -> None:
    """Put jobs side by side: scores with their spread, and what was done differently."""
    from nbml.jobs.history.comparison import compare as put_side_by_side

    comparison = put_side_by_side(job_ids)
    if as_json:
        write_json(comparison.model_dump(mode="json"))
        return
    console = out()
    scores = plain_table()
    for key in ("job", "title", "target", "model", "rmse", "mae", "r2"):
        scores.add_column(text(f"cli.column.{key}"), overflow="fold")
    titles = {job.id: job.title for job in comparison.jobs}
    for model in comparison.models:
        cells = [
            plus_minus(score.pooled, score.spread) if score is not None else "-"
            for score in (model.scores.get(metric) for metric in ("rmse", "mae", "r2"))
        ]
        scores.add_row(model.job_id, shown(titles[model.job_id]), shown(model.target), model.family, *cells)
    console.print(scores)
    if not comparison.is_fair:
        console.print(Text(text("cli.unfair"), style="yellow"), soft_wrap=True)
    if comparison.settings:
        differing = plain_table()
        differing.add_column(text("cli.column.setting"), overflow="fold")
        for job in comparison.jobs:
            differing.add_column(job.id, overflow="fold")
        for name, values in comparison.settings.items():
            differing.add_row(shown(name), *(shown(str(value)) for value in values))
        console.print(differing)


def delete(
    job_id: JobId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="cli.option.yes")] = False,
    as_json: Json = False,
) -> None:
    """Delete a job that is not running; it can be taken back for 30 days."""
    from nbml.jobs.history.deletion import delete as remove
    from nbml.jobs.history.summary import summarise
    from nbml.settings import Settings

    if not yes and is_dialogue():
        title = shown(summarise(job_id, Settings()).title, 200)
        typer.confirm(text("cli.delete_asked", title=title), abort=True, err=True)
    deleted = remove(job_id)
    if as_json:
        write_json(deleted.model_dump(mode="json"))
        return
    out().print(text("cli.deleted", id=job_id, size=f"{deleted.size_mb:.1f}"), soft_wrap=True)
    if deleted.run_id:
        err().print(text("cli.run_stays", run=deleted.run_id), soft_wrap=True)


def restore(job_id: JobId, as_json: Json = False) -> None:
    """Take a deleted job back."""
    from nbml.jobs.history.deletion import restore as take_back

    job = take_back(job_id)
    if as_json:
        write_json({"type": "restore", "id": job.id, "state": job.status})
    else:
        out().print(text("cli.restored", id=job.id), soft_wrap=True)

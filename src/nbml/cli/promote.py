"""``nbml promote``: champion and challenger side by side, then the question, then the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nbml.cli.figures import number
from nbml.cli.options import Json
from nbml.cli.screen import err, is_dialogue, out, write_json
from nbml.i18n import text
from nbml.spec.reading import shown

if TYPE_CHECKING:
    from nbml.tracking.promotion import Comparison


def promote(
    name: Annotated[str, typer.Argument(metavar="NAME", help="cli.option.registered", show_default=False)],
    version: Annotated[str | None, typer.Option(help="cli.option.version_of", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="cli.option.yes")] = False,
    as_json: Json = False,
) -> None:
    """Make a version of a registered model the champion, after showing both side by side."""
    from nbml.settings import Settings
    from nbml.tracking.promotion import compare
    from nbml.tracking.promotion import promote as change

    settings = Settings()
    comparison = compare(name, settings, version=version)
    if as_json:
        from dataclasses import asdict

        write_json({"type": "comparison", "is_fair": comparison.is_fair, **asdict(comparison)})
    else:
        _show(comparison)
    if not yes:
        if not is_dialogue():
            err().print(text("cli.promote.not_done"), soft_wrap=True)
            return
        if not typer.confirm(
            text("cli.promote.ask", name=comparison.name, version=comparison.challenger.version)
        ):
            return
    change(comparison, settings)
    if not as_json:
        done = text("cli.promote.done", name=comparison.name, version=comparison.challenger.version)
        out().print(done, soft_wrap=True)


def _show(comparison: Comparison) -> None:
    from nbml.cli.lines import plain_table

    table = plain_table()
    before = "-" if comparison.champion is None else comparison.champion.version
    table.add_column(shown(comparison.name))
    table.add_column(text("cli.promote.champion", version=before), justify="right")
    table.add_column(text("cli.promote.challenger", version=comparison.challenger.version), justify="right")
    table.add_column("")
    for metric, one, two, better in comparison.rows():
        mark = "" if better is None else text("cli.promote.better" if better else "cli.promote.worse")
        table.add_row(shown(metric), *("-" if value is None else number(value) for value in (one, two)), mark)
    out().print(table)
    if comparison.champion is not None and not comparison.is_fair:
        out().print(text("cli.promote.unfair"), soft_wrap=True)

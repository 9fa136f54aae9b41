"""``nbml catalog``: making the catalog, looking into it, and who sees a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nbml.cli.options import Json
from nbml.cli.screen import err, out, write_json
from nbml.i18n import text
from nbml.spec.reading import shown

if TYPE_CHECKING:
    from nbml.catalog.store import Catalog

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="cli.option.project", show_default=False)]
Member = Annotated[str, typer.Argument(metavar="USER", help="cli.option.member", show_default=False)]
Of = Annotated[str | None, typer.Option("--project", help="cli.option.project", show_default=False)]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="cli.option.limit")]
Kind = Literal["dataset", "run", "model"]


def install(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.option.dry_install")] = False,
) -> None:
    """Make the catalog's tables; the statements are printed first."""
    from nbml.catalog.ddl import install_statements
    from nbml.catalog.store import Catalog, schema_version, shown_url
    from nbml.catalog.tables import VERSION
    from nbml.platform.choose import platform

    engine = platform().tables.engine()
    statements, place = install_statements(engine.dialect), shown_url(engine)
    if not dry_run and schema_version(engine) == VERSION:
        err().print(text("catalog.already", place=place, version=VERSION), soft_wrap=True)
        return
    for statement in statements:
        print(f"{statement};\n")
    if dry_run:
        err().print(text("catalog.dry", count=len(statements), place=place), soft_wrap=True)
        return
    catalog = Catalog.open(install=True)
    err().print(text("catalog.installed", place=catalog.shown, version=catalog.version()), soft_wrap=True)


def sync(as_json: Json = False) -> None:
    """Enter jobs that the catalog does not have, and mark entries of which nothing is left."""
    from nbml.jobs.entering import sync_catalog

    done = sync_catalog()
    if as_json:
        write_json({"type": "sync", **_plain(done)})
        return
    said = text("catalog.synced", entered=done.entered, missing=done.missing, seen=done.seen)
    out().print(said, soft_wrap=True)
    for line in done.unreadable:
        err().print(shown(line, 300))


def runs(project: Of = None, limit: Limit = 20, as_json: Json = False) -> None:
    """List the runs of you and your projects."""
    from nbml.catalog.queries import runs as find

    columns = ("job_id", "state", "title", "project", "user_name", "made_at")
    _list(lambda catalog: find(catalog, project=project, limit=limit), columns, as_json=as_json)


def datasets(project: Of = None, limit: Limit = 20, as_json: Json = False) -> None:
    """List the data sets of you and your projects, one line a version."""
    from nbml.catalog.queries import datasets as find

    columns = ("sha256", "name", "n_rows", "n_columns", "project", "user_name", "made_at")
    _list(lambda catalog: find(catalog, project=project, limit=limit), columns, as_json=as_json)


def models(project: Of = None, limit: Limit = 20, as_json: Json = False) -> None:
    """List the models of you and your projects."""
    from nbml.catalog.queries import models as find

    columns = ("job_id", "target", "family", "rmse", "chosen", "registered_as", "registered_version")
    _list(lambda catalog: find(catalog, project=project, limit=limit), columns, as_json=as_json)


def projects(as_json: Json = False) -> None:
    """List your projects."""
    from nbml.catalog.queries import projects as find

    _list(find, ("project", "state", "user_name", "made_at"), as_json=as_json)


def share(project: Project, member: Member) -> None:
    """Let someone see what is in a project of yours."""
    from nbml.catalog.queries import add_member

    add_member(_open(), project, member)
    out().print(text("catalog.member.added", member=shown(member), project=shown(project)), soft_wrap=True)


def unshare(project: Project, member: Member) -> None:
    """Let someone see no longer what others have in a project of yours."""
    from nbml.catalog.queries import remove_member

    remove_member(_open(), project, member)
    out().print(text("catalog.member.removed", member=shown(member), project=shown(project)), soft_wrap=True)


def lineage(
    kind: Annotated[Kind, typer.Argument(help="cli.option.kind", show_default=False)],
    id: Annotated[str, typer.Argument(metavar="ID", help="cli.option.thing", show_default=False)],
    as_json: Json = False,
) -> None:
    """Show what a data set, run or model comes from and what came of it."""
    from nbml.catalog.queries import lineage as find

    found = find(_open(), kind, id)
    if as_json:
        write_json({"type": "lineage", **_plain(found)})
        return
    for edge in [*reversed(found.upstream), *found.downstream]:
        ends = [f"{edge[f'{side}_kind']} {shown(edge[f'{side}_id'])}" for side in ("from", "to")]
        out().print(
            f"{ends[0]} -> {ends[1]}   {edge['made_at'][:19]}  {shown(edge['user_name'])}", soft_wrap=True
        )


COMMANDS: tuple[Callable[..., None], ...] = (
    install,
    sync,
    runs,
    datasets,
    models,
    projects,
    share,
    unshare,
    lineage,
)


def group() -> typer.Typer:
    """The commands as one group."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    for command in COMMANDS:
        app.command(command.__name__)(command)
    return app


def _open() -> Catalog:
    from nbml.catalog.store import Catalog

    return Catalog.open()


def _list(find: Callable[[Catalog], list[dict[str, Any]]], columns: Sequence[str], *, as_json: bool) -> None:
    from nbml.cli.lines import plain_table

    rows = find(_open())
    if as_json:
        for row in rows:
            write_json(row)
        return
    if not rows:
        err().print(text("catalog.none"))
        return
    table = plain_table()
    for column in columns:
        table.add_column(text(f"cli.column.{column}"), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(column, row[column]) for column in columns))
    out().print(table)


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column == "sha256":
        return str(value)[:12]
    if column == "made_at":
        return str(value)[:16].replace("T", " ")
    return f"{value:.4g}" if isinstance(value, float) else shown(str(value))


def _plain(value: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(value)

"""``nbml read``: how a file is read, and what stands against training on it, before anything is started."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nbml.cli.faults import DATA
from nbml.cli.lines import plain_table
from nbml.cli.options import Delimiter, Encoding, Header, Json, Sheet, read_options
from nbml.cli.options import Table as Source
from nbml.cli.screen import out, write_json
from nbml.i18n import text
from nbml.spec.reading import brief, shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Lines

    from nbml.data.table import Table
    from nbml.spec.columns import Column, Finding

_LEVELS, _LONGEST = 6, 400


def read(
    table: Source,
    target: Annotated[
        list[str] | None, typer.Option("--target", "-y", help="cli.option.read_target", show_default=False)
    ] = None,
    group: Annotated[str | None, typer.Option(help="cli.option.group", show_default=False)] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Show how a table is read; with a target, check it for training."""
    import nbml
    from nbml.data.checks import check_training
    from nbml.data.gathering import gathered

    said = read_options(encoding, delimiter, header, sheet) or {}
    held = nbml.read(str(table), labels=[group] if group else [], **said)
    findings: Sequence[Finding] = (
        gathered(check_training(held.frame, held.columns, targets=target, group=group)) if target else ()
    )
    if as_json:
        write_json(_as_json(held, findings))
    else:
        _show(out(), held, findings)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(DATA)


def _show(console: Console, held: Table, findings: Sequence[Finding]) -> None:
    for decision in held.report.decisions:
        mark = "!" if decision.severity == "warning" else "-"
        console.print(f"{mark} {shown(decision.words, _LONGEST)}", soft_wrap=True)
    console.print()
    console.print(column_table(held.columns.columns))
    for finding in findings:
        mark = "!!" if finding.severity == "error" else "!"
        console.print(f"{mark} {finding.code}  {shown(finding.message, 1_000)}", soft_wrap=True)
        console.print(f"   {shown(finding.next_step, 1_000)}", style="dim", soft_wrap=True)


def column_table(columns: Sequence[Column]) -> Lines:
    """The column sheet, a line a column; why a kind was chosen is said in the report."""
    lines = plain_table()
    for head in ("column", "kind", "role", "unit", "range", "missing"):
        lines.add_column(text(f"read.head.{head}"), overflow="fold")
    for column in columns:
        lines.add_row(
            shown(column.label or column.name, 40),
            text(f"data_room.kind.{column.kind}"),
            text(f"data_room.role.{column.role}"),
            shown(column.unit or ""),
            _extent(column),
            f"{column.missing_share:.1%}" if column.missing_share else "",
        )
    return lines


def _extent(column: Column) -> str:
    if column.low is not None and column.high is not None:
        return f"{column.low:g} .. {column.high:g}"
    return brief([shown(level, 24) for level in column.levels], _LEVELS)


def _as_json(held: Table, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "type": "table",
        "path": held.path,
        "sha256": held.sha256,
        "rows": len(held.frame),
        "columns": [column.model_dump(mode="json") for column in held.columns.columns],
        "report": [
            {**decision.model_dump(mode="json"), "words": decision.words}
            for decision in held.report.decisions
        ],
        "findings": [finding.model_dump(mode="json") for finding in findings],
    }

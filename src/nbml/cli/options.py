"""Options that several commands share, each with the key of its help in the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from nbml.cli.faults import CommandError
from nbml.i18n import text
from nbml.spec.source import is_remote
from nbml.spec.train import FamilyName


def _there(table: Path) -> Path:
    """The table, if it is a file here or is named as one of a Volume or of Unity Catalog."""
    if not is_remote(str(table)) and not table.is_file():
        raise typer.BadParameter(text("cli.no_file", path=str(table)))
    return table


Json = Annotated[bool, typer.Option("--json", help="cli.option.json")]
JobId = Annotated[str, typer.Argument(metavar="ID", help="cli.option.job", show_default=False)]
Encoding = Annotated[str | None, typer.Option(help="cli.option.encoding", metavar="NAME", show_default=False)]
Delimiter = Annotated[
    str | None, typer.Option(help="cli.option.delimiter", metavar="CHAR", show_default=False)
]
Header = Annotated[str | None, typer.Option(help="cli.option.header", metavar="LINES", show_default=False)]
Sheet = Annotated[str | None, typer.Option(help="cli.option.sheet", metavar="NAME", show_default=False)]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", help="cli.option.model", metavar="|".join(get_args(FamilyName)), show_default=False
    ),
]
Table = Annotated[
    Path, typer.Argument(metavar="TABLE", help="cli.option.table", callback=_there, show_default=False)
]


def read_options(
    encoding: str | None, delimiter: str | None, header: str | None, sheet: str | None
) -> dict[str, Any] | None:
    """How the user says the file is to be read, as fields of ReadOptions; None when nothing was said."""
    said = {
        "encoding": encoding,
        "delimiter": "\t" if delimiter in ("\\t", "tab") else delimiter,
        "header": None if header is None else header_lines(header),
        "sheet": int(sheet) if sheet is not None and sheet.isascii() and sheet.isdigit() else sheet,
    }
    return {name: value for name, value in said.items() if value is not None} or None


def header_lines(words: str) -> str | int | tuple[int, ...]:
    """``none``, one line, or several joined by commas, counted from 1.

    Raises
    ------
    CommandError
        NBML-C03 for anything else.
    """
    parts = words.split(",")
    if words == "none":
        return words
    if not all(part.strip().isdecimal() and int(part) >= 1 for part in parts):
        raise CommandError("NBML-C03", header=words)
    lines = tuple(int(part) for part in parts)
    return lines[0] if len(lines) == 1 else lines


def fold_count(words: str) -> int | Literal["logo"]:
    """Number of folds, or ``logo``.

    Raises
    ------
    CommandError
        NBML-C09 for anything else.
    """
    if words == "logo":
        return "logo"
    if not words.isdecimal():
        raise CommandError("NBML-C09", folds=words)
    return int(words)

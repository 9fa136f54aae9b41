"""Tables to files that a spreadsheet opens without running anything: text stays text, numbers numbers."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.cli.faults import CommandError
from nbml.durable import write_bytes

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".tsv", ".xlsx", ".parquet")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_EXCEL_ROWS, _EXCEL_COLUMNS, _EXCEL_CELL = 1_048_576, 16_384, 32_767


def write_table(table: pd.DataFrame, path: Path, *, byte_order_mark: bool = False) -> None:
    """Write a table in the format of the file's suffix, whole or not at all.

    In CSV and TSV a text cell or name that a spreadsheet would take for a formula gets an apostrophe before
    it; in Excel files such text is written as typed text and needs none; Parquet is typed throughout.

    Parameters
    ----------
    table : DataFrame
        The index is not written.
    path : Path
        ``.csv``, ``.tsv``, ``.xlsx`` or ``.parquet``.
    byte_order_mark : bool
        Begin CSV and TSV with a UTF-8 mark, without which Excel takes them for the system's old encoding.

    Raises
    ------
    CommandError
        NBML-C06 for another suffix, NBML-C07 when an Excel sheet cannot hold the table.
    EngineError
        NBML-E01, NBML-E02 when the file cannot be written; an older one is then intact.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise CommandError("NBML-C06", path=str(path), formats=list(FORMATS))
    if suffix == ".parquet":
        content = _parquet(table)
    elif suffix == ".xlsx":
        content = _excel(table)
    else:
        words = _delimited(table, "," if suffix == ".csv" else "\t")
        content = words.encode("utf-8-sig" if byte_order_mark else "utf-8", errors="backslashreplace")
    write_bytes(path, content)


def harmless(cell: Any) -> Any:
    """A text cell that no spreadsheet takes for a formula; anything else, and a number in text, as it is."""
    if isinstance(cell, str) and cell.startswith(_STARTS) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell


def _delimited(table: pd.DataFrame, separator: str) -> str:
    safe = table.copy(deep=False)
    safe.columns = [harmless(str(name)) for name in table.columns]
    for position, kind in enumerate(table.dtypes):
        if kind.kind not in "biufcmM":
            safe.isetitem(position, [harmless(cell) for cell in table.iloc[:, position]])
    return str(safe.to_csv(index=False, sep=separator, lineterminator="\n"))


def _parquet(table: pd.DataFrame) -> bytes:
    named = table.copy(deep=False)
    named.columns = [str(name) for name in table.columns]
    return bytes(named.to_parquet(index=False))


def _excel(table: pd.DataFrame) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    if len(table) + 1 > _EXCEL_ROWS or table.shape[1] > _EXCEL_COLUMNS:
        raise CommandError("NBML-C07", rows=len(table), columns=table.shape[1])
    book = Workbook(write_only=True)
    sheet = book.create_sheet("predictions")

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        typed = WriteOnlyCell(sheet, _printable(value)[:_EXCEL_CELL])
        typed.data_type = "s"
        return typed

    sheet.append([cell(str(name)) for name in table.columns])
    plain = table.astype(object).where(table.notna(), None)
    for row in plain.itertuples(index=False, name=None):
        sheet.append([cell(_plain(value)) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") and not hasattr(value, "to_pydatetime") else value
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if hasattr(value, "tzinfo") and value.tzinfo is not None:
        return value.isoformat()
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value


def _printable(value: str) -> str:
    return "".join(
        c if c in "\t\n\r" or unicodedata.category(c) not in ("Cc", "Cs") else f"\\u{ord(c):04x}"
        for c in value
    )

"""Tables to files that a spreadsheet opens without running anything: text stays text, numbers numbers.

The one place that writes a user's cells, for the command line and the panels. Tables may come in pieces, so
that they need not be held whole; the file appears whole or not at all.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbml.durable import storage_error
from nbml.errors import NbmlError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".tsv", ".xlsx", ".parquet")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
EXCEL_ROWS, _EXCEL_COLUMNS, _EXCEL_CELL = 1_048_576, 16_384, 32_767

Write = Callable[["pd.DataFrame"], None]


class ExportError(NbmlError):
    """A table that cannot be written as asked (NBML-C..)."""


def write_table(table: pd.DataFrame, path: Path, *, byte_order_mark: bool = False) -> None:
    """Write a table at once; see ``table_writer``."""
    with table_writer(path, byte_order_mark=byte_order_mark) as write:
        write(table)


@contextmanager
def table_writer(path: Path, *, byte_order_mark: bool = False) -> Iterator[Write]:
    """Open a file in the format of its suffix and give the function that adds rows to it.

    In CSV and TSV a text cell or name that a spreadsheet would take for a formula gets an apostrophe before
    it; in Excel files such text is written as typed text and needs none; Parquet is typed throughout. All
    pieces have the columns and types of the first; at least one is written. Indexes are not.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv``, ``.xlsx`` or ``.parquet``. It is replaced when the block ends without an error.
    byte_order_mark : bool
        Begin CSV and TSV with a UTF-8 mark, without which Excel takes them for the system's old encoding.

    Raises
    ------
    ExportError
        NBML-C06 for another suffix, NBML-C07 when an Excel sheet cannot hold the table.
    EngineError
        NBML-E01, NBML-E02 when the file cannot be written; an older one is then intact.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ExportError("NBML-C06", path=str(path), formats=list(FORMATS))
    draft = path.with_name(f".{uuid.uuid4().hex[:8]}{suffix}")
    form = {".parquet": _parquet, ".xlsx": _excel}.get(suffix)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with form(draft) if form else _delimited(draft, suffix, byte_order_mark=byte_order_mark) as write:
            yield write
        draft.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def harmless(cell: Any) -> Any:
    """A text cell that no spreadsheet takes for a formula; anything else, and a number in text, as it is."""
    if isinstance(cell, str) and cell.startswith(_STARTS) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell


@contextmanager
def _delimited(draft: Path, suffix: str, *, byte_order_mark: bool) -> Iterator[Write]:
    encoding = "utf-8-sig" if byte_order_mark else "utf-8"
    separator = "," if suffix == ".csv" else "\t"
    with draft.open("x", encoding=encoding, errors="backslashreplace", newline="") as file:

        def write(table: pd.DataFrame) -> None:
            safe = table.copy(deep=False)
            safe.columns = [harmless(str(name)) for name in table.columns]
            for position, kind in enumerate(table.dtypes):
                if kind.kind not in "biufcmM":
                    safe.isetitem(position, [harmless(cell) for cell in table.iloc[:, position]])
            safe.to_csv(file, index=False, sep=separator, lineterminator="\n", header=file.tell() == 0)

        yield write


@contextmanager
def _parquet(draft: Path) -> Iterator[Write]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: Any = None

    def write(table: pd.DataFrame) -> None:
        nonlocal writer
        named = table.copy(deep=False)
        named.columns = [str(name) for name in table.columns]
        rows = pa.Table.from_pandas(named, schema=writer and writer.schema, preserve_index=False)
        if writer is None:
            writer = pq.ParquetWriter(draft, rows.schema)
        writer.write_table(rows)

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


@contextmanager
def _excel(draft: Path) -> Iterator[Write]:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("predictions")
    written = 0

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        typed = WriteOnlyCell(sheet, _printable(value)[:_EXCEL_CELL])
        typed.data_type = "s"
        return typed

    def write(table: pd.DataFrame) -> None:
        nonlocal written
        if written + len(table) + 1 > EXCEL_ROWS or table.shape[1] > _EXCEL_COLUMNS:
            raise ExportError("NBML-C07", rows=written + len(table), columns=table.shape[1])
        if not written:
            sheet.append([cell(str(name)) for name in table.columns])
        plain = table.astype(object).where(table.notna(), None)
        for row in plain.itertuples(index=False, name=None):
            sheet.append([cell(_plain(value)) for value in row])
        written += len(table)

    try:
        yield write
    except BaseException:
        sheet.close()  # else it complains when it is collected
        raise
    book.save(draft)


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

"""A prediction run as a file for a spreadsheet, and the pieces in which a browser fetches it."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq

from nbml.errors import PredictError
from nbml.jobs.export import EXCEL_ROWS, ExportError, table_writer
from nbml.jobs.predicting.predicted_table import PredictedTable

PIECE_BYTES = 1 << 20
MOST_FILES = 4
_ROWS = 16_384


@dataclass(frozen=True)
class Download:
    """A file that waits to be fetched."""

    id: str
    name: str
    path: Path
    size: int

    @property
    def pieces(self) -> int:
        """How many pieces it has."""
        return -(-self.size // PIECE_BYTES)

    def piece(self, index: int) -> bytes:
        """One piece; NBML-P35 beyond the last."""
        if not 0 <= index < self.pieces:
            raise PredictError("NBML-P35")
        with self.path.open("rb") as file:
            file.seek(index * PIECE_BYTES)
            return file.read(PIECE_BYTES)


class Downloads:
    """The files of one panel, in a private folder that goes with it; the oldest give way."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._held: OrderedDict[str, Download] = OrderedDict()

    def prepare(
        self,
        table: PredictedTable,
        form: Literal["csv", "xlsx"],
        *,
        byte_order_mark: bool = False,
        on_rows: Callable[[int], object] = lambda _rows: None,
    ) -> Download:
        """Write a run as a file; text that a spreadsheet would run is written harmlessly (S15).

        Raises
        ------
        ExportError
            NBML-C07 when an Excel sheet cannot hold it.
        """
        rows = table.record.rows
        if form == "xlsx" and rows >= EXCEL_ROWS:
            raise ExportError("NBML-C07", rows=rows, columns=len(table.columns), field="format")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="nbml-downloads-"))
        download_id = secrets.token_hex(16)
        path = self._folder / f"{download_id}.{form}"
        done = 0
        file = pq.ParquetFile(table.path, memory_map=True)
        with table_writer(path, byte_order_mark=byte_order_mark) as write:
            for batch in file.iter_batches(batch_size=_ROWS):
                write(batch.to_pandas())
                done += batch.num_rows
                on_rows(done)
            if not done:
                write(file.schema_arrow.empty_table().to_pandas())
        name = f"predictions-{table.record.id}.{form}"
        made = self._held[download_id] = Download(download_id, name, path, path.stat().st_size)
        while len(self._held) > MOST_FILES:
            self._held.popitem(last=False)[1].path.unlink(missing_ok=True)
        return made

    def find(self, download_id: str) -> Download:
        """A file that was prepared; NBML-P35 when it is there no more."""
        try:
            return self._held[download_id]
        except KeyError:
            raise PredictError("NBML-P35") from None

    def close(self) -> None:
        """Remove all of them."""
        self._held.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

"""Parquet and Feather (Arrow IPC): read whole from memory, sized by their own metadata first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

from nbml.data.limits import ReadLimits
from nbml.data.raw import Notes, RawTable
from nbml.errors import ReadError
from nbml.spec.reading import shown

_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(data: bytes, path: str, limits: ReadLimits, notes: Notes) -> RawTable:
    """The columns of a Parquet file; NBML-R10 when it is corrupt, R06, R24, R25 beyond the limits."""
    return _whole(_parquet, "Parquet", data, path, limits, notes)


def read_feather(data: bytes, path: str, limits: ReadLimits, notes: Notes) -> RawTable:
    """The columns of a Feather 2 file; NBML-R10 when it is corrupt, R06, R24, R25 beyond the limits."""
    return _whole(_feather, "Feather", data, path, limits, notes)


def _whole(
    load: Callable[[bytes, str, ReadLimits], pa.Table],
    name: str,
    data: bytes,
    path: str,
    limits: ReadLimits,
    notes: Notes,
) -> RawTable:
    try:
        table = load(data, path, limits)
        table.validate(full=True)  # text that is no UTF-8 and offsets out of bounds show here, not later
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        raise ReadError("NBML-R10", path=path, format=f"{name}: {shown(str(error), 160)}") from error
    dropped = _index_columns(table.schema)
    kept = [i for i, column in enumerate(table.schema.names) if column not in dropped]
    if len(kept) < table.num_columns:
        notes.add("index")
    columns = [table.column(i) for i in kept]
    # Periods, intervals and the like: their storage is numbers that mean something else.
    faults = {
        i: str(column.type)
        for i, column in enumerate(columns)
        if isinstance(column.type, pa.BaseExtensionType)
    }
    return RawTable([table.schema.names[i] for i in kept], columns, table.num_rows, typed=True, faults=faults)


def _parquet(data: bytes, path: str, limits: ReadLimits) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(data))
    meta = file.metadata
    limits.check_shape(path, meta.num_rows, len(file.schema_arrow))
    unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    limits.check_unpacked(path, len(data), unpacked)
    return file.read()


def _feather(data: bytes, path: str, limits: ReadLimits) -> pa.Table:
    reader = ipc.open_file(pa.BufferReader(data))
    limits.check_shape(path, 0, len(reader.schema))
    batches, size = [], 0
    for i in range(reader.num_record_batches):
        batches.append(reader.get_batch(i))
        size += batches[-1].nbytes
        limits.check_unpacked(path, len(data), size)
        limits.check_shape(path, sum(batch.num_rows for batch in batches), len(reader.schema))
    return pa.Table.from_batches(batches, reader.schema)


def _index_columns(schema: pa.Schema) -> set[str]:
    """Unnamed row labels that pandas stored as columns."""
    said = (schema.metadata or {}).get(b"pandas")
    if said is None:
        return set()
    try:
        labels = json.loads(said).get("index_columns", [])
    except (ValueError, AttributeError):
        return set()
    return {label for label in labels if isinstance(label, str) and _INDEX.fullmatch(label)}

"""Parquet and Feather (Arrow IPC): read whole from memory, sized first by what their parts say of themselves.

A text that is stored once and meant in a million rows is a small file and a large column: texts are read as
codes and counted before they are written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

from nbml.data.arrow_sizes import stream_of, unpacked_sizes
from nbml.data.limits import ReadLimits, too_large
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
    source = pa.BufferReader(data)
    schema = pq.read_schema(source)
    texts = [field.name for field in schema if pa.types.is_string(field.type) or _is_large(field.type)]
    source.seek(0)
    file = pq.ParquetFile(source, read_dictionary=texts)
    meta = file.metadata
    limits.check_shape(path, meta.num_rows, len(schema))
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    limits.check_unpacked(path, len(data), sum(group.total_byte_size for group in groups))
    values = sum(group.column(j).num_values for group in groups for j in range(group.num_columns))
    if values > limits.cells:
        raise too_large(path, "cells", values, limits.cells)
    return _written_out(file.read(), path, limits)


def _feather(data: bytes, path: str, limits: ReadLimits) -> pa.Table:
    size = 0
    for part in unpacked_sizes(data):
        size += part
        limits.check_unpacked(path, len(data), size)
    reader = ipc.open_stream(pa.BufferReader(stream_of(data)))
    limits.check_shape(path, 0, len(reader.schema))
    batches, rows = [], 0
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        limits.check_shape(path, rows, len(reader.schema))
    return _written_out(pa.Table.from_batches(batches, reader.schema), path, limits)


def _is_large(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_string(kind))


def _written_out(table: pa.Table, path: str, limits: ReadLimits) -> pa.Table:
    """Texts given as codes as texts, once they are known to fit."""
    coded = {
        i: column
        for i, column in enumerate(table.columns)
        if pa.types.is_dictionary(column.type)
        and (pa.types.is_string(column.type.value_type) or _is_large(column.type.value_type))
    }
    size = 0
    for column in coded.values():
        for chunk in column.chunks:
            lengths = pc.take(pc.binary_length(chunk.dictionary), chunk.indices)
            size += int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)
    if size > limits.unpacked_bytes:
        raise ReadError("NBML-R06", path=path, size=size, limit=limits.unpacked_bytes)
    limits.check_bytes(path, size)
    for i, column in coded.items():
        table = table.set_column(i, table.schema.field(i).name, column.cast(pa.large_string()))
    return table


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

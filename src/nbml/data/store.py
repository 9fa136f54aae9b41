"""Frames kept as Parquet under the hash of their content: written whole or not at all, verified when read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nbml.data.types import to_text
from nbml.errors import ReadError

_NAMES = b"nbml.names"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def hash_frame(frame: pd.DataFrame) -> str:
    """SHA-256 of names, kinds of dtype and values of a normalised frame, in order.

    The same on every machine and for every file format; one bit pattern stands for every NaN. The index does
    not count.
    """
    digest = hashlib.sha256(f"nbml.frame/1:{len(frame)}".encode())
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        kind = series.dtype.kind
        coded = str(name).encode()
        digest.update(f"|{kind if kind in 'fibM' else 'T'}{len(coded)}:".encode() + coded)
        if kind == "f":
            values = series.to_numpy("<f8", copy=True)
            values[np.isnan(values)] = np.nan
            digest.update(values.tobytes())
        elif kind == "M":
            digest.update(series.to_numpy("datetime64[us]").astype("<i8").tobytes())
        elif kind in "ib":
            digest.update(series.to_numpy("<i8" if kind == "i" else "u1").tobytes())
        else:
            _hash_text(digest, series)
    return digest.hexdigest()


def _hash_text(digest: Any, series: pd.Series[Any]) -> None:
    cells = pa.array(series, pa.large_string(), from_pandas=True)
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    lengths = pc.fill_null(pc.binary_length(cells), -1).to_numpy(zero_copy_only=False).astype("<i8")
    digest.update(lengths.tobytes())
    digest.update("".join(cells.drop_null().to_pylist()).encode())


def save_frame(frame: pd.DataFrame, folder: Path) -> str:
    """Write a normalised frame to ``folder/<sha256>.parquet`` and give back the hash.

    Written under a temporary name, synced, then renamed: a reader sees the whole file or none.
    """
    sha256 = hash_frame(frame)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [_to_arrow(frame.iloc[:, i]) for i in range(frame.shape[1])]
    # Names travel beside the columns, so that no rule of the format about names can touch them.
    schema = pa.schema(
        [pa.field(f"f{i}", array.type) for i, array in enumerate(arrays)],
        metadata={_NAMES: json.dumps([[str(n) for n in frame.columns], len(frame)]).encode()},
    )
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".frame-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            texts = [f"f{i}" for i, array in enumerate(arrays) if pa.types.is_large_string(array.type)]
            table = pa.Table.from_arrays(arrays, schema=schema)
            pq.write_table(table, stream, compression="zstd", use_dictionary=texts)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(folder / f"{sha256}.parquet")
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return sha256


def load_frame(folder: Path, sha256: str) -> pd.DataFrame:
    """Read a stored frame and verify it.

    Raises
    ------
    ReadError
        NBML-R31 when there is no such frame, R32 when the file does not hold what its hash says.
    """
    if not _SHA256.fullmatch(sha256) or not (folder / f"{sha256}.parquet").is_file():
        raise ReadError("NBML-R31", sha256=sha256[:80], folder=str(folder))
    try:
        table = pq.read_table(pa.BufferReader((folder / f"{sha256}.parquet").read_bytes()))
        names, n_rows = json.loads(table.schema.metadata[_NAMES])
        frame = pd.DataFrame(
            {i: _from_arrow(column) for i, column in enumerate(table.columns)}, index=pd.RangeIndex(n_rows)
        )
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise ReadError("NBML-R32", sha256=sha256, folder=str(folder)) from error
    frame.columns = pd.Index(names, dtype=object if not names else None)
    if hash_frame(frame) != sha256:
        raise ReadError("NBML-R32", sha256=sha256, folder=str(folder))
    return frame


def _to_arrow(series: pd.Series[Any]) -> pa.Array:
    kinds = {"f": pa.float64(), "i": pa.int64(), "b": pa.bool_(), "M": pa.timestamp("us")}
    kind = kinds.get(series.dtype.kind, pa.large_string())
    if kind == pa.float64():
        return pa.array(series.to_numpy("float64"), kind)  # NaN stays NaN: nothing turns into null on the way
    array = pa.array(series, kind, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _from_arrow(column: pa.ChunkedArray) -> pd.Series[Any]:
    if pa.types.is_large_string(column.type):
        return to_text(column)
    if pa.types.is_timestamp(column.type):
        return pd.Series(column.to_numpy().astype("datetime64[us]"))
    return pd.Series(column.to_numpy())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

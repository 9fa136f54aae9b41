"""How large the parts of a Feather file (Arrow IPC) are once unpacked, without unpacking them.

Each compressed buffer begins with its unpacked length. Where the buffers lie is told by flat buffers, of
which a few fields are read: Message.header, DictionaryBatch.data, RecordBatch.buffers and .compression.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.ipc as ipc

_HEADER_TYPE, _HEADER, _DATA, _BUFFERS, _COMPRESSION = 1, 2, 1, 2, 3
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


def stream_of(data: bytes) -> pa.Buffer:
    """The messages of a file: it is a stream of them behind eight bytes of mark; the footer is not needed."""
    return pa.py_buffer(data).slice(8)


def unpacked_sizes(data: bytes) -> Iterator[int]:
    """Bytes of each batch and dictionary of a file, in order.

    Raises
    ------
    ArrowInvalid
        Where the file is torn.
    """
    messages = ipc.MessageReader.open_stream(pa.BufferReader(stream_of(data)))
    while True:
        try:
            message = messages.read_next_message()
        except StopIteration:
            return
        if message.body is not None:
            try:
                yield _unpacked(bytes(message.metadata), memoryview(message.body))
            except struct.error as error:
                raise pa.ArrowInvalid(f"metadata of a batch: {error}") from error


def _unpacked(meta: bytes, body: memoryview) -> int:
    message = _pointed(meta, 0)
    header = _field(meta, message, _HEADER)
    kind = _field(meta, message, _HEADER_TYPE)
    if header is None or kind is None or meta[kind] not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return len(body)
    batch = _pointed(meta, header)
    if meta[kind] == _DICTIONARY_BATCH and (held := _field(meta, batch, _DATA)) is not None:
        batch = _pointed(meta, held)
    if _field(meta, batch, _COMPRESSION) is None or (place := _field(meta, batch, _BUFFERS)) is None:
        return len(body)
    vector = _pointed(meta, place)
    (count,) = struct.unpack_from("<I", meta, vector)
    size = 0
    for offset, length in struct.iter_unpack("<qq", meta[vector + 4 : vector + 4 + 16 * count]):
        if length >= 8:
            (unpacked,) = struct.unpack_from("<q", body, offset)
            size += length if unpacked < 0 else unpacked  # -1: this one was left as it is
    return size


def _pointed(meta: bytes, place: int) -> int:
    return place + int(struct.unpack_from("<I", meta, place)[0])


def _field(meta: bytes, table: int, number: int) -> int | None:
    """Place of a table's field; None where it is left out."""
    layout = table - struct.unpack_from("<i", meta, table)[0]
    (size,) = struct.unpack_from("<H", meta, layout)
    if 4 + 2 * number >= size:
        return None
    (offset,) = struct.unpack_from("<H", meta, layout + 4 + 2 * number)
    return table + offset if offset else None

"""How large an input may be: on disk, after decompression and as a table, checked before memory is taken.

Knows nothing of formats.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbml.errors import ReadError
from nbml.i18n import text

_NOT_LOOKED_AT = 64 << 20
_TIMES_HELD = 6
"""Peak memory of a reading over the bytes of its text: 5 for numbers, 7 for Japanese words, measured."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Upper bounds of one reading.

    Attributes
    ----------
    file_bytes, unpacked_bytes : int
        Size on disk, and size of the stream after decompression.
    ratio, ratio_from_bytes : int
        Unpacked over packed size that is still believed, looked at once the stream is longer than
        `ratio_from_bytes`.
    rows, columns, cells : int
        Shape of the table; `cells` is their product.
    cell_chars, name_chars : int
        Length of one cell and of one column name.
    memory_share : float
        Share of the free memory that the estimated table may take, in (0, 1].
    """

    file_bytes: int = 2 << 30
    unpacked_bytes: int = 4 << 30
    ratio: int = 300
    ratio_from_bytes: int = 4 << 20
    rows: int = 50_000_000
    columns: int = 20_000
    cells: int = 500_000_000
    cell_chars: int = 100_000
    name_chars: int = 20_000
    memory_share: float = 0.6

    def check_unpacked(self, path: str, packed: int, unpacked: int) -> None:
        """Raise NBML-R06 when a stream has grown beyond what is allowed or believable, R34 beyond memory."""
        if unpacked > self.unpacked_bytes:
            raise ReadError("NBML-R06", path=path, size=unpacked, limit=self.unpacked_bytes)
        if unpacked > self.ratio_from_bytes and unpacked > self.ratio * max(packed, 1):
            raise ReadError("NBML-R06", path=path, size=unpacked, limit=self.ratio * max(packed, 1))
        self.check_bytes(path, unpacked)

    def check_bytes(self, path: str, size: int) -> None:
        """Raise NBML-R34 when content of so many bytes cannot be worked on in free memory."""
        need = _TIMES_HELD * size
        if (free := self._lacking(need)) is not None:
            raise ReadError("NBML-R34", path=path, size_mb=size >> 20, need_mb=need >> 20, free_mb=free >> 20)

    def check_shape(self, path: str, rows: int, columns: int, bytes_a_cell: float = 8.0) -> None:
        """Raise NBML-R24 for a shape beyond the limits, NBML-R25 when it would not fit into free memory."""
        for what, count, limit in (
            ("columns", columns, self.columns),
            ("rows", rows, self.rows),
            ("cells", rows * columns, self.cells),
        ):
            if count > limit:
                raise too_large(path, what, count, limit)
        need = int(rows * columns * (bytes_a_cell + 16))
        if (free := self._lacking(need)) is not None:
            raise ReadError(
                "NBML-R25", path=path, rows=rows, columns=columns, need_mb=need >> 20, free_mb=free >> 20
            )

    def _lacking(self, need: int) -> int | None:
        """Bytes of free memory where `need` is more than its share; None where there is enough."""
        if need <= _NOT_LOOKED_AT:
            return None
        from psutil import virtual_memory

        free = int(virtual_memory().available)
        return free if need > free * self.memory_share else None


def too_large(path: str, what: str, count: int, limit: int) -> ReadError:
    """NBML-R24 for one of rows, columns, cells, line, cell and name."""
    return ReadError("NBML-R24", path=path, what=text(f"read.what.{what}"), count=count, limit=limit)

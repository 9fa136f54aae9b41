"""What a format reader hands on: names as they stand in the file and one Arrow array a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nbml.spec.reading import Decision, ReadReport, Scalar

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(slots=True)
class RawTable:
    """A table before any decision about types.

    Attributes
    ----------
    names : list of str
        One a column, as written; may be empty or repeated.
    columns : list of pyarrow.Array or pyarrow.ChunkedArray
        In a text file every one is a string array.
    n_rows : int
        Length of every column, and of a table without any.
    typed : bool
        Whether the source states its types, so that its text is meant to be text.
    decimal : str
        Decimal mark of numbers in text.
    levels : dict
        Levels in their declared order by column position, where the source declares them.
    faults : dict
        Why a column cannot be used, by position, where the source says so.
    """

    names: list[str]
    columns: list[pa.ChunkedArray]
    n_rows: int
    typed: bool = False
    decimal: str = "."
    levels: dict[int, tuple[str, ...]] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


class Notes:
    """Collects the decisions of one reading."""

    def __init__(self) -> None:
        self._decisions: list[Decision] = []

    def add(
        self,
        key: str,
        *columns: str,
        severity: Literal["note", "warning"] = "note",
        **fields: Scalar | list[str] | list[int],
    ) -> None:
        """Record a decision under its catalogue key (without the leading ``read.``)."""
        self._decisions.append(Decision(key=f"read.{key}", severity=severity, columns=columns, fields=fields))

    def warn(self, key: str, *columns: str, **fields: Scalar | list[str] | list[int]) -> None:
        """Record a decision that deserves a look before training."""
        self.add(key, *columns, severity="warning", **fields)

    def report(self) -> ReadReport:
        """All decisions so far."""
        return ReadReport(decisions=tuple(self._decisions))
